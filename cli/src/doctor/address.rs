//! Addresses: of the server itself, and of what is asked at the identity provider.

use std::str::FromStr;

use toolgate_config::deploy::DEV_PORT;
use toolgate_config::{Endpoints, Identity, Protocol, Provider, Setting};
use toolgate_core::upstream::peculiarities::entra_document_issuer;
use url::{Host, Url};

use super::finding::{Finding, shown};
use super::vars::Vars;

/// Origin of the server, now or once deployed: scheme, host and port.
#[derive(Debug, Clone)]
pub struct ServerUrl(Url);

impl ServerUrl {
    /// That of `cargo toolgate dev` and `wrangler dev`.
    pub(super) fn of_dev() -> Self {
        let text = format!("http://localhost:{DEV_PORT}");
        text.parse().expect("a constant that is an address")
    }

    pub(crate) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    pub(super) fn is_local(&self) -> bool {
        is_local(&self.0)
    }
}

impl FromStr for ServerUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = safe(text);
        url.map(Self).ok_or_else(|| {
            "write https://HOST; plain http is for localhost, 127.0.0.1 and [::1] only".to_owned()
        })
    }
}

/// Request to the identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ProviderProbe {
    /// The discovery document of an issuer.
    Discovery {
        /// The issuer.
        issuer: String,
        /// The one that the document has to name.
        named: String,
    },
    /// The key set at this address.
    Keys(String),
    /// The API of GitHub.
    GitHub,
}

impl ProviderProbe {
    /// The address that answers it.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Discovery { issuer, .. } => {
                let base = issuer.strip_suffix('/').unwrap_or(issuer);
                format!("{base}/.well-known/openid-configuration")
            }
            Self::Keys(url) => url.clone(),
            Self::GitHub => "https://api.github.com/".to_owned(),
        }
    }

    /// Name in messages. Of a key set only the host: its path has what a variable says, and a value
    /// in the wrong variable may be a secret.
    pub(super) fn place(&self) -> String {
        let origin = |url: Url| url.origin().ascii_serialization();
        match self {
            Self::Discovery { .. } => shown(&self.url()),
            Self::Keys(url) => Url::parse(url).map(origin).unwrap_or_default(),
            Self::GitHub => "api.github.com".to_owned(),
        }
    }
}

/// The title of what is found about the provider.
pub(super) const TITLE: &str = "identity provider";

/// Request to send to the provider; `None` where there is none to ask.
///
/// # Errors
///
/// The finding that its address is not known.
pub(super) fn question(identity: &Identity, vars: &Vars) -> Result<Option<ProviderProbe>, Finding> {
    if identity.provider == Provider::Dev {
        return Ok(None);
    }
    Ok(Some(match &identity.endpoints {
        Endpoints::None => return Ok(None),
        Endpoints::GitHub => ProviderProbe::GitHub,
        Endpoints::Discovery(issuer) => {
            let issuer = address(issuer, vars)?;
            let named = match identity.provider {
                Provider::Entra => entra_document_issuer(&issuer).into_owned(),
                _ => issuer.clone(),
            };
            ProviderProbe::Discovery { issuer, named }
        }
        Endpoints::Urls { jwks_url, .. } => ProviderProbe::Keys(address(jwks_url, vars)?),
        Endpoints::Team(team) => {
            let team = format!("https://{team}.cloudflareaccess.com/cdn-cgi/access");
            ProviderProbe::Keys(match identity.provider.protocol() {
                Protocol::Access => {
                    let id = value(&identity.client_id, vars)?;
                    format!("{team}/sso/oidc/{id}/jwks")
                }
                _ => format!("{team}/certs"),
            })
        }
    }))
}

fn value<'a>(setting: &'a Setting, vars: &'a Vars) -> Result<&'a str, Finding> {
    vars.resolve(setting).map_err(|name| {
        let file = &vars.file;
        let found = format!("not asked: {name}, which says where it is, has no value in {file}");
        Finding::warning(TITLE, found, format!("write {name}=\"…\" into {file}"))
    })
}

