//! The userinfo endpoint (OpenID Connect Core section 5.3).

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value};
use toolgate_config::Config;
use toolgate_policy::Caller;
use url::Url;

use crate::audit::Reason;
use crate::upstream::SignedClaims;
use crate::upstream::claims::read_caller;
use crate::upstream::jwt::{Expected, check_parties};
use crate::upstream::provider::Provider;
use crate::upstream::rejection::Rejection;
use crate::upstream::trouble::{Cause, Trouble, refusal};

/// Asks for the claims of the person behind an access token; `None` for a token that fits no header.
#[must_use]
pub fn request(url: &Url, access_token: &str) -> Option<Request<Vec<u8>>> {
    Request::get(url.as_str())
        .header(ACCEPT, "application/json, application/jwt")
        .header(AUTHORIZATION, format!("Bearer {access_token}"))
        .body(Vec::new())
        .ok()
}

/// Answer of the endpoint.
pub enum Userinfo<'a> {
    /// Claims as they are.
    Plain(Map<String, Value>),
    /// Claims that the provider signed: a JWT, whose signature is yet to be verified as that of an
    /// id_token is (section 5.3.2).
    Signed(&'a str),
}

impl<'a> Userinfo<'a> {
    /// Takes the answer apart.
    ///
    /// # Errors
    /// The token was withdrawn, or there are no claims.
    pub fn read(answer: &'a Response<Vec<u8>>) -> Result<Self, Trouble> {
        if answer.status() != StatusCode::OK {
            return Err(refusal("userinfo", answer));
        }
        let failed =
            |reason: &str| Trouble::Failed(Cause::Unreadable, format!("userinfo: {reason}"));
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/jwt") {
            let token = str::from_utf8(answer.body()).map_err(|_| failed("not a readable JWT"))?;
            return Ok(Self::Signed(token.trim()));
        }
        crate::json::members(answer.body())
            .map(Self::Plain)
            .map_err(|_| failed("the answer is not a JSON object"))
    }
}

/// The claims of a signed answer, which must be of this provider and for us (section 5.3.2).
///
/// # Errors
/// They are of or for somebody else.
pub fn signed(provider: &Provider, claims: SignedClaims) -> Result<Map<String, Value>, Trouble> {
    let expected = Expected {
        issuer: &provider.issuer,
        audience: &provider.client_id,
        required: &["iss", "aud", "sub"],
    };
    check_parties(&expected, claims).map_err(|rejection| refused(&rejection))
}

/// Reads who the claims are about, which must be this person.
///
/// # Errors
/// They are about somebody else, or more than can be kept.
pub fn read(
    config: &Config,
    provider: &Provider,
    subject: &str,
    claims: Map<String, Value>,
) -> Result<Caller, Trouble> {
    let caller = read_caller(config, provider, claims).map_err(|rejection| refused(&rejection))?;
    // Section 5.3.2: claims of another subject must not be used.
    if caller.subject == subject {
        Ok(caller)
    } else {
        let reason = "userinfo: it is about somebody else".to_owned();
        Err(Trouble::Ended(Reason::UpstreamOtherSubject, reason))
    }
}

/// The trouble with claims that break a rule.
pub fn refused(rejection: &Rejection) -> Trouble {
    Trouble::Ended(Reason::from(rejection), format!("userinfo: {rejection}"))
}
