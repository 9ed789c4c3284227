//! The third party of a connection: its endpoints, and the requests to it.

use std::fmt;

use http::header::ACCEPT;
use http::{Request, Response, StatusCode};
use toolgate_config::{Connection, Setting, Str};
use toolgate_policy::Vars;
use url::Url;

use super::tokens::AccountTokens;
use crate::from_json::FromJson;
use crate::paths::{ACCOUNT_RETURN_PATH, AUTHORIZATION_SERVER, OPENID_CONFIGURATION};
use crate::seal::sha256;
use crate::secret::Secret;
use crate::upstream::kept::Kept;
use crate::upstream::login::{code_request, refresh_request, revocation_request};
use crate::upstream::provider::{
    ClientAuth, Endpoints, Provider, is_local, is_local_server, safe_url,
};

/// A third party, as this deployment is configured for it.
#[derive(Clone)]
pub struct Party {
    /// Name of the connection.
    pub name: String,
    provider: Provider,
    revocation: Option<Url>,
}

/// Endpoints that an issuer's metadata lists.
#[derive(Debug, Clone)]
pub struct Found {
    endpoints: Endpoints,
    revocation: Option<Url>,
}

/// The members of the metadata that we use (RFC 8414 section 2).
#[derive(FromJson)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Party {
    /// Resolves a section with the Worker's variables and secrets.
    ///
    /// # Errors
    /// What is missing or unusable, for the log.
    pub fn resolve(connection: &Connection, vars: &dyn Vars, origin: &str) -> Result<Self, String> {
        let read = |name: &str| {
            let value = vars.var(name).map(|value| value.trim().to_owned());
            value.filter(|value| !value.is_empty()).ok_or_else(|| format!("{name} is not set"))
        };
        let client_id = match &connection.client_id {
            Setting::Literal(text) => text.to_string(),
            Setting::Var(name) => read(name)?,
        };
        let client_secret = match &connection.client_secret {
            Some(name) => Secret::new(read(name)?),
            None => Secret::new(""),
        };
        let address = |text: &Option<Str>| match text {
            Some(text) => endpoint(origin, text).map(Some),
            None => Ok(None),
        };
        let endpoints =
            match (address(&connection.authorization_url)?, address(&connection.token_url)?) {
                (Some(authorization_url), Some(token_url)) => Some(Endpoints {
                    authorization_url,
                    token_url,
                    jwks_url: None,
                    userinfo_url: None,
                    client_auth: ClientAuth::Post,
                    names_issuer: false,
                }),
                _ => None,
            };
        address(&connection.issuer)?;
        Ok(Self {
            name: connection.name.to_string(),
            revocation: address(&connection.revocation_url)?,
            provider: Provider {
                client_id,
                client_secret,
                client_auth: connection.client_auth,
                issuer: connection.issuer.as_deref().unwrap_or_default().to_owned(),
                endpoints,
                kept: Kept::default(),
                peculiarities: None,
            },
        })
    }

    /// The issuer whose metadata is yet to be read; `None` where there is nothing more to know.
    #[must_use]
    pub fn undiscovered(&self) -> Option<&str> {
        self.provider.endpoints.is_none().then_some(self.provider.issuer.as_str())
    }

    /// With the endpoints of its issuer.
    #[must_use]
    pub fn located(mut self, found: Found) -> Self {
        self.provider.endpoints = Some(found.endpoints);
        self.revocation = found.revocation;
        self
    }

    /// Where the third party sends the browser back to.
    #[must_use]
    pub fn redirect_uri(&self, origin: &str) -> String {
        [origin, ACCOUNT_RETURN_PATH, &self.name].concat()
    }

    /// The authorization request (OAuth 2.1 section 4.1.1); `None` while the endpoints are not known.
    pub(super) fn authorization_url(
        &self,
        connection: &Connection,
        origin: &str,
        (state, verifier): (&str, &str),
    ) -> Option<Url> {
        let mut url = self.provider.endpoints.as_ref()?.authorization_url.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.provider.client_id)
            .append_pair("redirect_uri", &self.redirect_uri(origin))
            .append_pair("state", state)
            .append_pair("code_challenge", &sha256(verifier))
            .append_pair("code_challenge_method", "S256");
        if !connection.scopes.is_empty() {
            url.query_pairs_mut().append_pair("scope", &connection.scopes.join(" "));
        }
        Some(url)
    }

    /// RFC 9207: an issuer in the answer must be the one that was asked, and one that says that it names itself must
    /// do so. Of a third party without metadata no issuer is known; there the address of the return tells it.
    pub(super) fn is_issuer(&self, named: Option<&str>) -> bool {
        match named {
            Some(named) => self.provider.issuer.is_empty() || named == self.provider.issuer,
            None => !self.provider.endpoints.as_ref().is_some_and(|known| known.names_issuer),
        }
    }

    /// The request that exchanges the code.
    pub(super) fn code_request(
        &self,
        origin: &str,
        (code, verifier): (&str, &str),
    ) -> Option<Request<Vec<u8>>> {
        let endpoints = self.provider.endpoints.as_ref()?;
        code_request(&self.provider, endpoints, &self.redirect_uri(origin), code, verifier)
    }

    /// The request for new tokens.
    #[must_use]
    pub fn refresh_request(&self, refresh: &str) -> Option<Request<Vec<u8>>> {
        refresh_request(&self.provider, refresh)
    }

    /// The request that withdraws tokens at the third party: by the refresh token, with which the others go, or by the
    /// access token where there is no other. `None` where it has no endpoint for that.
    #[must_use]
    pub fn revocation_request(&self, tokens: &AccountTokens) -> Option<Request<Vec<u8>>> {
        let (endpoints, url) = (self.provider.endpoints.as_ref()?, self.revocation.as_ref()?);
        let token = match &tokens.refresh {
            Some(refresh) => (refresh.as_str(), "refresh_token"),
            None => (tokens.access.as_str(), "access_token"),
        };
        revocation_request(&self.provider, endpoints, url, token)
    }
}

