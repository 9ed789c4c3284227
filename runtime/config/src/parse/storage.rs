//! `[storage]`: where grants are kept.

use std::borrow::Cow;

use super::form::Form;
use super::schema::{pattern, shape};
use super::text::{owned, variable_name};
use super::value::{Section, names, shown};

use crate::diagnostic::{Code, Fault};
use crate::model::{Storage, StorageKind, Str};
use crate::names::{OBJECT_BINDING, is_generated_binding};

/// The keys that not every kind has, and the kinds that have them.
const OWNERS: &[(&str, &[StorageKind])] = &[
    ("binding", &[StorageKind::Kv, StorageKind::D1]),
    ("id", &[StorageKind::Kv, StorageKind::D1]),
    ("database_name", &[StorageKind::D1]),
    // Workers KV keeps everything everywhere.
    ("jurisdiction", &[StorageKind::DurableObject, StorageKind::D1]),
    // It would tell of an end that Workers KV does not show yet.
    ("feed", &[StorageKind::DurableObject, StorageKind::D1]),
];

pub(super) const DATABASE_NAME: Form =
    Form::new(database_name, || shape::pattern(pattern::DATABASE_NAME));

/// A KV namespace or D1 database that exists already. Nothing of it reaches the Worker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Existing {
    /// `id`: of the namespace or the database; wrangler creates one when it is absent.
    pub id: Option<String>,
    /// `database_name`: of the database; `<Worker>-oauth` when it is absent.
    pub database_name: Option<String>,
}

pub(crate) fn read(section: &Section<'_, '_>) -> Option<(Storage, Existing)> {
    let kind = Storage::kind(section)?;
    refuse_foreign_keys(section, kind);
    let seal_state = Storage::seal_state(section);
    let feed = Storage::feed(section);
    let jurisdiction = Storage::jurisdiction(section);
    let storage = |binding| {
        let (feed, seal_state, jurisdiction) = (feed?, seal_state?, jurisdiction?);
        Some(Storage { kind, binding, feed, seal_state, jurisdiction })
    };
    if kind == StorageKind::DurableObject {
        return Some((storage(default_binding(kind))?, Existing::default()));
    }
    let binding = match section.get("binding") {
        Some(value) => value.text(binding_name),
        None => Some(default_binding(kind)),
    };
    let id = match section.get("id") {
        Some(value) if kind == StorageKind::D1 => value.text(database_id).map(Some),
        Some(value) => value.text(namespace_id).map(Some),
        None => Some(None),
    };
    let database_name = Storage::database_name(section);
    let existing = Existing { id: id?, database_name: database_name?.map(Str::into_owned) };
    Some((storage(binding?)?, existing))
}

/// The binding of a kind when the file names none.
fn default_binding(kind: StorageKind) -> Str {
    Cow::Borrowed(match kind {
        StorageKind::DurableObject => OBJECT_BINDING,
        StorageKind::Kv => "OAUTH_KV",
        StorageKind::D1 => "OAUTH_DB",
    })
}

fn refuse_foreign_keys(section: &Section<'_, '_>, kind: StorageKind) {
    for (key, owners) in OWNERS.iter().filter(|(_, owners)| !owners.contains(&kind)) {
        let Some(entry) = section.entry(key) else { continue };
        let message = format!("`{key}` is not for `kind = \"{}\"`", kind.name());
        let owners: Vec<&str> = owners.iter().map(|owner| owner.name()).collect();
        let mut help = format!("remove it: it belongs to {}", names(&owners));
        if *key == "jurisdiction" {
            help.push_str("; Workers KV keeps what it has in every data centre");
        } else if kind == StorageKind::DurableObject {
            help.push_str(&format!("; the Durable Object is always bound as `{OBJECT_BINDING}`"));
        }
        entry.report_key(Fault::new(Code::ConflictingKeys, message, help));
    }
}

/// A name that no other binding of the server has.
fn binding_name(text: &str) -> Result<Str, Fault> {
    if is_generated_binding(text) {
        let message = format!("binding `{text}` is generated");
        return Err(Fault::new(Code::WranglerCollision, message, "use another name"));
    }
    variable_name(text)
}

pub(super) fn namespace_id(text: &str) -> Result<String, Fault> {
    if text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not the id of a KV namespace", shown(text));
    let help = "copy the 32 hexadecimal digits that `cargo toolgate wrangler -- kv namespace create` prints, \
                or leave the key out: wrangler then creates a namespace";
    Err(Fault::new(Code::InvalidText, message, help))
}

/// A UUID (RFC 9562 section 4), which is what D1 calls its databases by.
pub(super) fn database_id(text: &str) -> Result<String, Fault> {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let hexadecimal = |group: &&str| group.bytes().all(|b| b.is_ascii_hexdigit());
    if lengths == [8, 4, 4, 4, 12] && groups.iter().all(hexadecimal) {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not the id of a D1 database", shown(text));
    let help = "copy the `database_id` that `cargo toolgate wrangler -- d1 create` prints, \
                or leave the key out: wrangler then creates a database";
    Err(Fault::new(Code::InvalidText, message, help))
}

pub(super) fn database_name(text: &str) -> Result<Str, Fault> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if text.bytes().all(allowed) && text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not a name of a D1 database", shown(text));
    let help = "names are letters, digits, `-` and `_`, and begin with a letter or digit";
    Err(Fault::new(Code::InvalidText, message, help))
}
