//! Forms of text: each has the check of a value, and its shape in the JSON Schema.

use serde_json::Value;

use super::schema::{pattern, shape};
use super::{audit, clients, color, identity, redirect_uri, registration, storage, text, url};
use crate::diagnostic::Fault;
use crate::model::Str;

/// A form of text.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(super) check: fn(&str) -> Result<Str, Fault>,
    pub(super) shape: fn() -> Value,
}

const fn form(check: fn(&str) -> Result<Str, Fault>, shape: fn() -> Value) -> Form {
    Form { check, shape }
}

/// Text that something else judges.
pub(super) const ANY_TEXT: Form = form(|text| Ok(text::owned(text)), shape::prose);
pub(super) const PROSE: Form = form(text::prose, shape::prose);
pub(super) const LINE: Form = form(text::exact, shape::line);
pub(super) const DOMAIN: Form = form(text::domain, shape::domain);
pub(super) const EMAIL: Form = form(text::email, shape::email);
pub(super) const POLICY_SCOPE: Form = form(text::policy_scope, shape::policy_scope);
pub(super) const ADDRESS: Form = form(url::address, shape::address);
pub(super) const ORIGIN: Form = form(url::origin, shape::address);
pub(super) const PICTURE: Form = form(url::picture, shape::picture);
pub(super) const COLOR_ON_LIGHT: Form = form(|text| color::readable(text, color::LIGHT), hex_color);
pub(super) const COLOR_ON_DARK: Form = form(|text| color::readable(text, color::DARK), hex_color);
pub(super) const SCHEME: Form = form(redirect_uri::scheme, || shape::pattern(pattern::SCHEME));
pub(super) const CLIENT_DOMAIN: Form =
    form(registration::client_domain, || shape::pattern(&pattern::client_domain()));
pub(super) const CLIENT_ID: Form = form(clients::client_id, || {
    shape::with(shape::pattern(pattern::CLIENT_ID), "maxLength", clients::LONGEST_ID)
});
pub(super) const TEAM: Form = form(identity::team, || shape::pattern(&pattern::label()));
pub(super) const DATABASE_NAME: Form =
    form(storage::database_name, || shape::pattern(pattern::DATABASE_NAME));
pub(super) const DATASET: Form = form(audit::dataset, || {
    shape::with(shape::pattern(pattern::DATASET), "maxLength", audit::LONGEST_DATASET)
});
pub(super) const QUEUE: Form = form(audit::queue, || shape::pattern(&pattern::label()));
pub(super) const AUDIT_PART: Form = form(audit::included, || shape::one_of(audit::PARTS));

fn hex_color() -> Value {
    shape::pattern(pattern::COLOR)
}
