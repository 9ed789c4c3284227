//! Client authentication at `/token` and `/revoke` (OAuth 2.1 section 2.4).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use toolgate_config::{Config, KnownClient};
use toolgate_policy::Vars;
use url::form_urlencoded;

use crate::audit::Reason;
use crate::oauth::assertion;
use crate::oauth::client::{AuthMethod, Client, find_known, key, known_method};
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::oauth::public_url::DocumentUrl;
use crate::seal::{Keyring, Purpose, sha256};
use crate::secret::{Secret, constant_time_eq};

/// A client that has proven to be the one of its `client_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// [`Client::key`].
    pub key: String,
    /// Method that it used; a code or refresh token must have been issued for the same.
    pub method: AuthMethod,
}

impl Authenticated {
    /// Refuses a client that proves less than it had to when the person approved it: a document
    /// client without its assertion would pass for a public one.
    pub(crate) fn require(&self, method: AuthMethod) -> Result<(), OAuthError> {
        if self.method == method {
            return Ok(());
        }
        Err(OAuthError::invalid_client(format!(
            "This client was approved with token_endpoint_auth_method {}",
            method.name()
        ))
        .because(Reason::ClientAuthMethod))
    }
}

/// Credentials that a request presents for its client.
#[derive(Debug)]
pub struct Credentials {
    client_id: String,
    proof: Proof,
}

enum Proof {
    None,
    Secret(AuthMethod, Secret),
    Assertion(String),
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Secret(..) => "Secret",
            Self::Assertion(_) => "Assertion",
        })
    }
}

/// Result of the check.
#[derive(Debug)]
pub enum Checked {
    /// The client is proven.
    Done(Authenticated),
    /// The proof is a JWT: check it with [`assertion::verify`] and the keys of this document.
    Assertion(DocumentUrl, String),
    /// The Worker secret of this name, which holds the secret of a client of `mcp.toml`, is not
    /// set: nobody can be that client.
    MissingSecret(String),
}

impl Credentials {
    /// Reads what the request presents.
    ///
    /// # Errors
    /// `invalid_client`, or `invalid_request` when the client authenticates in two ways at once.
    pub fn read(headers: &HeaderMap, params: &Params) -> Result<Self, OAuthError> {
        let basic = basic_credentials(headers)?;
        let assertion = assertion::read(params)?;
        let (id, proof) = match (basic, params.get("client_secret"), assertion) {
            (Some((id, secret)), None, None) => {
                (Some(id), Proof::Secret(AuthMethod::Basic, secret))
            }
            (None, Some(secret), None) => {
                (None, Proof::Secret(AuthMethod::Post, Secret::new(secret)))
            }
            // RFC 7521 section 4.2: client_id is optional beside an assertion, whose `sub` it is.
            (None, None, Some(jwt)) => {
                let id = match params.get("client_id") {
                    Some(_) => None,
                    None => assertion::claimed_client(jwt),
                };
                (id, Proof::Assertion(jwt.to_owned()))
            }
            (None, None, None) => (None, Proof::None),
            _ => {
                return Err(OAuthError::invalid_request(
                    "The client authenticates in more than one way; use one",
                )
                .because(Reason::ClientAuthTwice));
            }
        };
        let id = match (id, params.get("client_id")) {
            (Some(id), Some(other)) if id != other => {
                return Err(OAuthError::invalid_request(
                    "client_id differs from the one that the client authenticates as",
                )
                .because(Reason::ClientIdDiffers));
            }
            (Some(id), _) => id,
            (None, Some(id)) => id.to_owned(),
            (None, None) => {
                return Err(OAuthError::invalid_client("Missing parameter client_id")
                    .because(Reason::ParameterMissing));
            }
        };
        Ok(Self { client_id: id, proof })
    }

    /// Tells the secret that was sent from others; empty where there is none.
    pub(crate) fn fingerprint(&self) -> String {
        match &self.proof {
            Proof::Secret(_, secret) => sha256(&String::from_utf8_lossy(secret.expose())),
            _ => String::new(),
        }
    }

    /// The client that the request names, proven or not.
    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The JWT by which the client proves itself, where it does so.
    pub(crate) fn assertion(&self) -> Option<&str> {
        match &self.proof {
            Proof::Assertion(jwt) => Some(jwt),
            _ => None,
        }
    }

    /// True if this is the secret that the request presents.
    pub(crate) fn has_secret(&self, expected: &Secret) -> bool {
        matches!(&self.proof, Proof::Secret(_, secret) if equal(secret, expected.expose()))
    }

