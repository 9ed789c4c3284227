//! `[registration]`: which clients may come without being known beforehand.

use super::redirect_uri::scheme;
use super::text::{domain, owned};
use super::value::{Section, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{List, Registration, Str};

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Registration> {
    let flag = |key| section.get(key).map_or(Some(true), |value| value.boolean());
    let (metadata_documents, dynamic) = (flag("metadata_documents"), flag("dynamic"));
    let allowed_domains = match section.get("allowed_domains") {
        Some(value) => value.texts(client_domain),
        None => Some(List::default()),
    };
    let redirect_schemes = match section.get("redirect_schemes") {
        Some(value) => value.texts(scheme),
        None => Some(List::default()),
    };
    Some(Registration {
        metadata_documents: metadata_documents?,
        dynamic: dynamic?,
        allowed_domains: allowed_domains?,
        redirect_schemes: redirect_schemes?,
    })
}

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
