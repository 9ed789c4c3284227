//! The identity provider as one deployment is configured for it.

use std::borrow::Cow;
use std::fmt;

use toolgate_config::{Config, Endpoints, Provider as Kind, Setting};
use url::{Origin, Url};

use crate::caller::Vars;
use crate::host::is_loopback;
use crate::secret::Secret;

/// Addresses and credentials at the identity provider.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Our `client_id` there.
    pub client_id: String,
    /// Our `client_secret` there.
    pub client_secret: Secret,
    /// Where people sign in.
    pub authorization_url: Url,
    /// Where codes are exchanged.
    pub token_url: Url,
    /// Where the keys of id_tokens are.
    pub jwks_url: Url,
    /// Expected `iss`.
    pub issuer: String,
}

/// What keeps the server from working, in words for the person who deploys it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupError(pub Vec<String>);

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for SetupError {}

impl Provider {
    /// Resolves `[identity]` with the Worker's variables.
    ///
    /// # Errors
    /// Everything that is missing or unusable, at once.
    pub fn resolve(config: &Config, vars: &dyn Vars, origin: &str) -> Result<Self, SetupError> {
        let identity = &config.identity;
        let mut problems = Vec::new();
        let mut read = |setting: &Setting| read(setting, vars, &mut problems);
        let client_id = read(&identity.client_id);
        let client_secret = identity.client_secret.clone();
        let client_secret = client_secret.map(|name| read(&Setting::Var(name))).unwrap_or_default();
        let addresses = match &identity.endpoints {
            Endpoints::Urls { authorization_url, token_url, jwks_url } => {
                [authorization_url, token_url, jwks_url]
                    .map(|setting| (name(setting), read(setting)))
            }
            Endpoints::Discovery(_) | Endpoints::GitHub => {
                return Err(SetupError(vec!["this provider is not supported".to_owned()]));
            }
            Endpoints::Team(team) => ["authorization", "token", "jwks"].map(|endpoint| {
                let access = format!("https://{team}.cloudflareaccess.com/cdn-cgi/access/sso/oidc");
                ("team".to_owned(), format!("{access}/{client_id}/{endpoint}"))
            }),
        };
        let issuer = identity.issuer.as_ref().map(read);
        let urls = addresses.map(|(name, address)| parse_url(&name, &address, &mut problems));
        let [Some(authorization_url), Some(token_url), Some(jwks_url)] = urls else {
            return Err(SetupError(problems));
        };
        refuse_local_provider(config, origin, &authorization_url, &mut problems);
        if !problems.is_empty() {
            return Err(SetupError(problems));
        }
        let issuer = issuer.unwrap_or_else(|| parent(&authorization_url));
        let client_secret = Secret::new(client_secret);
        Ok(Self { client_id, client_secret, authorization_url, token_url, jwks_url, issuer })
    }

    /// Origin of the sign-in page.
    #[must_use]
    pub fn authorization_origin(&self) -> String {
        self.authorization_url.origin().ascii_serialization()
    }
}

fn read(setting: &Setting, vars: &dyn Vars, problems: &mut Vec<String>) -> String {
    let name = match setting {
        Setting::Literal(text) => return text.to_string(),
        Setting::Var(name) => name,
    };
    let value = vars.var(name).map(|value| value.trim().to_owned()).unwrap_or_default();
    if value.is_empty() {
        problems.push(format!(
            "{name} is not set; run `wrangler secret put {name}`, or add it to .dev.vars for \
             local development"
        ));
    }
    value
}

/// Where a setting comes from, for people.
fn name(setting: &Setting) -> String {
    match setting {
        Setting::Var(name) => name.to_string(),
        Setting::Literal(_) => "an address in [identity] of mcp.toml".to_owned(),
    }
}

fn parse_url(name: &str, address: &str, problems: &mut Vec<String>) -> Option<Url> {
    // A missing one has been told of already.
    if address.is_empty() {
        return None;
    }
    let url = Url::parse(address).ok().filter(|url| {
        url.scheme() == "https" || url.scheme() == "http" && url.host_str().is_some_and(is_loopback)
    });
    if url.is_none() {
        // Not echoed: a value in the wrong variable may be a secret.
        problems.push(format!(
            "{name} is not an https URL; copy the address from the identity provider's page"
        ));
    }
    url
}

/// A sign-in at the developer's own computer must never guard a public server.
fn refuse_local_provider(
    config: &Config,
    origin: &str,
    authorization_url: &Url,
    problems: &mut Vec<String>,
) {
    let host = |url: &Url| url.host_str().is_some_and(is_loopback);
    let is_local_server = Url::parse(origin).is_ok_and(|url| host(&url));
    let is_local_provider = config.identity.provider == Kind::Dev || host(authorization_url);
    if is_local_provider && !is_local_server {
        problems.push(
            "the identity provider is the local one of `cargo toolgate dev`, which must not guard \
             a deployed server; set [identity] provider in mcp.toml"
                .to_owned(),
        );
    }
}

/// The URL without its last path segment: how Cloudflare Access builds its issuer.
fn parent(url: &Url) -> String {
    let path = url.path().rsplit_once('/').map_or("", |(parent, _)| parent);
    let origin: Cow<'_, str> = match url.origin() {
        origin @ Origin::Tuple(..) => origin.ascii_serialization().into(),
        Origin::Opaque(_) => "".into(),
    };
    format!("{origin}{path}")
}
