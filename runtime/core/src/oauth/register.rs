//! `POST /register`: dynamic client registration (RFC 7591), stateless.

use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::audit::{self, EventKind, Reason};
use crate::limits::{MAX_CLIENT_ID, MAX_REDIRECT_URIS, MAX_REGISTRATION_BODY};
use crate::oauth::client::{AuthMethod, Client, Registration};
use crate::oauth::client_metadata::{self, Metadata, invalid};
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::redirect_uri;
use crate::reply::{self, Reply};

/// Answers a registration request.
pub fn register(oauth: &mut OAuthContext<'_>, request: &Request<Vec<u8>>) -> Reply {
    if !oauth.config.registration.dynamic {
        return switched_off();
    }
    match read(request).and_then(|metadata| Ok((issue(oauth, &metadata)?, metadata))) {
        Ok((client, metadata)) => {
            oauth.log.client(&client.key);
            oauth.log.tell(EventKind::Registration, Reason::ClientRegistered);
            reply::readable_by_any_origin(reply::json(
                StatusCode::CREATED,
                &describe(oauth, &client, &metadata),
            ))
        }
        Err(error) => error.into_reply(),
    }
}

/// The answer of a server whose owner does not want dynamic registrations.
fn switched_off() -> Reply {
    let body = json!({
        "error": "access_denied",
        "error_description": "This server takes no dynamic registrations; its owner can allow \
                              them with dynamic in the section registration of mcp.toml \
                              (client_kind_refused)",
    });
    let reply = reply::readable_by_any_origin(reply::json(StatusCode::FORBIDDEN, &body));
    audit::because(reply, Reason::ClientKindRefused)
}

fn read(request: &Request<Vec<u8>>) -> Result<Metadata, OAuthError> {
    let is_json =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(
            |value| value.trim_start().to_ascii_lowercase().starts_with("application/json"),
        );
    if !is_json {
        return Err(invalid("The body must be application/json").because(Reason::BodyType));
    }
    if request.body().len() > MAX_REGISTRATION_BODY {
        return Err(invalid(format!(
            "The registration is larger than {MAX_REGISTRATION_BODY} bytes"
        ))
        .because(Reason::BodyTooLarge));
    }
    crate::json::members(request.body()).map_err(|_| invalid("The body is not a JSON object"))
}

fn issue(oauth: &mut OAuthContext<'_>, metadata: &Metadata) -> Result<Client, OAuthError> {
    let name = client_metadata::client_name(metadata)?;
    let (redirect_uris, left_out) = redirect_uris(oauth, metadata)?;
    let registration = Registration {
        name: name.unwrap_or_else(|| "An MCP client without a name".to_owned()),
        uri: client_metadata::client_uri(metadata)?,
        redirect_uris,
        left_out,
        auth_method: auth_method(metadata)?,
        issued_at: oauth.now,
        code_only: client_metadata::is_code_only(metadata),
    };
    client_metadata::check_lists(metadata)?;
    let client = Client::issue(oauth.keys, registration, oauth.entropy);
    client.check_domains(oauth.config).map_err(|error| {
        let reason = error.reason;
        invalid(error.description).because(reason)
    })?;
    if client.id.len() > MAX_CLIENT_ID {
        return Err(invalid("The registration is too large; register fewer redirect_uris"));
    }
    Ok(client)
}

fn redirect_uris(
    oauth: &OAuthContext<'_>,
    metadata: &Metadata,
) -> Result<(Vec<String>, Vec<String>), OAuthError> {
    if client_metadata::redirect_uris(metadata)?.len() > MAX_REDIRECT_URIS {
        return Err(client_metadata::invalid_redirect(format!(
            "At most {MAX_REDIRECT_URIS} redirect_uris can be registered"
        )));
    }
    let schemes = &oauth.config.registration.redirect_schemes;
    client_metadata::usable_redirects(metadata, schemes, redirect_uri::is_hostile)
}

fn auth_method(metadata: &Metadata) -> Result<AuthMethod, OAuthError> {
    match client_metadata::text(metadata, "token_endpoint_auth_method")? {
        // RFC 7591 section 2: the default when it is left out.
        None => Ok(AuthMethod::Basic),
        Some(name) => AuthMethod::REGISTERED
            .into_iter()
            .find(|method| method.name() == name)
            .ok_or_else(|| {
                let names = AuthMethod::REGISTERED.map(AuthMethod::name).join(", ");
                invalid(format!("token_endpoint_auth_method must be one of {names}"))
            }),
    }
}

fn describe(oauth: &OAuthContext<'_>, client: &Client, metadata: &Metadata) -> Value {
    let registration = &client.registration;
    let both = ["authorization_code", "refresh_token"];
    let grant_types = if registration.code_only { &both[..1] } else { &both };
    let mut body = json!({
        "client_id": client.id,
        "client_id_issued_at": registration.issued_at,
        "client_name": registration.name,
        "redirect_uris": registration.redirect_uris,
        "grant_types": grant_types,
        "response_types": ["code"],
        "token_endpoint_auth_method": registration.auth_method.name(),
    });
    if let Some(uri) = &registration.uri {
        body["client_uri"] = json!(uri);
    }
    if let Some(kind @ Value::String(_)) = metadata.get("application_type") {
        body["application_type"] = kind.clone();
    }
    if let Some(secret) = client.secret(oauth.keys) {
        body["client_secret"] = json!(secret);
        body["client_secret_expires_at"] = json!(0);
    }
    body
}
