//! `[server]` and `[tokens]`.

use super::setting::secret;
use super::text::{duration, exact, prose};
use super::url::{address, picture};
use super::value::{Section, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Askable, Identity, Recheck, Server, Tokens};

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
pub(crate) const DAY: u32 = 24 * HOUR;

/// Limits of `access_token_ttl`: a token lives long enough for a call, and a day at most since it
/// is self-contained.
pub(super) const ACCESS_TOKEN_TTL: (u32, u32) = (MINUTE, DAY);

/// Limits of `refresh_token_ttl`: at most a year between two sign-ins.
pub(super) const REFRESH_TOKEN_TTL: (u32, u32) = (HOUR, 365 * DAY);

/// Limits of `code_ttl`: Workers KV keeps nothing for less than a minute, OAuth 2.1 section 4.1.2
/// allows ten.
pub(super) const CODE_TTL: (u32, u32) = (MINUTE, 10 * MINUTE);

/// Limits of `refresh_grace`: enough for a client that lost the answer and tries again.
pub(super) const REFRESH_GRACE: (u32, u32) = (0, 10 * MINUTE);

/// Limits of `revocation_max_age`: a revoked token is refused within the hour, whatever is chosen.
pub(super) const REVOCATION_MAX_AGE: (u32, u32) = (0, HOUR);

/// Limits of `max_unconfirmed`: as long as a grant may live.
pub(super) const MAX_UNCONFIRMED: (u32, u32) = (MINUTE, 365 * DAY);

/// What `recheck` may be.
pub(super) const RECHECKS: [(&str, Recheck); 2] =
    [("best-effort", Recheck::BestEffort), ("required", Recheck::Required)];

pub(crate) fn server(section: &Section<'_, '_>) -> Option<Server> {
    let optional = |key| section.get(key).and_then(|value| value.text(prose));
    let name =
        section.require("name", "people see this name: `[server]` with `name = \"My server\"`");
    let name = name.and_then(|value| value.text(exact));
    let (title, version) = (optional("title"), optional("version"));
    let (description, instructions) = (optional("description"), optional("instructions"));
    let website_url = section.get("website_url").and_then(|value| value.text(address));
    let icon = section.get("icon").and_then(|value| value.text(picture));
    Some(Server { name: name?, title, version, description, instructions, website_url, icon })
}

/// A duration, or its default when the key is absent.
pub(crate) fn duration_of(
    section: &Section<'_, '_>,
    key: &str,
    default: u32,
    limits: (u32, u32),
) -> Option<u32> {
    match section.get(key) {
        None => Some(default),
        Some(value) if value.raw().is_str() => value.text(|text| duration(text, limits)),
        Some(value) => value.wrong_type(
            "a duration",
            "write a number and a unit in double quotes, for example `\"10m\"`",
        ),
    }
}

pub(crate) fn tokens(section: &Section<'_, '_>) -> Option<Tokens> {
    let encryption_key = secret(section, "encryption_key", "COOKIE_ENCRYPTION_KEY");
    let access = duration_of(section, "access_token_ttl", HOUR, ACCESS_TOKEN_TTL);
    let refresh = duration_of(section, "refresh_token_ttl", 30 * DAY, REFRESH_TOKEN_TTL);
    let code_ttl = duration_of(section, "code_ttl", 10 * MINUTE, CODE_TTL);
    let refresh_grace = duration_of(section, "refresh_grace", MINUTE, REFRESH_GRACE);
    let revocation = duration_of(section, "revocation_max_age", 30, REVOCATION_MAX_AGE);
    let unconfirmed = duration_of(section, "max_unconfirmed", DAY, MAX_UNCONFIRMED);
    let recheck = match section.get("recheck") {
        Some(value) => value.text(recheck),
        None => Some(Recheck::BestEffort),
    };
    if let (Some(access), Some(refresh)) = (access, refresh)
        && access > refresh
    {
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
    Some(Tokens {
        encryption_key: encryption_key?,
        access_token_ttl: access?,
        refresh_token_ttl: refresh?,
        code_ttl: code_ttl?,
        refresh_grace: refresh_grace?,
        revocation_max_age: revocation?,
        max_unconfirmed: unconfirmed?,
        recheck: recheck?,
    })
}

fn recheck(text: &str) -> Result<Recheck, Fault> {
    let known = RECHECKS.into_iter().find(|(name, _)| *name == text);
    known.map(|(_, recheck)| recheck).ok_or_else(|| {
        let message = format!("`tokens.recheck` cannot be `{}`", shown(text));
        let help = "write `best-effort`, or `required` to give no tokens unless the identity \
                    provider confirms the person at each refresh";
        Fault::new(Code::UnsupportedValue, message, help)
    })
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
        let help = "remove `recheck`, or choose a provider that can be: `oidc`, `cloudflare-access` \
                    or `github`";
        value.report(Fault::new(Code::ConflictingKeys, message, help));
    }
}
