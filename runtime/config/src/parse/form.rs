//! Forms of text: each has the check of a value, and its shape in the JSON Schema. Those of one section
//! stand in its file.

use serde_json::Value;

use super::schema::{pattern, shape};
use super::{color, text, url};
use crate::diagnostic::Fault;
use crate::model::Str;

/// A form of text.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) check: fn(&str) -> Result<Str, Fault>,
    pub(super) shape: fn() -> Value,
}

impl Form {
    pub(super) const fn new(check: fn(&str) -> Result<Str, Fault>, shape: fn() -> Value) -> Self {
        Self { check, shape }
    }
}

/// Text that something else judges.
pub(super) const ANY_TEXT: Form = Form::new(|text| Ok(text::owned(text)), shape::prose);
pub(super) const PROSE: Form = Form::new(text::prose, shape::prose);
pub(super) const LINE: Form = Form::new(text::exact, shape::line);
pub(super) const DOMAIN: Form = Form::new(text::domain, shape::domain);
pub(super) const EMAIL: Form = Form::new(text::email, shape::email);
pub(super) const POLICY_SCOPE: Form = Form::new(text::policy_scope, shape::policy_scope);
pub(super) const ADDRESS: Form = Form::new(url::address, shape::address);
pub(super) const ORIGIN: Form = Form::new(url::origin, shape::address);
pub(super) const PICTURE: Form = Form::new(url::picture, shape::picture);
pub(super) const COLOR_ON_LIGHT: Form =
    Form::new(|text| color::readable(text, color::LIGHT), || shape::pattern(pattern::COLOR));
pub(super) const COLOR_ON_DARK: Form =
    Form::new(|text| color::readable(text, color::DARK), || shape::pattern(pattern::COLOR));
