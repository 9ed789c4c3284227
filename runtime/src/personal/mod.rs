//! Personal tokens for scripts: made at `/connections`, and looked up at each request.
//!
//! `serve!()` names [`PERSONAL`] where `mcp.toml` has `[tokens] personal`, so no other server contains it.

use futures_util::future::LocalBoxFuture;
use http::{Method, Request, StatusCode};
use toolgate_core::oauth::connections;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::direct::personal;
use toolgate_core::oauth::grant::Operation;
use toolgate_core::oauth::person::Person;
use toolgate_core::oauth::token::AccessToken;
use toolgate_core::page;
use toolgate_core::reply::Reply;

use crate::auth::{admission, grants, setup};
use crate::platform::console::log_error;
use crate::platform::now;
use crate::ports::feature::Personal;
use crate::ports::principal::{Admitted, Principal};
use crate::ports::request_context::RequestContext;

/// The way of personal tokens.
pub static PERSONAL: Personal =
    Personal { admit, remember: personal::remember, form: personal::form, is_asked, make };

/// A fresh look at the record, so that what ended the token is known at once.
fn admit<'a>(
    request: &'a RequestContext<'a>,
    head: &'a Request<()>,
) -> Option<LocalBoxFuture<'a, Result<Admitted, Box<Reply>>>> {
    let address = personal::presented(head.headers())?;
    Some(Box::pin(async move {
        let setup = setup::setup(request)
            .map_err(|error| Box::new(setup::not_configured(request, &error, false)))?;
        let found =
            grants::perform(request, &address, Operation::Check).await.map_err(|error| {
                log_error!("storage failed: {error}");
                admission::unavailable("The storage did not answer; try again.")
            })?;
        let place = (request.origin.as_str(), head.uri().path());
        let token = personal::open(&setup.keys, place, address, found, now())?;
        let AccessToken { caller, address, issued, expires, .. } = token;
        let subject_key = address.subject_key.clone();
        let principal = Principal { caller, subject_key, expires, credential: None };
        admission::note(request, &principal);
        Ok(Admitted { principal, grant: Some((address, issued)) })
    }))
}

fn is_asked(request: &Request<Vec<u8>>) -> bool {
    request.method() == Method::POST && personal::is_asked(request)
}

fn make<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a mut OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
) -> LocalBoxFuture<'a, Reply> {
    Box::pin(async move {
        let Some(person) = Person::read(oauth, http_request.headers()) else {
            return connections::back(oauth, "");
        };
        let wanted = match personal::read(oauth, http_request, &person) {
            Ok(wanted) => wanted,
            Err(reply) => return *reply,
        };
        let grants = match grants::all_of(request, &person.subject_keys).await {
            Ok(grants) => grants,
            Err(error) => return unreachable_storage(&error),
        };
        let (address, grant, page) = match wanted.make(oauth, &grants) {
            Ok(made) => made,
            Err(reply) => return *reply,
        };
        match grants::perform(request, &address, Operation::Create(Box::new(grant))).await {
            Ok(_) => page,
            Err(error) => unreachable_storage(&error),
        }
    })
}

fn unreachable_storage(error: &worker::Error) -> Reply {
    log_error!("storage failed: {error}");
    page::message(
        StatusCode::SERVICE_UNAVAILABLE,
        "No token was made",
        "The storage of this server did not answer.",
        "Try again in a moment.",
    )
}
