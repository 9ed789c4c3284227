//! `[identity.upstream]`: calls that tools make in the person's own name.

use super::exchange;
use super::form::Form;
use super::schema::{pattern, shape};
use super::text::{domain, owned, scope};
use super::value::{Section, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{IdentityUpstream, List, Storage, StorageKind, Str};
use crate::provider::{Protocol, Provider};

pub(super) const IDENTITY_SCOPE: Form = Form::new(scope, || shape::pattern(pattern::SCOPE));

/// Names of a developer's own machine, as http requests may be sent to them.
const THIS_MACHINE: [&str; 2] = ["localhost", "127.0.0.1"];

/// Keys that say something to the token endpoint of any OpenID provider, and to no other provider.
const PARAMETERS: [&str; 3] = ["resource", "audience", "exchange"];

/// The section, and the scopes to ask for in addition to those of `[identity]`.
type Read = Option<Option<(IdentityUpstream, List<Str>)>>;

pub(super) fn read(identity: &Section<'_, '_>, provider: Provider) -> Read {
    let Some(entry) = identity.entry("upstream") else { return Some(None) };
    let section = entry.value.open(entry.key_span)?;
    section.refuse_unknown(IdentityUpstream::KEYS);
    refuse_foreign_keys(&section, provider);
    let help = "name the hosts that may get the person's token: `hosts = [\"wiki.example.com\"]`";
    let hosts = section.require("hosts", help).and_then(|value| value.texts(host));
    let scopes = IdentityUpstream::scopes(&section);
    let resource = IdentityUpstream::resource(&section);
    let audience = IdentityUpstream::audience(&section);
    let exchange = IdentityUpstream::exchange(&section);
    let expose = IdentityUpstream::expose(&section);
    exchange::check(&section, provider, exchange.flatten());
    let (hosts, expose) = (hosts?, expose?);
    let upstream = IdentityUpstream {
        hosts,
        resource: resource?,
        audience: audience?,
        exchange: exchange?,
        target: Str::default(),
        expose,
    };
    Some(Some(exchange::aim(upstream, scopes?)))
}

/// Words the calls in the person's name for the approval page.
pub(super) fn act(upstream: &IdentityUpstream) -> Str {
    let token = if upstream.expose { ", and see your access token" } else { "" };
    let mut words = format!("Act as you at {}{token}", upstream.hosts.join(", "));
    if !upstream.target.is_empty() {
        let target: Vec<_> = upstream.target.lines().collect();
        words.push_str(&format!(" ({})", target.join(", ")));
    }
    words.into()
}

/// Reports keys that say something to other providers only.
fn refuse_foreign_keys(section: &Section<'_, '_>, provider: Provider) {
    let has_key = |key: &str, provider: Provider| match key {
        "scopes" => !provider.facts().scopes.is_empty(),
        key if PARAMETERS.contains(&key) => provider.protocol() == Protocol::OpenIdConnect,
        _ => true,
    };
    for entry in section.entries().filter(|entry| !has_key(entry.key, provider)) {
        let owners = Provider::ALL.into_iter().filter(|owner| has_key(entry.key, *owner));
        let owners: Vec<&str> = owners.map(Provider::name).collect();
        let message = format!("`{}` is not for `provider = \"{}\"`", entry.key, provider.name());
        let help = format!("remove it: it belongs to {}", names(&owners));
        entry.report_key(Fault::new(Code::ConflictingKeys, message, help));
    }
}

/// A host, perhaps with a port: `wiki.example.com`, `wiki.example.com:8443`.
pub(super) fn host(text: &str) -> Result<Str, Fault> {
    let fault = |problem: &str, help: String| {
        Err(Fault::new(Code::InvalidDomain, format!("`{}` {problem}", shown(text)), help))
    };
    if text.contains('/') {
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default();
        let help = format!("write the host alone: `{}`", shown(host));
        return fault("is an address, not a host", help);
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (text, None),
    };
    let is_port = |port: &str| {
        !port.starts_with('0')
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    };
    if port.is_some_and(|port| !is_port(port)) {
        return fault("has no sound port", "write a number from 1 to 65535".to_owned());
    }
    if !THIS_MACHINE.contains(&name) {
        domain(name)?;
    }
    Ok(owned(text))
}

/// The scopes of `[identity]`, with those that are asked for in addition.
pub(super) fn together(scopes: List<Str>, further: List<Str>) -> List<Str> {
    let new: Vec<_> = further.iter().filter(|scope| !scopes.contains(scope)).cloned().collect();
    match new.is_empty() {
        true => scopes,
        false => scopes.iter().cloned().chain(new).collect::<Vec<_>>().into(),
    }
}

/// Reports a storage that cannot promise that one request at a time refreshes a token.
pub(super) fn check_storage(identity: &Section<'_, '_>, storage: Option<&Storage>) {
    let is_kv = storage.is_some_and(|storage| storage.kind == StorageKind::Kv);
    if let Some(entry) = identity.entry("upstream").filter(|_| is_kv) {
        let message = "`[identity.upstream]` needs a storage that is strongly consistent";
        let help = "remove it, or choose `kind = \"durable-object\"` or `\"d1\"` in [storage]: with \
                    Workers KV two requests could refresh one token at the same time, which many \
                    providers take for theft";
        entry.report_key(Fault::new(Code::ConflictingKeys, message, help));
    }
}
