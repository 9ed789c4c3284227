//! Certain OpenID providers: what is asked and read differently of each.

use std::borrow::Cow;

use toolgate_core::limits::UPSTREAM_TIMEOUT;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::upstream::SignedClaims;
use toolgate_core::upstream::directory::{
    CLOUD_IDENTITY_SCOPE, MAX_GROUPS_BODY, MAX_PAGES, cloud_identity_groups,
    cloud_identity_request, graph_groups, graph_request, reads_graph,
};
use toolgate_core::upstream::peculiarities::{self, Peculiarities, entra_document_issuer};
use toolgate_core::upstream::provider::Endpoints;
use toolgate_core::upstream::tokens::Tokens;

use crate::http::fetch;
use crate::platform::console::log_error;

/// A provider on top of OpenID Connect.
pub(super) trait Preset {
    /// Peculiarities of its tokens.
    fn peculiarities(&self) -> Option<&'static Peculiarities> {
        None
    }

    /// The issuer that its discovery document names.
    fn document_issuer<'a>(&self, issuer: &'a str) -> Cow<'a, str> {
        Cow::Borrowed(issuer)
    }

    /// Those of its endpoints that are of use.
    fn known_endpoints(&self, endpoints: Endpoints) -> Endpoints {
        endpoints
    }

    /// Adds the groups of the person to signed claims that do not have them.
    async fn add_groups(
        &self,
        _oauth: &OAuthContext<'_>,
        _claims: &mut SignedClaims,
        _tokens: &Tokens,
    ) {
    }
}

/// OpenID Connect as it is.
#[derive(Debug)]
pub struct Plain;

impl Preset for Plain {}

/// Microsoft Entra ID.
#[derive(Debug)]
pub struct Entra;

impl Preset for Entra {
    fn peculiarities(&self) -> Option<&'static Peculiarities> {
        Some(&peculiarities::ENTRA)
    }

    fn document_issuer<'a>(&self, issuer: &'a str) -> Cow<'a, str> {
        entra_document_issuer(issuer)
    }

    /// Its userinfo tells neither the person's id nor groups.
    fn known_endpoints(&self, endpoints: Endpoints) -> Endpoints {
        Endpoints { userinfo_url: None, ..endpoints }
    }

    /// A token has up to 200 groups; of a person with more it says so.
    async fn add_groups(
        &self,
        oauth: &OAuthContext<'_>,
        claims: &mut SignedClaims,
        tokens: &Tokens,
    ) {
        let scopes = &oauth.config.identity.scopes;
        if !claims.has_more_groups(oauth.config) || !reads_graph(scopes.iter().map(AsRef::as_ref)) {
            return;
        }
        let request = graph_request(&oauth.provider.issuer, &tokens.access_token);
        match ask(request).await.and_then(|answer| graph_groups(&answer)) {
            Ok(groups) => claims.set_groups(oauth.config, groups),
            Err(error) => log_error!("somebody's groups could not be read from Graph: {error}"),
        }
    }
}

/// Google.
#[derive(Debug)]
pub struct Google;

impl Preset for Google {
    fn peculiarities(&self) -> Option<&'static Peculiarities> {
        Some(&peculiarities::GOOGLE)
    }

    /// No token of it has groups.
    async fn add_groups(
        &self,
        oauth: &OAuthContext<'_>,
        claims: &mut SignedClaims,
        tokens: &Tokens,
    ) {
        if !oauth.config.identity.scopes.iter().any(|scope| scope == CLOUD_IDENTITY_SCOPE) {
            return;
        }
        match cloud_identity(claims.text("email"), &tokens.access_token).await {
            Ok(groups) => claims.set_groups(oauth.config, groups),
            Err(error) => {
                log_error!("somebody's groups could not be read from Cloud Identity: {error}");
            }
        }
    }
}

/// All groups of an address: part of them would let people in under `not`.
async fn cloud_identity(address: Option<&str>, token: &str) -> Result<Vec<String>, String> {
    let address = address.ok_or("the token has no address")?;
    let mut groups = Vec::new();
    let mut next = None;
    for _ in 0..MAX_PAGES {
        let request = cloud_identity_request(address, next.as_deref(), token);
        let (more, token) = cloud_identity_groups(&ask(request).await?)?;
        groups.extend(more);
        if token.is_none() {
            return Ok(groups);
        }
        next = token;
    }
    Err(format!("they fill more than {MAX_PAGES} pages"))
}

async fn ask(request: Option<http::Request<Vec<u8>>>) -> Result<http::Response<Vec<u8>>, String> {
    let request = request.ok_or("no request can ask for them")?;
    let answer = fetch::send_within(request, MAX_GROUPS_BODY, UPSTREAM_TIMEOUT).await;
    answer.map_err(|error| error.to_string())
}

/// Amazon Cognito.
#[derive(Debug)]
pub struct Cognito;

impl Preset for Cognito {
    fn peculiarities(&self) -> Option<&'static Peculiarities> {
        Some(&peculiarities::COGNITO)
    }
}

/// GitLab.
#[derive(Debug)]
pub struct GitLab;

impl Preset for GitLab {
    fn peculiarities(&self) -> Option<&'static Peculiarities> {
        Some(&peculiarities::GITLAB)
    }
}
