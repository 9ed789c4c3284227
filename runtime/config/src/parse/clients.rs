//! `[[clients]]`: clients that are known beforehand.

use std::ops::Range;

use serde_json::Value as Json;
use toml::de::DeValue;

use super::enterprise;
use super::form::Form;
use super::redirect_uri::redirect_uri;
use super::schema::{pattern, shape};
use super::text::{domain, owned};
use super::value::{Section, Value, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Condition, KnownClient, List, Registration, Str};
use crate::suggest;

/// Longest `client_id`: it stands in addresses and logs.
const LONGEST_ID: usize = 200;

pub(super) const CLIENT_ID: Form = Form::new(client_id, || {
    shape::with(shape::pattern(pattern::CLIENT_ID), "maxLength", LONGEST_ID)
});

/// A client as policies name it.
pub(super) const CLIENT: Form = Form::new(named_client, || shape::pattern(pattern::CLIENT_ID));

/// Most characters of a set of keys: it is part of the Worker.
const LONGEST_JWKS: usize = 8 * 1024;

pub(super) const JWKS: Form = Form::new(jwks, shape::prose);

/// The keys by which a client proves itself.
const PROOFS: [&str; 3] = ["secret", "jwks", "jwks_uri"];

/// A client and where its secrets stand.
pub(crate) struct Declared {
    pub(crate) client: KnownClient,
    /// The value of `secret`; of no meaning without one.
    pub(crate) secret: Range<usize>,
    /// The same of `previous_secret`.
    pub(crate) previous_secret: Range<usize>,
}

/// The sound clients, in the order of the file; `None` when one of them has a fault.
pub(crate) fn read(
    root: &Section<'_, '_>,
    registration: Option<&Registration>,
) -> Option<Vec<Declared>> {
    let schemes = registration.map(|registration| registration.redirect_schemes.as_ref());
    let Some(value) = root.get("clients") else { return Some(Vec::new()) };
    let DeValue::Array(_) = value.raw() else {
        return value.wrong_type("a list of tables", "write `[[clients]]` for each client");
    };
    let named = enterprise::clients(root);
    let mut clients: Vec<Declared> = Vec::new();
    let mut sound = true;
    for item in value.items()? {
        let Some(declared) = client(&item, schemes, &named) else {
            sound = false;
            continue;
        };
        if clients.iter().any(|known| known.client.id == declared.client.id) {
            let message = format!("two clients have the id `{}`", shown(&declared.client.id));
            let help = "give each client an id of its own";
            item.report(Fault::new(Code::DuplicateValue, message, help));
        }
        clients.push(declared);
    }
    sound.then_some(clients)
}

/// `named` are the clients that `[[enterprise]]` names.
fn client(value: &Value<'_, '_>, schemes: Option<&[Str]>, named: &[&str]) -> Option<Declared> {
    let DeValue::Table(_) = value.raw() else {
        return value.wrong_type("a table", "write `[[clients]]` and `id = \"…\"` below it");
    };
    let table = value.open(value.span())?;
    table.refuse_unknown(KnownClient::KEYS);
    let (id, name) = (KnownClient::id(&table), KnownClient::name(&table));
    let help = "the only addresses that it may be sent back to: \
                `redirect_uris = [\"https://app.example.com/callback\"]`";
    let is_named = id.as_ref().is_some_and(|id| named.contains(&id.as_ref()));
    let redirect_uris = match table.get("redirect_uris") {
        // Nobody signs in for it.
        None if is_machine(&table) || is_named => Some(List::default()),
        None => table.require("redirect_uris", help).and(None),
        Some(value) => uris(&value, schemes),
    };
    let (secret, previous_secret) =
        (KnownClient::secret(&table), KnownClient::previous_secret(&table));
    let (jwks, jwks_uri) = (KnownClient::jwks(&table), KnownClient::jwks_uri(&table));
    let (machine, single_use) = (KnownClient::machine(&table), KnownClient::single_use(&table));
    let scopes = KnownClient::scopes(&table);
    let span = |key| table.get(key).map(|value| value.span()).unwrap_or_default();
    let is_whole = check_proof(&table);
    let client = KnownClient {
        id: id?,
        name: name?,
        redirect_uris: redirect_uris?,
        secret: secret?,
        previous_secret: previous_secret?,
        jwks: jwks?,
        jwks_uri: jwks_uri?,
        single_use: single_use?,
        machine: machine?,
        scopes: scopes?,
    };
    is_whole.then(|| Declared {
        client,
        secret: span("secret"),
        previous_secret: span("previous_secret"),
    })
}

/// A client proves itself in one way, and one without people has to; true where it is so.
fn check_proof(table: &Section<'_, '_>) -> bool {
    let has = |key: &str| table.get(key).is_some();
    let proofs: Vec<_> = table.entries().filter(|entry| PROOFS.contains(&entry.key)).collect();
    if let [first, second, ..] = proofs.as_slice() {
        let message = format!("`{}` stands beside `{}`", second.key, first.key);
        let help = "remove one of them: a client proves itself in one way";
        second.report_key(Fault::new(Code::ConflictingKeys, message, help));
        return false;
    }
    let fault = |code: Code, message: &str, help: &str| {
        table.report(table.span.clone(), Fault::new(code, message, help));
        false
    };
    if has("previous_secret") && !has("secret") {
        return fault(
            Code::ConflictingKeys,
            "`previous_secret` has no successor",
            "name the new one in `secret`; both are good until `previous_secret` is removed",
        );
    }
    if is_machine(table) && proofs.is_empty() {
        return fault(
            Code::MissingKey,
            "a machine that proves nothing could be anybody",
            "add `secret = { var = \"…\" }`, or its public keys in `jwks` or `jwks_uri`",
        );
    }
    true
}

