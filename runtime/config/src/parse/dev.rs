//! `[dev]`: the accounts of the identity provider that `cargo toolgate dev` starts.

use toml::de::DeValue;

use super::value::{Section, Value};
use super::wrangler::to_value;
use crate::diagnostic::{Code, Fault};
use crate::model::Str;

/// `[dev]`. Nothing of it reaches the Worker.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dev {
    /// `[[dev.users]]`, in the order of the file.
    pub users: Vec<DevUser>,
}

/// One account of the dev identity provider.
#[derive(Debug, Clone, PartialEq)]
pub struct DevUser {
    /// Verified e-mail address.
    pub email: String,
    /// Display name.
    pub name: Option<String>,
    /// Values of the groups claim.
    pub groups: Vec<String>,
    /// Further claims of the id_token.
    pub claims: toml::Table,
}

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Dev> {
    let Some(value) = section.get("users") else { return Some(Dev::default()) };
    let mut users: Vec<DevUser> = Vec::new();
    let mut sound = true;
    for item in value.items()? {
        match user(&item) {
            Some(user) if users.iter().any(|known| known.email == user.email) => {
                let message = format!("`dev.users` has `{}` twice", user.email);
                item.report(Fault::new(Code::DuplicateValue, message, "remove one of them"));
            }
            Some(user) => users.push(user),
            None => sound = false,
        }
    }
    sound.then_some(Dev { users })
}

fn user(value: &Value<'_, '_>) -> Option<DevUser> {
    let DeValue::Table(_) = value.raw() else {
        return value.wrong_type("a table", "write `[[dev.users]]` and `email = \"…\"` below it");
    };
    let table = value.open(value.span())?;
    table.refuse_unknown(DevUser::KEYS);
    let (email, name) = (DevUser::email(&table), DevUser::name(&table));
    let groups = DevUser::groups(&table);
    let claims = match table.get("claims") {
        Some(value) => claims(&value),
        None => Some(toml::Table::new()),
    };
    Some(DevUser {
        email: email?.into_owned(),
        name: name?.map(Str::into_owned),
        groups: groups?.iter().map(|group| group.clone().into_owned()).collect(),
        claims: claims?,
    })
}

fn claims(value: &Value<'_, '_>) -> Option<toml::Table> {
    let table = value.open(value.span())?;
    let mut claims = toml::Table::new();
    for entry in table.entries() {
        claims.insert(entry.key.to_owned(), to_value(&entry.value)?);
    }
    Some(claims)
}
