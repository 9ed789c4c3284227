//! The id of a session, and the way to its object.
//!
//! An id is sealed for its person: one that was made up, or is another person's, does not open and
//! reaches no object.

use http::{HeaderMap, StatusCode};
use toolgate_core::reply;
use toolgate_core::seal::{Entropy, Keyring, Purpose};

use crate::http::{convert, object_client};
use crate::platform::PlatformEntropy;
use crate::platform::console::log_error;
use crate::platform::host::Response;
use crate::ports::principal::{Admitted, Principal};
use crate::ports::request_context::RequestContext;

/// The name of a new session's object, and the id that its client is given in place of it.
pub(crate) fn new_id(
    request: &RequestContext<'_>,
    principal: &Principal,
    kind: &str,
) -> Option<(String, String)> {
    let name = [kind, ":", &PlatformEntropy.token()].concat();
    let bound_to = [kind, ":", &principal.subject_key].concat();
    let seal = |keys: &Keyring| keys.seal(Purpose::Session, &bound_to, &name, &mut PlatformEntropy);
    let sealed = with_keys(request, seal)?;
    Some((name, sealed))
}

/// The name of the session's object, where it is the caller's and of this kind.
pub(crate) fn open_id(
    request: &RequestContext<'_>,
    principal: &Principal,
    kind: &str,
    sealed: &str,
) -> Option<String> {
    let bound_to = [kind, ":", &principal.subject_key].concat();
    with_keys(request, |keys| keys.open(Purpose::Session, &bound_to, sealed))?
}

#[cfg(target_arch = "wasm32")]
fn with_keys<T>(request: &RequestContext<'_>, work: impl FnOnce(&Keyring) -> T) -> Option<T> {
    let setup = crate::auth::setup::setup(request).ok()?;
    Some(work(&setup.keys))
}

/// A test has no identity provider, which is a part of the setup.
#[cfg(not(target_arch = "wasm32"))]
fn with_keys<T>(request: &RequestContext<'_>, work: impl FnOnce(&Keyring) -> T) -> Option<T> {
    Some(work(&request.app.keyring(request.env)?))
}

/// The answer that a client takes as a sign to begin another session.
pub(crate) fn gone() -> worker::Result<Response> {
    convert::response(reply::text(
        StatusCode::NOT_FOUND,
        "There is no such session, or it is over; begin a new one.",
    ))
}

pub(crate) fn unavailable() -> worker::Result<Response> {
    convert::response(reply::text(
        StatusCode::SERVICE_UNAVAILABLE,
        "The session could not be reached; try again.",
    ))
}

/// Hands a message to the object of this name.
pub(crate) async fn ask(
    request: &RequestContext<'_>,
    sender: &Admitted,
    (path, name): (&str, &str),
    headers: &HeaderMap,
    message: &[u8],
) -> worker::Result<Response> {
    let stub = object_client::stub(request.app, request.env, name)?;
    match object_client::send(request, &stub, sender, (path, name), headers, message).await {
        Ok(response) => Ok(response),
        Err(error) => {
            log_error!("the session's object failed: {error}");
            unavailable()
        }
    }
}
