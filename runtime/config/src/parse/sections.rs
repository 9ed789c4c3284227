//! `[server]`, `[storage]`, `[transport]`, `[tokens]` and `[consent]`.

use std::borrow::Cow;
use std::ops::Range;

use super::identity::secret;
use super::text::{duration, exact, prose, variable_name};
use super::url::{address, origin};
use super::value::{Section, shown};
use super::wrangler::OBJECT_BINDING;
use crate::diagnostic::{Code, Fault};
use crate::model::{
    Consent, Endpoints, Identity, Server, Setting, Storage, StorageKind, Tokens, Transport,
};

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

/// Limits of `access_token_ttl`: a token lives long enough for a call, and a day at most since it
/// is self-contained.
const ACCESS_TOKEN_TTL: (u32, u32) = (MINUTE, DAY);

/// Limits of `refresh_token_ttl`: at most a year between two sign-ins.
const REFRESH_TOKEN_TTL: (u32, u32) = (HOUR, 365 * DAY);

/// Limits of `code_ttl`: Workers KV keeps nothing for less than a minute, OAuth 2.1 section 4.1.2
/// allows ten.
const CODE_TTL: (u32, u32) = (MINUTE, 10 * MINUTE);

/// Limits of `refresh_grace`: enough for a client that lost the answer and tries again.
const REFRESH_GRACE: (u32, u32) = (0, 10 * MINUTE);

/// Limits of `revocation_max_age`: a revoked token is refused within the hour, whatever is chosen.
const REVOCATION_MAX_AGE: (u32, u32) = (0, HOUR);

/// Limits of `remember_for`: browsers keep a cookie for 400 days at most (RFC 6265bis).
const REMEMBER_FOR: (u32, u32) = (0, 365 * DAY);

/// Limits of `max_body_bytes`: MCP messages need some room, and a Worker has 128 MB of memory.
const MAX_BODY_BYTES: (i64, i64) = (64 * 1024, 16 * 1024 * 1024);

pub(crate) fn server(section: &Section<'_, '_>) -> Option<Server> {
    let optional = |key| section.get(key).and_then(|value| value.text(prose));
    let name =
        section.require("name", "people see this name: `[server]` with `name = \"My server\"`");
    let name = name.and_then(|value| value.text(exact));
    let (title, version) = (optional("title"), optional("version"));
    let (description, instructions) = (optional("description"), optional("instructions"));
    let website_url = section.get("website_url").and_then(|value| value.text(address));
    Some(Server { name: name?, title, version, description, instructions, website_url })
}

/// The storage, and the id of an existing KV namespace.
pub(crate) fn storage(section: &Section<'_, '_>) -> Option<(Storage, Option<String>)> {
    let kind = match section.get("kind") {
        Some(value) => value.text(storage_kind)?,
        None => StorageKind::DurableObject,
    };
    if kind == StorageKind::DurableObject {
        for entry in ["binding", "id"].into_iter().filter_map(|key| section.entry(key)) {
            let message = format!("`{}` is for `kind = \"kv\"` only", entry.key);
            let help =
                format!("remove it: the Durable Object is always bound as `{OBJECT_BINDING}`");
            section.report(entry.key_span, Fault::new(Code::ConflictingKeys, message, help));
        }
        return Some((Storage { kind, binding: Cow::Borrowed(OBJECT_BINDING) }, None));
    }
    let binding = match section.get("binding") {
        Some(value) => value.text(variable_name)?,
        None => Cow::Borrowed("OAUTH_KV"),
    };
    let id = match section.get("id") {
        Some(value) => Some(value.text(namespace_id)?),
        None => None,
    };
    Some((Storage { kind, binding }, id))
}

fn storage_kind(text: &str) -> Result<StorageKind, Fault> {
    match text {
        "durable-object" => Ok(StorageKind::DurableObject),
        "kv" => Ok(StorageKind::Kv),
        other => {
            let message = format!("unsupported storage `{}`", shown(other));
            Err(Fault::new(Code::UnsupportedValue, message, "supported: `durable-object`, `kv`"))
        }
    }
}

