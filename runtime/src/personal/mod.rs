//! Personal tokens for scripts: made at `/connections`, and looked up at each request.
//!
//! `serve!()` names [`PERSONAL`] where `mcp.toml` has `[tokens] personal`, so no other server contains it.

use futures_util::future::LocalBoxFuture;
use http::{HeaderMap, Request};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::direct::personal;
use toolgate_core::oauth::grant::{Grant, GrantKey, Operation};
use toolgate_core::oauth::person::Person;
use toolgate_core::oauth::token::AccessToken;
use toolgate_core::reply::{self, Reply};
use toolgate_core::seal::Keyring;

use crate::auth::grants;
use crate::platform::console::log_error;
use crate::platform::now;
use crate::ports::direct::Personal;
use crate::ports::request_context::RequestContext;

/// The way of personal tokens.
pub static PERSONAL: Personal =
    Personal { admit, form: personal::form, is_asked: personal::is_asked, make };

fn admit<'a>(
    request: &'a RequestContext<'_>,
    keys: &'a Keyring,
    (path, headers): (&'a str, &'a HeaderMap),
) -> LocalBoxFuture<'a, Option<Result<AccessToken, Box<Reply>>>> {
    Box::pin(async move {
        let address = personal::presented(headers)?;
        let found = grants::perform(request, &address, Operation::Check).await;
        Some(match found {
            Ok(found) => {
                personal::open(keys, (&request.origin, path), address, found, now())
            }
            Err(error) => {
                log_error!("storage failed: {error}");
                Err(Box::new(reply::text(
                    http::StatusCode::SERVICE_UNAVAILABLE,
                    "The storage did not answer; try again.",
                )))
            }
        })
    })
}

fn make(
    oauth: &mut OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
    person: &Person,
    grants: &[(GrantKey, Grant)],
) -> Result<(GrantKey, Grant, Reply), Box<Reply>> {
    personal::read(oauth, http_request, person)?.make(oauth, grants)
}
