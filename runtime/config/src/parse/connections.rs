//! `[connections.<name>]`: accounts of people at third parties.

use super::form::Form;
use super::schema::shape;
use super::setting::setting_of;
use super::upstream::host;
use super::value::{Entry, Section, names, shown};
use super::{keys, secrets, text, url};
use crate::diagnostic::{Code, Fault};
use crate::model::{Connection, Identity, List, Protocol, Setting, Storage, StorageKind, Str};
use crate::names::EVERYONE;
use crate::render::Position;
use crate::suggest;

/// Longest name: it is part of an address and of rows, and stands in messages.
const LONGEST_NAME: usize = 64;

/// Most connections of a server: a person may have one of each, in one object.
const MOST: usize = 64;

pub(super) const ISSUER: Form = Form::new(url::issuer, shape::address);

/// The keys that stand for an issuer's metadata.
const ENDPOINTS: [&str; 3] = ["authorization_url", "token_url", "revocation_url"];

/// The connections, in the order of the file, and where their names stand; `None` when one of them has a fault.
pub(super) fn read(
    root: &Section<'_, '_>,
    source: &str,
) -> Option<(List<Connection>, Vec<Position>)> {
    let mut connections: Vec<(Connection, usize)> = Vec::new();
    let mut sound = true;
    for (index, entry) in root.section("connections").entries().enumerate() {
        if index == MOST {
            let message = format!("more than {MOST} connections");
            let help = "split the server: a person could not tell so many accounts apart";
            entry.report_key(Fault::new(Code::OutOfRange, message, help));
            return None;
        }
        match connection(&entry, root) {
            Some(connection) => connections.push((connection, entry.key_span.start)),
            None => sound = false,
        }
    }
    connections.sort_by_key(|(_, start)| *start);
    let places = connections.iter().map(|(_, start)| Position::of(source, *start)).collect();
    let connections = connections.into_iter().map(|(connection, _)| connection).collect();
    sound.then_some((connections, places))
}

fn connection(entry: &Entry<'_, '_>, root: &Section<'_, '_>) -> Option<Connection> {
    let name = match name(entry.key) {
        Ok(name) => Some(name),
        Err(fault) => {
            entry.report_key(fault);
            None
        }
    };
    let table = entry.value.open(entry.key_span.clone())?;
    table.refuse_unknown(keys::of("connections.*"));
    let title = match table.get("title") {
        Some(title) => title.text(text::exact),
        None => Some(text::owned(entry.key)),
    };
    let issuer = Connection::issuer(&table);
    let authorization_url = Connection::authorization_url(&table);
    let token_url = Connection::token_url(&table);
    let revocation_url = Connection::revocation_url(&table);
    let has_endpoints = endpoints(&table);
    let client_id = client_id(&table, entry.key);
    let client_secret = client_secret(&table, root);
    let client_auth = Connection::client_auth(&table);
    let scopes = Connection::scopes(&table);
    let help = "name the hosts that may get a token: `hosts = [\"api.example.com\"]`";
    let hosts = table.require("hosts", help).and_then(|value| value.texts(host));
    let allow = Connection::allow(&table);
    let (name, title, hosts) = (name?, title?, hosts?);
    has_endpoints.then_some(())?;
    Some(Connection {
        name,
        title,
        issuer: issuer?,
        authorization_url: authorization_url?,
        token_url: token_url?,
        revocation_url: revocation_url?,
        client_id: client_id?,
        client_secret: client_secret?,
        client_auth: client_auth?,
        scopes: scopes?,
        hosts,
        allow: allow?,
    })
}

fn name(text: &str) -> Result<Str, Fault> {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
    {
        return Ok(text::owned(text));
    }
    let message = format!("`{}` is not a name of a connection", shown(text));
    let help = format!(
        "names are up to {LONGEST_NAME} lower-case letters, digits and `-`, for example \
         `[connections.linear]`"
    );
    Err(Fault::new(Code::InvalidText, message, help))
}

