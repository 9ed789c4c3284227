//! Webhooks: what is refused by its headers alone, and what by its body.

use http::{HeaderMap, StatusCode};
use toolgate_core::audit::{Reason, because};
use toolgate_core::reply::Reply;
use toolgate_core::route::signature::{Claimed, Scheme, Unsigned};

use super::admit::refuse;
use crate::platform::console::log_error;
use crate::platform::now;
use crate::ports::request_context::RequestContext;

/// A request whose headers could be good.
pub(super) struct Signed<'a> {
    claimed: Claimed<'a>,
    secrets: Vec<String>,
}

/// Reads the headers of a signature. A body can be megabytes, and anybody can send one: so what cannot be good is
/// refused before it.
///
/// # Errors
/// The refusal.
pub(super) fn read<'a>(
    request: &RequestContext<'_>,
    scheme: &'a Scheme,
    headers: &'a HeaderMap,
) -> Result<Signed<'a>, Box<Reply>> {
    let of = |name: &&str| request.env.secret(name).map(|secret| secret.to_string()).ok();
    let secrets = scheme.secrets.iter().filter_map(of).filter(|secret| !secret.is_empty());
    let secrets: Vec<String> = secrets.collect();
    if secrets.is_empty() {
        let names = scheme.secrets.join("` and `");
        log_error!("the secret `{names}` is not set: `cargo toolgate setup` sets it");
        let reply = refuse(StatusCode::SERVICE_UNAVAILABLE, "this address is not set up yet");
        return Err(Box::new(because(*reply, Reason::VariableMissing)));
    }
    let claimed = scheme.claimed(headers, now()).map_err(unsigned)?;
    Ok(Signed { claimed, secrets })
}

impl Signed<'_> {
    /// Checks the signature of the body that came.
    ///
    /// # Errors
    /// The refusal.
    pub(super) fn verify(&self, body: &[u8]) -> Result<(), Box<Reply>> {
        self.claimed.verify(body, &self.secrets).map_err(unsigned)
    }
}

/// The refusal. It is the same whatever is wrong, but for a time that is over.
fn unsigned(why: Unsigned) -> Box<Reply> {
    let (words, reason) = match why {
        Unsigned::Missing => ("the signature is not good", Reason::SignatureMissing),
        Unsigned::Wrong => ("the signature is not good", Reason::SignatureInvalid),
        Unsigned::Old => ("the signature is too old", Reason::SignatureExpired),
    };
    Box::new(because(*refuse(StatusCode::UNAUTHORIZED, words), reason))
}
