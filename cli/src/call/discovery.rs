//! Discovery of the authorization server: RFC 9728, then RFC 8414 or OpenID Connect Discovery.

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::challenge::Challenge;
use super::failure::{Failure, Result};
use super::http::{Http, unreached};
use crate::Error;

/// The part of RFC 9728 that is needed.
#[derive(Debug, Deserialize)]
struct Resource {
    resource: String,
    #[serde(default)]
    authorization_servers: Vec<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
}

/// The part of RFC 8414 that is needed.
#[derive(Debug, Deserialize)]
pub(super) struct Server {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) registration_endpoint: Option<Url>,
    pub(super) revocation_endpoint: Option<Url>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// An authorization server, and what is asked of it.
pub(super) struct Found {
    pub(super) server: Server,
    pub(super) resource: String,
    pub(super) scope: Option<String>,
}

/// Finds it by what the server said with 401 or 403, or else at the well-known addresses.
pub(super) fn discover(http: &Http, url: &Url, challenge: &Challenge) -> Result<Found> {
    let resource = resource(http, url, challenge)?;
    if !is_same(&resource.resource, url) {
        let why = format!("its metadata are those of another resource, {}", resource.resource);
        return Err(unreached(url, &why));
    }
    let Some(issuer) = resource.authorization_servers.first() else {
        return Err(unreached(url, "it asks for a token and does not say who gives one"));
    };
    let server = server(http, url, issuer)?;
    let listed = resource.scopes_supported.join(" ");
    let scope = challenge.scope.clone().or((!listed.is_empty()).then_some(listed));
    Ok(Found { server, resource: resource.resource, scope })
}

fn resource(http: &Http, url: &Url, challenge: &Challenge) -> Result<Resource> {
    let said = challenge.resource_metadata.as_deref().and_then(|text| Url::parse(text).ok());
    let path = url.path().trim_end_matches('/');
    let known = ["oauth-protected-resource"].into_iter();
    let known = known.flat_map(|name| [with_path(url, name, path), with_path(url, name, "")]);
    let places = said.into_iter().chain(known);
    for place in places {
        let answer = http.get(&place, &[("accept", "application/json")])?;
        if answer.status == 200 {
            return serde_json::from_value(answer.json()?)
                .map_err(|error| unreached(&place, &error.to_string()));
        }
    }
    Err(unreached(url, "it asks for a token and does not say who gives one (RFC 9728)"))
}

fn server(http: &Http, url: &Url, issuer: &str) -> Result<Server> {
    let base = Url::parse(issuer)
        .map_err(|error| unreached(url, &format!("it names the issuer `{issuer}`: {error}")))?;
    let path = base.path().trim_end_matches('/');
    let mut openid = base.clone();
    openid.set_path(&format!("{path}/.well-known/openid-configuration"));
    let places = [
        with_path(&base, "oauth-authorization-server", path),
        with_path(&base, "openid-configuration", path),
        openid,
    ];
    for place in places {
        let answer = http.get(&place, &[("accept", "application/json")])?;
        if answer.status != 200 {
            continue;
        }
        let server: Server = serde_json::from_value(answer.json()?)
            .map_err(|error| unreached(&place, &error.to_string()))?;
        if server.issuer != issuer {
            let why = format!("its metadata are those of another issuer, {}", server.issuer);
            return Err(unreached(&place, &why));
        }
        if !server.code_challenge_methods_supported.iter().any(|method| method == "S256") {
            return Err(unreached(&place, "it knows no PKCE with S256, so codes could be stolen"));
        }
        return Ok(server);
    }
    Err(unreached(&base, "it has no metadata (RFC 8414)"))
}

fn with_path(base: &Url, name: &str, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("/.well-known/{name}{path}"));
    url.set_query(None);
    url
}

/// True if a resource is the server that was called.
fn is_same(resource: &str, url: &Url) -> bool {
    Url::parse(resource).is_ok_and(|resource| {
        let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
        resource.origin() == url.origin()
            && (path(&resource) == path(url) || path(&resource).is_empty())
    })
}

/// Registers this program (RFC 7591) with the address that it waits at.
pub(super) fn register(http: &Http, found: &Found, redirect: &Url) -> Result<String> {
    let Some(endpoint) = &found.server.registration_endpoint else {
        return Err(Failure::unreached(
            Error::new(format!("{} lets no client register itself", found.server.issuer))
                .help("use a client that its owner has listed"),
        ));
    };
    let mut metadata = json!({
        "client_name": "cargo toolgate call",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    });
    if let Some(scope) = &found.scope {
        metadata["scope"] = json!(scope);
    }
    let answer =
        http.post(endpoint, &[("content-type", "application/json")], metadata.to_string())?;
    let status = answer.status;
    let said: Value = answer.json()?;
    match said["client_id"].as_str() {
        Some(id) if status == 201 || status == 200 => Ok(id.to_owned()),
        _ => {
            let why = said["error_description"].as_str().or(said["error"].as_str());
            let why = why.map_or_else(|| format!("status {status}"), str::to_owned);
            Err(unreached(endpoint, &format!("this program cannot be registered: {why}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_the_address_that_was_called_or_its_whole_origin() {
        let url = Url::parse("https://a.example/mcp").expect("a URL");
        assert!(is_same("https://a.example/mcp", &url));
        assert!(is_same("https://A.example/", &url));
        assert!(!is_same("https://a.example/other", &url));
        assert!(!is_same("https://b.example/mcp", &url));
    }
}