/// Either an issuer, or both endpoints; true where it is so.
fn endpoints(table: &Section<'_, '_>) -> bool {
    let has = |key: &str| table.get(key).is_some();
    if has("issuer") {
        let mut others = table.entries().filter(|entry| ENDPOINTS.contains(&entry.key)).peekable();
        let is_alone = others.peek().is_none();
        for other in others {
            let message = format!("`{}` stands beside `issuer`", other.key);
            let help = "remove one of the two: the metadata of an issuer lists its endpoints";
            other.report_key(Fault::new(Code::ConflictingKeys, message, help));
        }
        return is_alone;
    }
    let missing: Vec<&str> = ENDPOINTS[..2].iter().copied().filter(|key| !has(key)).collect();
    if missing.is_empty() {
        return true;
    }
    let message = format!("`{}` does not say where people connect their account", table.path);
    let help = match missing.as_slice() {
        [only] => format!("add `{only}` of the third party"),
        _ => "add `issuer = \"https://…\"`, or `authorization_url` and `token_url`".to_owned(),
    };
    table.report(table.span.clone(), Fault::new(Code::MissingKey, message, help));
    false
}

/// The client id, by default from a variable that has the connection's name.
fn client_id(table: &Section<'_, '_>, name: &str) -> Option<Setting> {
    match table.get("client_id") {
        Some(value) => setting_of(&value, text::exact),
        None => {
            let name = name.to_ascii_uppercase().replace('-', "_");
            let help = format!(
                "write the id that the third party gave this server: `client_id = \"…\"`, or \
                 `client_id = {{ var = \"{name}_CLIENT_ID\" }}`"
            );
            table.require("client_id", &help)?;
            None
        }
    }
}

/// Reads the name of a secret. A text that `[secrets]` does not have may be the secret itself, so the error does not
/// repeat it.
fn client_secret(table: &Section<'_, '_>, root: &Section<'_, '_>) -> Option<Option<Str>> {
    let Some(value) = table.get("client_secret") else { return Some(None) };
    let declared = secrets::names(root);
    let name = value.text(|text| {
        if declared.contains(&text) {
            return Ok(text::owned(text));
        }
        let message = format!("`{}` does not name a secret of [secrets]", value.path);
        let help = "declare one, `[secrets]` with `LINEAR_CLIENT_SECRET = \"client secret at Linear\"`, and \
                    write its name here\na secret that was committed once must be replaced";
        Err(Fault::new(Code::LiteralSecret, message, help))
    });
    name.map(Some)
}

/// Reports what the rest of the file does not allow: a storage that is not consistent, a server without
/// sign-in, and a policy that there is not.
pub(super) fn check(
    root: &Section<'_, '_>,
    identity: Option<&Identity>,
    storage: Option<&Storage>,
    policies: &[&str],
) {
    let Some(section) = root.entry("connections") else { return };
    if storage.is_some_and(|storage| storage.kind == StorageKind::Kv) {
        let message = "`[connections]` needs a storage that is strongly consistent";
        let help = "remove it, or choose `kind = \"durable-object\"` or `\"d1\"` in [storage]: Workers KV shows \
                    an ended grant, and so what may use an account, for up to a minute";
        section.report_key(Fault::new(Code::ConflictingKeys, message, help));
    }
    let protocol = identity.map(|identity| identity.provider.protocol());
    if matches!(protocol, Some(Protocol::AccessAssertion | Protocol::Nobody)) {
        let message = "`[connections]` needs people who sign in at this server";
        let help = "remove it, or choose another `provider` in [identity]: a page of this server proves that \
                    whoever connects an account is the person who was asked";
        section.report_key(Fault::new(Code::ConflictingKeys, message, help));
    }
    for entry in root.section("connections").entries() {
        let Some(table) = entry.value.open(entry.key_span.clone()) else { continue };
        let Some(allow) = table.get("allow") else { continue };
        let Some(name) = allow.raw().as_str() else { continue };
        if name != EVERYONE && !policies.contains(&name) {
            allow.report(unknown(name, policies));
        }
    }
}

pub(super) fn unknown(name: &str, policies: &[&str]) -> Fault {
    let all: Vec<&str> = std::iter::once(EVERYONE).chain(policies.iter().copied()).collect();
    let help = match suggest::nearest(name, all.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("policies: {}", names(&all)),
    };
    Fault::new(Code::UnknownPolicy, format!("unknown policy `{}`", shown(name)), help)
}
