//! `[[clients]]`: clients that are known beforehand.

use std::ops::Range;

use toml::de::DeValue;

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

/// A client and where its secret stands.
pub(crate) struct Declared {
    pub(crate) client: KnownClient,
    /// The value of `secret`; of no meaning without one.
    pub(crate) secret: Range<usize>,
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
    let mut clients: Vec<Declared> = Vec::new();
    let mut sound = true;
    for item in value.items()? {
        let Some(declared) = client(&item, schemes) else {
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

fn client(value: &Value<'_, '_>, schemes: Option<&[Str]>) -> Option<Declared> {
    let DeValue::Table(_) = value.raw() else {
        return value.wrong_type("a table", "write `[[clients]]` and `id = \"…\"` below it");
    };
    let table = value.open(value.span())?;
    table.refuse_unknown(KnownClient::KEYS);
    let (id, name) = (KnownClient::id(&table), KnownClient::name(&table));
    let help = "the only addresses that it may be sent back to: \
                `redirect_uris = [\"https://app.example.com/callback\"]`";
    let redirect_uris = table.require("redirect_uris", help);
    let redirect_uris = redirect_uris.and_then(|value| uris(&value, schemes));
    let secret = KnownClient::secret(&table);
    let span = table.get("secret").map(|value| value.span()).unwrap_or_default();
    let client =
        KnownClient { id: id?, name: name?, redirect_uris: redirect_uris?, secret: secret? };
    Some(Declared { client, secret: span })
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
