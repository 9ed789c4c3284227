//! `POST /register`: dynamic client registration (RFC 7591), stateless.

use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use serde_json::{Map, Value, json};

use crate::limits::{MAX_CLIENT_ID, MAX_CLIENT_NAME, MAX_REDIRECT_URIS, MAX_REGISTRATION_BODY};
use crate::oauth::client::{AuthMethod, Client, Registration};
use crate::oauth::error::OAuthError;
use crate::oauth::gate::Gate;
use crate::oauth::redirect_uri;
use crate::reply::{self, Reply};

/// Answers a registration request.
pub fn register(gate: &mut Gate<'_>, request: &Request<Vec<u8>>) -> Reply {
    match read(request).and_then(|metadata| Ok((issue(gate, &metadata)?, metadata))) {
        Ok((client, metadata)) => reply::readable_by_any_origin(reply::json(
            StatusCode::CREATED,
            &describe(gate, &client, &metadata),
        )),
        Err(error) => error.into_reply(),
    }
}

fn invalid_metadata(description: impl Into<String>) -> OAuthError {
    OAuthError::new("invalid_client_metadata", description.into())
}

fn read(request: &Request<Vec<u8>>) -> Result<Map<String, Value>, OAuthError> {
    let is_json =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(
            |value| value.trim_start().to_ascii_lowercase().starts_with("application/json"),
        );
    if !is_json {
        return Err(invalid_metadata("The body must be application/json"));
    }
    if request.body().len() > MAX_REGISTRATION_BODY {
        return Err(invalid_metadata(format!(
            "The registration is larger than {MAX_REGISTRATION_BODY} bytes"
        )));
    }
    serde_json::from_slice(request.body())
        .map_err(|_| invalid_metadata("The body is not a JSON object"))
}

fn issue(gate: &mut Gate<'_>, metadata: &Map<String, Value>) -> Result<Client, OAuthError> {
    let registration = Registration {
        name: client_name(metadata)?,
        uri: client_uri(metadata)?,
        redirect_uris: redirect_uris(metadata)?,
        auth_method: auth_method(metadata)?,
        issued_at: gate.now,
    };
    check_lists(metadata)?;
    let client = Client::issue(gate.keys, registration, gate.entropy);
    if client.id.len() > MAX_CLIENT_ID {
        return Err(invalid_metadata(
            "The registration is too large; register fewer redirect_uris",
        ));
    }
    Ok(client)
}

fn text<'a>(metadata: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, OAuthError> {
    match metadata.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid_metadata(format!("{name} must be a string"))),
    }
}

fn client_name(metadata: &Map<String, Value>) -> Result<String, OAuthError> {
    let name = text(metadata, "client_name")?.unwrap_or("An MCP client without a name");
    // Control and bidirectional characters could make the approval page read differently.
    let printable = name.chars().filter(|c| !c.is_control() && !is_direction_mark(*c));
    Ok(printable.take(MAX_CLIENT_NAME).collect())
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn client_uri(metadata: &Map<String, Value>) -> Result<Option<String>, OAuthError> {
    match text(metadata, "client_uri")? {
        Some(uri) if uri.starts_with("https://") && uri.len() <= 200 => Ok(Some(uri.to_owned())),
        // Shown as text only; anything else is of no use to a person and is left out.
        _ => Ok(None),
    }
}

fn redirect_uris(metadata: &Map<String, Value>) -> Result<Vec<String>, OAuthError> {
    let invalid = |description: String| OAuthError::new("invalid_redirect_uri", description);
    let list = metadata
        .get("redirect_uris")
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())
        .ok_or_else(|| invalid("redirect_uris must list at least one URI".to_owned()))?;
    if list.len() > MAX_REDIRECT_URIS {
        return Err(invalid(format!(
            "At most {MAX_REDIRECT_URIS} redirect_uris can be registered"
        )));
    }
    list.iter()
        .map(|uri| {
            let uri =
                uri.as_str().ok_or_else(|| invalid("redirect_uris must be strings".to_owned()))?;
            redirect_uri::check(uri).map_err(invalid)?;
            Ok(uri.to_owned())
        })
        .collect()
}

fn auth_method(metadata: &Map<String, Value>) -> Result<AuthMethod, OAuthError> {
    match text(metadata, "token_endpoint_auth_method")? {
        // RFC 7591 section 2: the default when it is left out.
        None => Ok(AuthMethod::Basic),
        Some(name) => AuthMethod::from_name(name).ok_or_else(|| {
            invalid_metadata(format!(
                "token_endpoint_auth_method must be one of {}",
                AuthMethod::NAMES.join(", ")
            ))
        }),
    }
}

/// What a client says it will use must include what it can use here.
fn check_lists(metadata: &Map<String, Value>) -> Result<(), OAuthError> {
    for (name, needed) in [("grant_types", "authorization_code"), ("response_types", "code")] {
        match metadata.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) if list.iter().any(|value| value == needed) => {}
            Some(_) => {
                return Err(invalid_metadata(format!(
                    "{name} must be a list that includes {needed}"
                )));
            }
        }
    }
    Ok(())
}

fn describe(gate: &Gate<'_>, client: &Client, metadata: &Map<String, Value>) -> Value {
    let registration = &client.registration;
    let mut body = json!({
        "client_id": client.id,
        "client_id_issued_at": registration.issued_at,
        "client_name": registration.name,
        "redirect_uris": registration.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": registration.auth_method.name(),
    });
    if let Some(uri) = &registration.uri {
        body["client_uri"] = json!(uri);
    }
    if let Some(kind @ Value::String(_)) = metadata.get("application_type") {
        body["application_type"] = kind.clone();
    }
    if let Some(secret) = client.secret(gate.keys) {
        body["client_secret"] = json!(secret);
        body["client_secret_expires_at"] = json!(0);
    }
    body
}
