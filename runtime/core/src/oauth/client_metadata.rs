//! Metadata of clients (RFC 7591 section 2), read alike from a registration and from a Client ID
//! Metadata Document.

use serde_json::{Map, Value};
use toolgate_config::Str;

use crate::limits::MAX_CLIENT_NAME;
use crate::oauth::error::OAuthError;
use crate::oauth::redirect_uri;

/// Longest `client_uri` kept; it is only shown.
const MAX_CLIENT_URI: usize = 200;

/// Schemes remembered of redirect URIs that were left out; a client has one or two of its own.
const MAX_LEFT_OUT_SCHEMES: usize = 3;

/// Longest such scheme: they travel in the `client_id`.
const MAX_LEFT_OUT_SCHEME: usize = 40;

/// A client's metadata as it came.
pub(crate) type Metadata = Map<String, Value>;

/// `invalid_client_metadata` (RFC 7591 section 3.2.2).
pub(crate) fn invalid(description: impl Into<String>) -> OAuthError {
    OAuthError::new("invalid_client_metadata", description.into())
}

/// A member that is text; `None` where it is absent or `null`.
pub(crate) fn text<'a>(metadata: &'a Metadata, name: &str) -> Result<Option<&'a str>, OAuthError> {
    match metadata.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(format!("{name} must be a string"))),
    }
}

/// `client_name`, as far as it can be shown; `None` where it is absent.
pub(crate) fn client_name(metadata: &Metadata) -> Result<Option<String>, OAuthError> {
    // Control and bidirectional characters could make the approval page read differently.
    let shown = |c: &char| !c.is_control() && !is_direction_mark(*c);
    let name = text(metadata, "client_name")?;
    Ok(name.map(|name| name.chars().filter(shown).take(MAX_CLIENT_NAME).collect()))
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `client_uri`, which is shown as text only; `None` where it is absent, or of no use to a person.
pub(crate) fn client_uri(metadata: &Metadata) -> Result<Option<String>, OAuthError> {
    let uri = text(metadata, "client_uri")?;
    let useful = uri.filter(|uri| uri.starts_with("https://") && uri.len() <= MAX_CLIENT_URI);
    Ok(useful.map(str::to_owned))
}

/// `redirect_uris`, at least one and each of them text; whether they are acceptable is another
/// question.
pub(crate) fn redirect_uris(metadata: &Metadata) -> Result<Vec<&str>, OAuthError> {
    metadata
        .get("redirect_uris")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())
        .ok_or_else(|| invalid_redirect("redirect_uris must list at least one URI"))?
        .iter()
        .map(|uri| uri.as_str().ok_or_else(|| invalid_redirect("redirect_uris must be strings")))
        .collect()
}

/// The redirect URIs that can be used here, and the private-use schemes of those that could be if
/// `redirect_schemes` listed them. Clients speak to every server alike, so what this one does not
/// accept is left out (RFC 7591 section 3.2.1), unless it `refuses` the whole.
///
/// # Errors
/// None can be used, or one refuses the whole.
pub(crate) fn usable_redirects(
    metadata: &Metadata,
    schemes: &[Str],
    refuses: impl Fn(&str) -> bool,
) -> Result<(Vec<String>, Vec<String>), OAuthError> {
    let (mut usable, mut left_out) = (Vec::new(), Vec::<String>::new());
    let mut unusable = None;
    for uri in redirect_uris(metadata)? {
        let Err(reason) = redirect_uri::check(uri, schemes) else {
            usable.push(uri.to_owned());
            continue;
        };
        if refuses(uri) {
            return Err(invalid_redirect(reason));
        }
        let scheme = redirect_uri::needs_scheme(uri, schemes)
            .filter(|scheme| scheme.len() <= MAX_LEFT_OUT_SCHEME && !redirect_uri::is_hostile(uri));
        if let Some(scheme) = scheme
            && left_out.len() < MAX_LEFT_OUT_SCHEMES
            && !left_out.iter().any(|known| known == scheme)
        {
            left_out.push(scheme.to_owned());
        }
        unusable.get_or_insert(reason);
    }
    match unusable {
        Some(reason) if usable.is_empty() => Err(invalid_redirect(reason)),
        _ => Ok((usable, left_out)),
    }
}

/// `invalid_redirect_uri` (RFC 7591 section 3.2.2).
pub(crate) fn invalid_redirect(description: impl Into<String>) -> OAuthError {
    OAuthError::new("invalid_redirect_uri", description.into())
}

/// True if the `grant_types` that it lists leave `refresh_token` out. A client that lists none is
/// given both (RFC 7591 section 3.2.1: the answer tells what it got).
pub(crate) fn is_code_only(metadata: &Metadata) -> bool {
    metadata
        .get("grant_types")
        .and_then(Value::as_array)
        .is_some_and(|list| list.iter().all(|value| value != "refresh_token"))
}

/// Checks that the lists of a client include what it can use here.
pub(crate) fn check_lists(metadata: &Metadata) -> Result<(), OAuthError> {
    for (name, needed) in [("grant_types", "authorization_code"), ("response_types", "code")] {
        match metadata.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) if list.iter().any(|value| value == needed) => {}
            Some(_) => {
                return Err(invalid(format!("{name} must be a list that includes {needed}")));
            }
        }
    }
    Ok(())
}
