//! Errors at `/authorize` and `/callback` on their way to people and clients: through the person's
//! browser.

use http::StatusCode;
use url::form_urlencoded;

use crate::audit;
use crate::oauth::authorization::AuthorizationRequest;
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::redirect_uri;
use crate::page;
use crate::reply::{self, Reply};

/// The client's redirect URI with an error (OAuth 2.1 section 4.1.2.1, RFC 9207).
pub(crate) fn client_error_url(
    oauth: &OAuthContext<'_>,
    authorization: &AuthorizationRequest,
    error: &OAuthError,
) -> String {
    error_url(oauth, &authorization.redirect_uri, authorization.state.as_deref(), error)
}

fn error_url(
    oauth: &OAuthContext<'_>,
    uri: &str,
    state: Option<&str>,
    error: &OAuthError,
) -> String {
    let text = error.text();
    let mut pairs = vec![("error", error.code), ("error_description", text.as_str())];
    pairs.extend(state.map(|state| ("state", state)));
    pairs.push(("iss", oauth.origin));
    with_query(uri, &pairs)
}

/// Appends parameters to a URI that may have some; its own text stays untouched.
pub(crate) fn with_query(uri: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let separator = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{separator}{query}")
}

/// Tells a client of an error before the person has done anything. Anybody can register a client whose
/// address is any web site, so a redirect to it would be one to wherever the sender of a link likes
/// (RFC 9700 section 4.11.2): there the person decides whether to go.
pub(crate) fn before_interaction(
    oauth: &OAuthContext<'_>,
    uri: &str,
    state: Option<&str>,
    is_vouched_for: bool,
    error: &OAuthError,
) -> Reply {
    let url = error_url(oauth, uri, state, error);
    let reply = match redirect_uri::web_host(uri).filter(|_| !is_vouched_for) {
        None => reply::redirect(&url),
        Some(host) => page::way_back(&in_words(error), &host, &url, error.reason.code()),
    };
    audit::because(reply, error.reason)
}

/// A redirect to the client's own address, with the page of the error as its body.
pub(crate) fn refuse_client(url: &str, error: &OAuthError) -> Reply {
    let redirect = reply::redirect(url);
    let mut reply = failed(redirect.status(), error);
    reply.headers_mut().extend(redirect.headers().clone());
    reply
}

/// The page that tells a person why they were not signed in.
pub(crate) fn failed(status: StatusCode, error: &OAuthError) -> Reply {
    let reply = page::refusal(
        status,
        "You could not be signed in",
        &format!("{}.", error.description),
        "Nothing was granted or changed. Try again in a moment.",
        error.reason.code(),
    );
    audit::because(reply, error.reason)
}

/// The page of an error that no client is told of.
pub(crate) fn error_page(error: &OAuthError) -> Reply {
    let reply = page::refusal(
        StatusCode::BAD_REQUEST,
        page::CANNOT_GO_ON,
        &in_words(error),
        "Nothing was granted. Go back to your MCP client and connect again; if it happens again, \
         remove the server there and add it again.",
        error.reason.code(),
    );
    audit::because(reply, error.reason)
}

fn in_words(error: &OAuthError) -> String {
    format!("{} ({}).", error.description, error.code)
}
