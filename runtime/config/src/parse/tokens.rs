//! `[tokens]`: lifetimes that fit each other, and a confirmation that the provider can give.

use super::value::Section;
use crate::diagnostic::{Code, Fault};
use crate::model::{Askable, Identity, Recheck, Tokens};

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Tokens> {
    // A fault of either is found again, and reported once.
    let access = Tokens::access_token_ttl(section);
    let refresh = Tokens::refresh_token_ttl(section);
    if access.zip(refresh).is_some_and(|(access, refresh)| access > refresh) {
        report_lifetimes(section);
    }
    Tokens::read(section)
}

fn report_lifetimes(section: &Section<'_, '_>) {
    let key = if section.get("refresh_token_ttl").is_some() {
        "refresh_token_ttl"
    } else {
        "access_token_ttl"
    };
    if let Some(value) = section.get(key) {
        let message = "`refresh_token_ttl` is shorter than `access_token_ttl`";
        let help = "a refresh token replaces an access token, so it must live longer";
        value.report(Fault::new(Code::OutOfRange, message, help));
    }
}

/// Reports a confirmation that is required of a provider that can give none.
pub(crate) fn check_recheck(
    section: &Section<'_, '_>,
    tokens: Option<&Tokens>,
    identity: Option<&Identity>,
) {
    let (Some(tokens), Some(identity)) = (tokens, identity) else { return };
    if tokens.recheck == Recheck::Required
        && identity.askable() == Askable::Never
        && let Some(value) = section.get("recheck")
    {
        let provider = identity.provider.name();
        let message = format!("`provider = \"{provider}\"` cannot be asked again");
        let help = "remove `recheck`, or choose a provider that can be, such as `oidc`";
        value.report(Fault::new(Code::ConflictingKeys, message, help));
    }
}
