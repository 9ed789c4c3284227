//! Domains of clients, in `[registration]`.

use super::form::Form;
use super::schema::{pattern, shape};
use super::text::{domain, owned};
use super::value::shown;
use crate::diagnostic::{Code, Fault};
use crate::model::Str;

pub(super) const CLIENT_DOMAIN: Form =
    Form::new(client_domain, || shape::pattern(&pattern::client_domain()));

/// A domain of clients. Other than in policies it stands for its sub-domains, too.
pub(super) fn client_domain(text: &str) -> Result<Str, Fault> {
    if let Some(parent) = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')) {
        let message = format!("`{}` is a pattern, not a domain", shown(text));
        let help = format!("write `{}`: sub-domains are included", shown(parent));
        return Err(Fault::new(Code::InvalidDomain, message, help));
    }
    // Programs on a person's own computer, when they register themselves.
    if text == "localhost" { Ok(owned(text)) } else { domain(text) }
}
