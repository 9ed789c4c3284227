//! Claims that policies never see: a condition on one would hold for nobody.

use std::ops::Range;

use super::value::Entry;
use crate::claims::TECHNICAL_CLAIMS;
use crate::diagnostic::{Code, Fault, Sink};
use crate::model::{Identity, Str};
use crate::provider::Claims;

/// A claim that a policy, or a test of one, looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimName {
    pub(crate) name: Str,
    pub(crate) span: Range<usize>,
}

/// Refuses a claim of a condition that no provider's callers have.
pub(crate) fn refuse_reserved(entry: &Entry<'_, '_>) -> bool {
    let Some(fault) = reserved(entry.key) else { return false };
    entry.report_key(fault);
    true
}

/// The fault of a claim that no provider's callers have.
pub(crate) fn reserved(name: &str) -> Option<Fault> {
    let (message, help) = match name {
        "email" | "email_verified" => (
            format!("claim `{name}` does not say whether the address is verified"),
            "use `emails`, which checks that, too",
        ),
        "sub" => (
            "claim `sub` is who the caller is, and not among the claims that policies see"
                .to_owned(),
            "use `subjects = [\"…\"]`",
        ),
        "name" => (
            "claim `name` is shown to people, and not among the claims that policies see"
                .to_owned(),
            "anybody can be called so: use `subjects`, `emails` or `groups`",
        ),
        name if TECHNICAL_CLAIMS.contains(&name) => (
            format!(
                "claim `{name}` is about the token, and not among the claims that policies see"
            ),
            "use a claim about the person, or `subjects`, `emails`, `groups` or `identity`",
        ),
        _ => return None,
    };
    Some(Fault::new(Code::ReservedClaim, message, help))
}

/// As [`refuse_reserved`], of `user.claims` of a test.
pub(crate) fn refuse_reserved_in_test(entry: &Entry<'_, '_>) -> bool {
    let name = entry.key;
    let help = match name {
        "email" | "email_verified" => format!("write `user.{name}`"),
        "sub" => "write `user.subject`".to_owned(),
        "name" => "remove it".to_owned(),
        name if TECHNICAL_CLAIMS.contains(&name) => "remove it".to_owned(),
        _ => return false,
    };
    let message = format!("policies never see `{name}` among the claims");
    entry.report_key(Fault::new(Code::ReservedClaim, message, help));
    true
}

/// Reports the claims that callers have in none of the configurations: that of the file, and those of
/// its environments.
pub(crate) fn check<'a>(
    claims: &[ClaimName],
    identities: impl Iterator<Item = &'a Identity> + Clone,
    sink: &Sink,
) {
    let Some(first) = identities.clone().next() else { return };
    for ClaimName { name, span } in claims {
        if !identities.clone().any(|identity| may_have(identity, name)) {
            sink.report(span.clone(), never_sent(first, name));
        }
    }
}

/// True where policies may ever see a claim of this name, if it is none that each provider's callers lack.
fn may_have(identity: &Identity, name: &str) -> bool {
    match identity.provider.facts().claims {
        Claims::None => false,
        Claims::Only { names, .. } => names.contains(&name),
        Claims::Any => name != identity.groups_claim,
    }
}

fn never_sent(identity: &Identity, name: &str) -> Fault {
    let facts = identity.provider.facts();
    let (message, help) = match facts.claims {
        Claims::Only { names, instead } => (
            format!("accounts at {} have no claim `{name}`", facts.title),
            format!("they have `{}`; for others, use {instead}", names.join("` and `")),
        ),
        Claims::None => (
            format!("with {} nobody has a claim `{name}`", facts.title),
            "remove the condition, or choose another provider".to_owned(),
        ),
        Claims::Any => (
            format!(
                "claim `{name}` lists the groups, and is not among the claims that policies see"
            ),
            "use `groups = [\"…\"]`".to_owned(),
        ),
    };
    Fault::new(Code::ReservedClaim, message, help)
}