/// The value is not echoed: what is in the wrong variable may be a secret.
fn address(setting: &Setting, vars: &Vars) -> Result<String, Finding> {
    let text = value(setting, vars)?;
    if safe(text).is_some() {
        return Ok(text.to_owned());
    }
    let name = match setting {
        Setting::Var(name) => format!("{name} of {}", vars.file),
        Setting::Literal(_) => "its address in mcp.toml".to_owned(),
    };
    let fix = "copy the address from the identity provider's page";
    Err(Finding::problem(TITLE, format!("{name} is not an https address"), fix))
}

/// An address that a secret may be sent to: encrypted, or of this very machine.
fn safe(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_local(&url);
    let has_login = !url.username().is_empty() || url.password().is_some();
    (is_safe && !has_login).then_some(url)
}

/// True if it can only be this very machine.
pub(super) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Status;

    fn asked(identity: &str, file: &str) -> Result<Option<String>, Finding> {
        let config = format!("[server]\nname = \"A server\"\n[identity]\n{identity}");
        let checked = toolgate_config::check(&config).expect("sound");
        let vars = Vars::of(".dev.vars", Some(file), &checked.wrangler);
        let question = question(&checked.config.identity, &vars)?;
        Ok(question.map(|question| question.url()))
    }

    #[test]
    fn each_provider_has_an_address_that_is_asked() {
        let access = "https://acme.cloudflareaccess.com/cdn-cgi/access";
        let (oidc, jwt) = ("provider = \"oidc\"\n", "provider = \"cloudflare-access-jwt\"\n");
        for (identity, file, url) in [
            (
                format!("{oidc}issuer = \"https://login.example.com/tenant\""),
                "",
                "https://login.example.com/tenant/.well-known/openid-configuration".to_owned(),
            ),
            (
                format!("{oidc}issuer = {{ var = \"ISSUER\" }}"),
                "ISSUER=http://127.0.0.1:9/\n",
                "http://127.0.0.1:9/.well-known/openid-configuration".to_owned(),
            ),
            (format!("{jwt}team = \"acme\""), "", format!("{access}/certs")),
            (
                "team = \"acme\"".to_owned(),
                "ACCESS_CLIENT_ID=abc\n",
                format!("{access}/sso/oidc/abc/jwks"),
            ),
            (
                "provider = \"cloudflare-access\"".to_owned(),
                "ACCESS_JWKS_URL=https://keys.example.com/jwks\n",
                "https://keys.example.com/jwks".to_owned(),
            ),
            ("provider = \"github\"".to_owned(), "", "https://api.github.com/".to_owned()),
        ] {
            assert_eq!(asked(&identity, file), Ok(Some(url)), "{identity}");
        }
        assert_eq!(asked("provider = \"dev\"", ""), Ok(None));
        assert_eq!(asked("provider = \"none\"", ""), Ok(None));
    }

    #[test]
    fn a_variable_without_a_value_is_named() {
        let finding = asked("provider = \"cloudflare-access\"", "").expect_err("not known");
        assert_eq!(finding.status, Status::Warning);
        assert!(finding.found.contains("ACCESS_JWKS_URL"), "{}", finding.found);
    }

    #[test]
    fn an_address_that_is_none_is_refused_unseen() {
        for value in ["s3cret", "http://keys.example.com/s3cret", "https://me:s3cret@example.com/"]
        {
            let file = format!("ACCESS_JWKS_URL={value}\n");
            let finding = asked("provider = \"cloudflare-access\"", &file).expect_err("refused");
            assert_eq!(finding.status, Status::Problem);
            assert!(!format!("{finding:?}").contains("s3cret"), "{finding:?}");
        }
    }

    #[test]
    fn the_server_s_own_address_is_encrypted_or_local() {
        let origin = |text: &str| text.parse().map(|url: ServerUrl| url.origin());
        assert_eq!(origin("https://a.example/mcp?x"), Ok("https://a.example".to_owned()));
        assert_eq!(origin("http://[::1]:1/"), Ok("http://[::1]:1".to_owned()));
        for bad in
            ["a.example", "http://a.example", "ftp://a.example", "http://localhost.a.example"]
        {
            assert!(origin(bad).is_err(), "{bad}");
        }
        assert_eq!(ServerUrl::of_dev().origin(), "http://localhost:8788");
    }
}