/// Stands for the address of this server, where a connection was judged by it before: a third party on this very
/// machine is one of a server here.
#[must_use]
pub fn home(connection: &Connection) -> &str {
    connection.issuer.as_deref().or(connection.token_url.as_deref()).unwrap_or_default()
}

/// Names the third party of a section, and where its tokens go. Tokens and attempts are of the party that the person
/// saw: where the section names another one, or other hosts, nothing of before is sent there.
#[must_use]
pub(super) fn named(connection: &Connection) -> String {
    let Connection { issuer, authorization_url, token_url, client_id, hosts, .. } = connection;
    let mut hosts = hosts.to_vec();
    hosts.sort_unstable();
    sha256(&format!("{issuer:?} {authorization_url:?} {token_url:?} {client_id:?} {hosts:?}"))
}

/// An address that secrets may be sent to. A deployed server never sends any to its own machine, and neither does the
/// metadata of an issuer elsewhere lead there.
fn endpoint(origin: &str, address: &str) -> Result<Url, String> {
    let url = safe_url(address).filter(|url| !is_local(url) || is_local_server(origin));
    url.ok_or_else(|| "an address in [connections] is not an https URL".to_owned())
}

/// The requests for an issuer's metadata, in the order in which they are to be sent until one is answered: that of
/// RFC 8414 (section 3.1), and that of OpenID Connect Discovery.
#[must_use]
pub fn metadata_requests(issuer: &str) -> Vec<Request<Vec<u8>>> {
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    let path_at = base.match_indices('/').nth(2).map_or(base.len(), |(at, _)| at);
    let (origin, path) = base.split_at(path_at);
    let oauth = [origin, AUTHORIZATION_SERVER, path].concat();
    let openid = [base, OPENID_CONFIGURATION].concat();
    let request =
        |address: String| Request::get(address).header(ACCEPT, "application/json").body(Vec::new());
    [oauth, openid].into_iter().filter_map(|address| request(address).ok()).collect()
}

/// Reads an issuer's metadata (RFC 8414 section 3.3).
///
/// # Errors
/// Why it cannot be used, for the log.
pub fn read_metadata(issuer: &str, answer: &Response<Vec<u8>>) -> Result<Found, String> {
    if answer.status() != StatusCode::OK {
        return Err(format!("status {}", answer.status()));
    }
    let metadata: Metadata = crate::from_json::read_foreign(answer.body())
        .map_err(|_| "not metadata: a member is missing or wrong".to_owned())?;
    // Byte for byte: a document that names another issuer may come from an attacker's server.
    if metadata.issuer != issuer {
        return Err("the metadata names another issuer".to_owned());
    }
    let pkce = metadata.code_challenge_methods_supported.as_deref();
    if pkce.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
        return Err("the third party does not support PKCE with S256".to_owned());
    }
    let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
    let takes = |name: &str| methods.is_none_or(|all| all.iter().any(|method| method == name));
    let client_auth =
        if takes("client_secret_basic") { ClientAuth::Basic } else { ClientAuth::Post };
    Ok(Found {
        endpoints: Endpoints {
            authorization_url: endpoint(issuer, &metadata.authorization_endpoint)?,
            token_url: endpoint(issuer, &metadata.token_endpoint)?,
            jwks_url: None,
            userinfo_url: None,
            client_auth,
            names_issuer: metadata.authorization_response_iss_parameter_supported.unwrap_or(false),
        },
        revocation: match &metadata.revocation_endpoint {
            Some(address) => Some(endpoint(issuer, address)?),
            None => None,
        },
    })
}

#[cfg(test)]
#[path = "party_tests.rs"]
mod tests;
