//! The userinfo endpoint (OpenID Connect Core section 5.3).

use http::header::{ACCEPT, AUTHORIZATION};
use http::{Request, Response, StatusCode};
use toolgate_config::Config;
use url::Url;

use crate::access::claims::read_caller;
use crate::access::provider::Provider;
use crate::access::upstream::{Trouble, refusal};
use crate::caller::Caller;

/// Asks for the claims of the person behind an access token; `None` for a token that fits no header.
#[must_use]
pub fn request(url: &Url, access_token: &str) -> Option<Request<Vec<u8>>> {
    Request::get(url.as_str())
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, format!("Bearer {access_token}"))
        .body(Vec::new())
        .ok()
}

/// Reads the answer, which must be about this person.
///
/// # Errors
/// The token was withdrawn, the answer is about somebody else, or there is none.
pub fn read(
    config: &Config,
    provider: &Provider,
    subject: &str,
    answer: &Response<Vec<u8>>,
) -> Result<Caller, Trouble> {
    if answer.status() != StatusCode::OK {
        return Err(refusal("userinfo", answer));
    }
    let claims = serde_json::from_slice(answer.body())
        .map_err(|_| Trouble::Failed("userinfo: the answer is no JSON object".to_owned()))?;
    let caller = read_caller(config, provider, claims)
        .map_err(|rejection| Trouble::Ended(format!("userinfo: {rejection}")))?;
    // Section 5.3.2: claims of another subject must not be used.
    if caller.subject == subject {
        Ok(caller)
    } else {
        Err(Trouble::Ended("userinfo: it is about somebody else".to_owned()))
    }
}
