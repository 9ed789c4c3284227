//! `[admin]` and `[signals]`: who ends the grants of others.

use super::connections::unknown;
use super::value::{Entry, Section};
use crate::diagnostic::{Code, Fault};
use crate::model::{Admin, Identity, Protocol, Signals, Storage, StorageKind};
use crate::names::EVERYONE;

/// Both sections, where the file has them; the inner `None` is one that it does not have.
pub(super) fn read(root: &Section<'_, '_>) -> (Option<Option<Admin>>, Option<Option<Signals>>) {
    let admin = match root.entry("admin") {
        Some(_) => Admin::read(&root.section("admin")).map(Some),
        None => Some(None),
    };
    let signals = match root.entry("signals") {
        Some(_) => Signals::read(&root.section("signals")).map(Some),
        None => Some(None),
    };
    (admin, signals)
}

/// Reports what the rest of the file does not allow: a storage that is not consistent, a server without sign-in, a
/// policy that there is not, and signals that nobody sends.
pub(super) fn check(
    root: &Section<'_, '_>,
    identity: Option<&Identity>,
    storage: Option<&Storage>,
    policies: &[&str],
) {
    let protocol = identity.map(|identity| identity.provider.protocol());
    for name in ["admin", "signals"] {
        let Some(section) = root.entry(name) else { continue };
        if storage.is_some_and(|storage| storage.kind == StorageKind::Kv) {
            conflict(
                &section,
                format!("`[{name}]` needs a storage that is strongly consistent"),
                "remove it, or choose `kind = \"durable-object\"` or `\"d1\"` in [storage]: Workers KV shows an \
                 ended grant for up to a minute, and cannot list the grants of everybody",
            );
        }
        if matches!(protocol, Some(Protocol::AccessAssertion | Protocol::Nobody)) {
            conflict(
                &section,
                format!("`[{name}]` needs people who sign in at this server"),
                "remove it, or choose another `provider` in [identity]: this one keeps no grants that could be \
                 ended",
            );
        }
    }
    check_policy(root, policies);
    check_scope(root);
    check_signals(root, protocol);
}

fn check_policy(root: &Section<'_, '_>, policies: &[&str]) {
    let Some(value) = root.section("admin").get("policy") else { return };
    let Some(name) = value.raw().as_str() else { return };
    if name == EVERYONE {
        let message = "`everyone` may end the grants of everyone";
        let help = "name a policy of those who may, such as a group: `policy = \"security-team\"`";
        value.report(Fault::new(Code::ConflictingKeys, message, help));
    } else if !policies.contains(&name) {
        value.report(unknown(name, policies));
    }
}

/// The scope by which the command line ends grants is no policy's.
fn check_scope(root: &Section<'_, '_>) {
    if root.entry("admin").is_none() {
        return;
    }
    for entry in root.section("policies").entries() {
        let Some(table) = entry.value.open(entry.key_span.clone()) else { continue };
        let Some(scope) = table.get("scope") else { continue };
        if scope.raw().as_str() == Some("admin") {
            let message = "the scope `admin` is the one of `[admin]`";
            let help = "give the policy another scope, such as `administration`";
            scope.report(Fault::new(Code::ConflictingKeys, message, help));
        }
    }
}

fn check_signals(root: &Section<'_, '_>, protocol: Option<Protocol>) {
    let section = root.section("signals");
    let has = |key: &str| section.get(key).is_some();
    if let Some(entry) = section.entry("backchannel_logout")
        && entry.value.raw().as_bool() == Some(true)
        && !matches!(protocol, None | Some(Protocol::OpenIdConnect | Protocol::Access))
    {
        let message = "this provider sends no logout tokens";
        let help = "remove `backchannel_logout`, or choose a provider that speaks OpenID Connect";
        entry.report_key(Fault::new(Code::ConflictingKeys, message, help));
    }
    for key in ["audience", "email_domains"].into_iter().filter(|_| !has("transmitter")) {
        let Some(entry) = section.entry(key) else { continue };
        let message = format!("`{key}` is for events of a transmitter");
        let help = "remove it, or add `transmitter = \"https://…\"`, the issuer of its metadata";
        entry.report_key(Fault::new(Code::ConflictingKeys, message, help));
    }
}

fn conflict(section: &Entry<'_, '_>, message: String, help: &str) {
    section.report_key(Fault::new(Code::ConflictingKeys, message, help));
}
