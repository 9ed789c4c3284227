//! The identity provider as one deployment is configured for it.

use std::borrow::Cow;
use std::fmt;

pub use toolgate_config::ClientAuth;
use toolgate_config::{Config, Endpoints as Configured, Provider as ProviderKind, Setting};
use toolgate_policy::Vars;
use url::{Origin, Url};

use crate::host::is_loopback;
use crate::secret::Secret;
use crate::upstream::kept::Kept;
use crate::upstream::peculiarities::Peculiarities;

/// Our identity at the identity provider, and where it is.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Our `client_id` there; for Access in front of the Worker the application's audience tag.
    pub client_id: String,
    /// Our `client_secret` there; empty where there is none.
    pub client_secret: Secret,
    /// Our authentication method at the token endpoint, where `mcp.toml` states one.
    pub client_auth: Option<ClientAuth>,
    /// Expected `iss`.
    pub issuer: String,
    /// Its endpoints; `None` while they could not be discovered.
    pub endpoints: Option<Endpoints>,
    /// The claims and groups that are kept.
    pub kept: Kept,
    /// The peculiarities of its tokens, where it is a certain provider.
    pub peculiarities: Option<&'static Peculiarities>,
}

/// Addresses of an identity provider, and how it wants to be spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Endpoint where people sign in.
    pub authorization_url: Url,
    /// Endpoint where codes are exchanged.
    pub token_url: Url,
    /// Address of the keys of its tokens; GitHub signs none.
    pub jwks_url: Option<Url>,
    /// Endpoint where the claims of a person can be read again.
    pub userinfo_url: Option<Url>,
    /// Our authentication method at the token endpoint.
    pub client_auth: ClientAuth,
    /// True if every return from a sign-in names its issuer (RFC 9207 section 3).
    pub names_issuer: bool,
}

/// Reasons why the server cannot work, in words for the person who deploys it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupError(pub Vec<String>);

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for SetupError {}

impl Provider {
    /// Resolves `[identity]` for Cloudflare Access for SaaS, or the dev identity provider in its place.
    ///
    /// # Errors
    /// Everything that is missing or unusable, at once.
    pub fn access(config: &Config, vars: &dyn Vars, origin: &str) -> Result<Self, SetupError> {
        let identity = &config.identity;
        let mut settings = Settings::new(vars);
        let client_id = settings.read(&identity.client_id);
        let client_secret = settings.secret(config);
        let addresses = match &identity.endpoints {
            Configured::Urls { authorization_url, token_url, jwks_url } => {
                [authorization_url, token_url, jwks_url]
                    .map(|setting| (name(setting), settings.read(setting)))
            }
            Configured::Team(team) => ["authorization", "token", "jwks"].map(|endpoint| {
                let access = format!("https://{team}.cloudflareaccess.com/cdn-cgi/access/sso/oidc");
                ("team".to_owned(), format!("{access}/{client_id}/{endpoint}"))
            }),
            Configured::Discovery(_) | Configured::GitHub | Configured::None => {
                return Err(settings.mismatch());
            }
        };
        let issuer = identity.issuer.as_ref().map(|issuer| settings.read(issuer));
        let urls = addresses.map(|(name, address)| settings.url(&name, &address));
        let [Some(authorization_url), Some(token_url), Some(jwks_url)] = urls else {
            return Err(SetupError(settings.problems));
        };
        if config.identity.provider == ProviderKind::Dev || is_local(&authorization_url) {
            settings.refuse_local(origin);
        }
        let issuer = issuer.unwrap_or_else(|| parent(&authorization_url));
        let userinfo_url = Url::parse(&format!("{issuer}/userinfo")).ok();
        settings.finish(Self {
            client_id,
            client_secret,
            client_auth: identity.client_auth,
            issuer,
            endpoints: Some(Endpoints {
                authorization_url,
                token_url,
                jwks_url: Some(jwks_url),
                userinfo_url,
                client_auth: ClientAuth::Post,
                names_issuer: false,
            }),
            kept: Kept::default(),
            peculiarities: None,
        })
    }
}