    /// [`Client::key`] of the client that the request names, proven or not.
    pub(crate) fn client_key(&self) -> String {
        key(&self.client_id)
    }

    /// Checks everything that needs no document.
    ///
    /// # Errors
    /// `invalid_client`: there is no such client, or it does not prove itself as it must.
    pub fn check(
        self,
        config: &Config,
        keys: &Keyring,
        vars: &dyn Vars,
    ) -> Result<Checked, OAuthError> {
        if let Some(known) = find_known(config, &self.client_id) {
            return self.check_known(known, vars);
        }
        if DocumentUrl::is_meant(&self.client_id) {
            return self.check_document(config);
        }
        self.check_registered(config, keys).map(Checked::Done)
    }

    fn check_known(self, known: &KnownClient, vars: &dyn Vars) -> Result<Checked, OAuthError> {
        let done =
            Checked::Done(Authenticated { key: key(&self.client_id), method: known_method(known) });
        match (&known.secret, &self.proof) {
            (None, Proof::None) => Ok(done),
            (Some(name), Proof::Secret(_, presented)) => {
                // An empty secret is none: the empty password of HTTP Basic would be it.
                match vars.var(name).filter(|secret| !secret.is_empty()).map(Secret::new) {
                    None => Ok(Checked::MissingSecret(name.to_string())),
                    Some(secret) if equal(presented, secret.expose()) => Ok(done),
                    Some(_) => Err(wrong_secret()),
                }
            }
            (None, _) => Err(OAuthError::invalid_client("This client has no secret")
                .because(Reason::ClientAuthMethod)),
            (Some(_), _) => Err(OAuthError::invalid_client("This client must send its secret")
                .because(Reason::ClientAuthMethod)),
        }
    }

    /// A public client needs no look at its document: codes and refresh tokens carry what the
    /// document said when the person approved it, see [`Authenticated::require`].
    fn check_document(self, config: &Config) -> Result<Checked, OAuthError> {
        let url = DocumentUrl::parse(config, &self.client_id)?;
        match self.proof {
            Proof::None => Ok(Checked::Done(Authenticated {
                key: key(&self.client_id),
                method: AuthMethod::None,
            })),
            Proof::Assertion(jwt) => Ok(Checked::Assertion(url, jwt)),
            Proof::Secret(..) => Err(OAuthError::invalid_client(
                "A client of a metadata document has no secret (token_endpoint_auth_method is \
                 none or private_key_jwt)",
            )
            .because(Reason::ClientAuthMethod)),
        }
    }

    fn check_registered(
        self,
        config: &Config,
        keys: &Keyring,
    ) -> Result<Authenticated, OAuthError> {
        let client = Client::registered(config, keys, &self.client_id)?;
        let expected = client.registration.auth_method;
        let presented = match &self.proof {
            Proof::None => AuthMethod::None,
            Proof::Secret(method, _) => *method,
            Proof::Assertion(_) => AuthMethod::PrivateKeyJwt,
        };
        if presented != expected {
            return Err(OAuthError::invalid_client(format!(
                "This client registered token_endpoint_auth_method {}",
                expected.name()
            ))
            .because(Reason::ClientAuthMethod));
        }
        if let Proof::Secret(_, secret) = &self.proof {
            let mut secrets = keys.macs(Purpose::ClientSecret, &client.id);
            if !secrets.any(|expected| equal(secret, expected.as_bytes())) {
                return Err(wrong_secret());
            }
        }
        Ok(Authenticated { key: client.key, method: expected })
    }
}

fn equal(presented: &Secret, expected: &[u8]) -> bool {
    constant_time_eq(presented.expose(), expected)
}

fn wrong_secret() -> OAuthError {
    OAuthError::invalid_client("The client_secret is wrong").because(Reason::ClientSecretWrong)
}

/// Credentials of `Authorization: Basic`, whose two parts are form-encoded (OAuth 2.1 section
/// 2.4.1); `None` without that header.
fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, Secret)>, OAuthError> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let malformed = || {
        OAuthError::invalid_client("The Authorization header is not valid Basic")
            .because(Reason::ClientAuthMalformed)
    };
    let (scheme, rest) =
        header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let bytes = STANDARD.decode(rest.trim()).map_err(|_| malformed())?;
    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    Ok(Some((form_decode(id), Secret::new(form_decode(secret)))))
}

fn form_decode(text: &str) -> String {
    // Parsed as the name of a parameter; `&` and `=` inside it arrive encoded.
    form_urlencoded::parse(text.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}