fn namespace_id(text: &str) -> Result<String, Fault> {
    if text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not the id of a KV namespace", shown(text));
    let help = "copy the 32 hexadecimal digits that `wrangler kv namespace create` prints, \
                or leave the key out: wrangler then creates a namespace";
    Err(Fault::new(Code::InvalidText, message, help))
}

pub(crate) fn transport(section: &Section<'_, '_>) -> Option<Transport> {
    let sse = section.get("sse").map_or(Some(true), |value| value.boolean());
    let origins = section.get("allowed_origins");
    let allowed_origins = origins.map_or(Some(Cow::Borrowed(&[][..])), |value| value.texts(origin));
    let max_body_bytes = match section.get("max_body_bytes") {
        None => Some(4 * 1024 * 1024),
        Some(value) => value.integer().and_then(|bytes| {
            let (least, most) = MAX_BODY_BYTES;
            let fits = (least..=most).contains(&bytes).then(|| u32::try_from(bytes).ok()).flatten();
            value.checked(fits.ok_or_else(|| {
                let message = format!("`max_body_bytes` is {bytes}");
                Fault::new(Code::OutOfRange, message, format!("choose from {least} to {most}"))
            }))
        }),
    };
    Some(Transport {
        sse: sse?,
        allowed_origins: allowed_origins?,
        max_body_bytes: max_body_bytes?,
    })
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
    })
}

pub(crate) fn consent(section: &Section<'_, '_>) -> Option<Consent> {
    let link = |key| section.get(key).and_then(|value| value.text(address));
    let remember_for = duration_of(section, "remember_for", 30 * DAY, REMEMBER_FOR);
    let (privacy_policy_url, terms_of_service_url) =
        (link("privacy_policy_url"), link("terms_of_service_url"));
    Some(Consent { remember_for: remember_for?, privacy_policy_url, terms_of_service_url })
}

/// Every setting that comes from a variable has one of its own.
pub(crate) fn check_variables(
    root: &Section<'_, '_>,
    identity: Option<&Identity>,
    tokens: Option<&Tokens>,
) {
    let used = identity.into_iter().flat_map(identity_variables);
    let key = tokens.map(|tokens| ("tokens.encryption_key", tokens.encryption_key.as_ref()));
    let used: Vec<(&str, &str)> = used.chain(key).collect();
    for (index, (path, name)) in used.iter().enumerate() {
        let Some((first, _)) = used[..index].iter().find(|(_, other)| other == name) else {
            continue;
        };
        let message = format!("`{path}` and `{first}` are both `{name}`");
        let help = "give each its own variable, so that one can be changed without the other";
        // One of the two is written in the file; the other may be a default.
        let span = span_of(root, path).or_else(|| span_of(root, first)).unwrap_or_default();
        root.report(span, Fault::new(Code::SharedSecret, message, help));
    }
}

/// Where `[identity]` reads a variable, and its name.
fn identity_variables(identity: &Identity) -> Vec<(&'static str, &str)> {
    let mut settings = vec![("identity.client_id", &identity.client_id)];
    if let Endpoints::Urls { authorization_url, token_url, jwks_url } = &identity.endpoints {
        settings.push(("identity.authorization_url", authorization_url));
        settings.push(("identity.token_url", token_url));
        settings.push(("identity.jwks_url", jwks_url));
    }
    settings.extend(identity.issuer.as_ref().map(|issuer| ("identity.issuer", issuer)));
    let variables = settings.into_iter().filter_map(|(path, setting)| match setting {
        Setting::Var(name) => Some((path, name.as_ref())),
        Setting::Literal(_) => None,
    });
    let secret = ("identity.client_secret", identity.client_secret.as_ref());
    variables.chain(std::iter::once(secret)).collect()
}

fn span_of(root: &Section<'_, '_>, path: &str) -> Option<Range<usize>> {
    let (section, key) = path.split_once('.')?;
    Some(root.get(section)?.open(0..0)?.get(key)?.span())
}
