//! `/logout/backchannel`: the identity provider tells that somebody has signed out.

use http::header::CACHE_CONTROL;
use http::{Request, StatusCode};
use serde_json::json;
use toolgate_core::audit::{Event, EventKind, Reason, because};
use toolgate_core::oauth::callback::subject_keys;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::params::Params;
use toolgate_core::reply::{self, Reply};
use toolgate_core::upstream::logout_token::{self, Logout};

use super::end;
use crate::identity::keys::{self, Source};
use crate::platform::console::log_error;
use crate::ports::request_context::RequestContext;
use crate::sign_in;

/// Serves a logout token.
pub(super) async fn serve(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Reply {
    let Some(token) = Params::form(http_request)
        .ok()
        .and_then(|params| params.get("logout_token").map(str::to_owned))
    else {
        return invalid("there is no logout_token in a form");
    };
    let (now, prepare) = (oauth.now, logout_token::prepare);
    let verified = keys::verify(oauth.provider, now, Source::Request, &token, prepare).await;
    let logout = match verified {
        Ok(Ok(claims)) => logout_token::verify(oauth.config, oauth.provider, claims, now),
        Ok(Err(rejection)) => Err(rejection),
        Err(error) => {
            log_error!("a logout token could not be checked: {error}");
            return failed();
        }
    };
    match logout {
        Ok(logout) => end(request, oauth, &logout).await.unwrap_or_else(|error| {
            log_error!("a logout could not be carried out: {error}");
            failed()
        }),
        Err(rejection) => invalid(&rejection.to_string()),
    }
}

async fn end(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    logout: &Logout,
) -> worker::Result<Reply> {
    if !sign_in::use_up(request, &logout.id).await? {
        return Ok(invalid("it came before"));
    }
    for person in subject_keys(oauth.keys, oauth.provider, &logout.subject) {
        let count = end::person(request.deployment(), &person, Some(logout.issued)).await?;
        let mut event = Event::new(EventKind::Revoked, Reason::RevokedByLogout);
        event.user = Some(person);
        event.detail = Some(count.to_string());
        oauth.log.record(event);
    }
    let mut reply = reply::text(StatusCode::OK, "");
    reply::set(&mut reply, CACHE_CONTROL, "no-store");
    Ok(reply)
}

/// The answer to what is not a logout token of the provider for this server (section 2.8).
fn invalid(why: &str) -> Reply {
    let description = format!("The logout token is not valid: {why}");
    let body = json!({ "error": "invalid_request", "error_description": description });
    because(reply::json(StatusCode::BAD_REQUEST, &body), Reason::LogoutTokenInvalid)
}

fn failed() -> Reply {
    let body = json!({
        "error": "temporarily_unavailable",
        "error_description": "The logout could not be carried out now; send it again",
    });
    reply::json(StatusCode::SERVICE_UNAVAILABLE, &body)
}