/// Reads settings and collects what is wrong with them.
pub(crate) struct Settings<'a> {
    vars: &'a dyn Vars,
    pub(crate) problems: Vec<String>,
}

impl<'a> Settings<'a> {
    pub(crate) fn new(vars: &'a dyn Vars) -> Self {
        Self { vars, problems: Vec::new() }
    }

    pub(crate) fn read(&mut self, setting: &Setting) -> String {
        let name = match setting {
            Setting::Literal(text) => return text.to_string(),
            Setting::Var(name) => name,
        };
        let value = self.vars.var(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        if value.is_empty() {
            self.problems.push(format!(
                "{name} is not set; run `cargo toolgate wrangler -- secret put {name}`, or add it to \
                 .dev.vars for local development"
            ));
        }
        value
    }

    pub(crate) fn secret(&mut self, config: &Config) -> Secret {
        let name = config.identity.client_secret.clone();
        Secret::new(name.map(|name| self.read(&Setting::Var(name))).unwrap_or_default())
    }

    pub(crate) fn url(&mut self, name: &str, address: &str) -> Option<Url> {
        // A missing one has been told of already.
        if address.is_empty() {
            return None;
        }
        let url = safe_url(address);
        if url.is_none() {
            // Not echoed: a value in the wrong variable may be a secret.
            self.problems.push(format!(
                "{name} is not an https URL; copy the address from the identity provider's page"
            ));
        }
        url
    }

    /// A sign-in at the developer's own computer must never guard a public server.
    pub(crate) fn refuse_local(&mut self, origin: &str) {
        if !is_local_server(origin) {
            self.problems.push(
                "the identity provider is the local one of `cargo toolgate dev`, which must not \
                 guard a deployed server; set [identity] provider in mcp.toml"
                    .to_owned(),
            );
        }
    }

    /// The error for settings that belong to another kind of provider; the parser lets none pass.
    pub(crate) fn mismatch(mut self) -> SetupError {
        self.problems.push("[identity] of mcp.toml is for another provider".to_owned());
        SetupError(self.problems)
    }

    pub(crate) fn finish(self, provider: Provider) -> Result<Provider, SetupError> {
        if self.problems.is_empty() { Ok(provider) } else { Err(SetupError(self.problems)) }
    }
}

/// True if people sign in on this very machine, or nobody does, and `origin` is another: the server
/// is for this machine only.
#[must_use]
pub fn is_elsewhere(config: &Config, vars: &dyn Vars, origin: &str) -> bool {
    let is_here = match &config.identity.endpoints {
        _ if config.identity.provider == ProviderKind::Dev => true,
        Configured::None => true,
        Configured::Team(_) | Configured::GitHub => false,
        Configured::Urls { authorization_url: address, .. } | Configured::Discovery(address) => {
            match address {
                Setting::Literal(text) => is_local_server(text),
                Setting::Var(name) => vars.var(name).is_some_and(|url| is_local_server(url.trim())),
            }
        }
    };
    is_here && !is_local_server(origin)
}

/// Name of a setting, for people.
pub(crate) fn name(setting: &Setting) -> String {
    match setting {
        Setting::Var(name) => name.to_string(),
        Setting::Literal(_) => "an address in [identity] of mcp.toml".to_owned(),
    }
}

/// An address that secrets may be sent to: https, or this very computer.
pub(crate) fn safe_url(address: &str) -> Option<Url> {
    Url::parse(address)
        .ok()
        .filter(|url| url.scheme() == "https" || url.scheme() == "http" && is_local(url))
}

pub(crate) fn is_local(url: &Url) -> bool {
    url.host_str().is_some_and(is_loopback)
}

pub(crate) fn is_local_server(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| is_local(&url))
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