fn is_machine(table: &Section<'_, '_>) -> bool {
    table.get("machine").is_some_and(|value| value.raw().as_bool() == Some(true))
}

/// Without the list of schemes, which has a fault then, private-use schemes cannot be judged.
fn uris(value: &Value<'_, '_>, schemes: Option<&[Str]>) -> Option<List<Str>> {
    match schemes {
        Some(schemes) => value.texts(|text| redirect_uri(text, schemes)),
        None => value.texts(|text| Ok(owned(text))),
    }
}

/// An id of `[[clients]]`, or the address of a metadata document; a domain of such has the form of an id.
fn named_client(text: &str) -> Result<Str, Fault> {
    let fault = |problem: &str, help: &str| {
        let message = format!("`{}` {problem}", shown(text));
        Err(Fault::new(Code::InvalidText, message, help))
    };
    if text.get(..8).is_none_or(|start| !start.eq_ignore_ascii_case("https://")) {
        return client_id(text);
    }
    match url::Url::parse(text) {
        Ok(url) if url.as_str() == text && url.path() != "/" => Ok(owned(text)),
        Ok(url) if url.path() == "/" => fault(
            "is no address of a client's metadata document",
            "write the whole address, or the domain alone: `clients = [\"client.example.com\"]`",
        ),
        Ok(url) => {
            fault("is not written as clients send it", &format!("write `{}`", shown(url.as_str())))
        }
        Err(_) => fault("is not an address", "write the address of the client's metadata document"),
    }
}

/// Reports clients of policies that nobody can be: neither one of `[[clients]]`, nor an address, nor a domain.
pub(super) fn check_named(
    root: &Section<'_, '_>,
    policies: &[super::declared::Declared],
    clients: &[Declared],
) {
    // Those that are faulty may be meant.
    if clients.is_empty() && root.get("clients").is_some() {
        return;
    }
    let section = root.section("policies");
    for policy in policies {
        policy.spot.walk(&policy.policy.rule, &mut |condition, span| {
            let Condition::Clients(names) = condition else { return };
            for name in names.iter().filter(|name| !is_known(name, clients)) {
                section.report(span.clone(), unknown(name, clients));
            }
        });
    }
}

fn is_known(name: &str, clients: &[Declared]) -> bool {
    name.starts_with("https://")
        || domain(name).is_ok()
        || clients.iter().any(|known| known.client.id == name)
}

fn unknown(name: &str, clients: &[Declared]) -> Fault {
    let ids: Vec<&str> = clients.iter().map(|known| known.client.id.as_ref()).collect();
    let help = match suggest::nearest(name, ids.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if ids.is_empty() => {
            "add it as one of `[[clients]]`, or name the address or the domain of a \
                                   client's metadata document"
                .to_owned()
        }
        None => {
            format!("clients: {}, or the address or domain of a metadata document", names(&ids))
        }
    };
    Fault::new(Code::UnsupportedValue, format!("unknown client `{}`", shown(name)), help)
}

/// A `client_id` (RFC 6749 appendix A.1) that cannot be mistaken for the address of a Client ID
/// Metadata Document.
pub(super) fn client_id(text: &str) -> Result<Str, Fault> {
    let fault = |problem: &str, help: &str| {
        let message = format!("`{}` {problem}", shown(text));
        Err(Fault::new(Code::InvalidText, message, help))
    };
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        let help = "use printable ASCII without blanks, for example `acme-desktop`";
        return fault("is not a client id", help);
    }
    if text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://")) {
        let help = "such ids are addresses of Client ID Metadata Documents, which need no entry; \
                    choose a name, for example `acme-desktop`";
        return fault("is the address of a document", help);
    }
    if text.len() > LONGEST_ID {
        return fault(&format!("is longer than {LONGEST_ID} characters"), "choose a shorter id");
    }
    Ok(owned(text))
}

/// A JSON Web Key Set of public keys.
fn jwks(text: &str) -> Result<Str, Fault> {
    let fault = |code: Code, problem: &str, help: &str| {
        Err(Fault::new(code, format!("`jwks` {problem}"), help))
    };
    let set: Option<Json> = serde_json::from_str(text).ok();
    let keys = set.as_ref().and_then(|set| set.get("keys")?.as_array());
    let Some(keys) = keys.filter(|keys| !keys.is_empty() && keys.iter().all(Json::is_object))
    else {
        let help = "write the public keys as JSON: `jwks = \'{\"keys\":[{\"kty\":\"EC\", …}]}\'`";
        return fault(Code::InvalidText, "is not a set of keys", help);
    };
    if keys.iter().any(|key| PRIVATE.iter().any(|member| key.get(member).is_some())) {
        let help = "write the public key only, and replace this one: it was written down here";
        return fault(Code::LiteralSecret, "has a key that is secret", help);
    }
    if text.len() > LONGEST_JWKS {
        let help = "leave out keys that are no longer used, or use `jwks_uri`";
        return fault(Code::InvalidText, &format!("is longer than {LONGEST_JWKS} bytes"), help);
    }
    Ok(owned(text))
}

/// Members that only a secret key has (RFC 7518 section 6).
const PRIVATE: [&str; 2] = ["d", "k"];
