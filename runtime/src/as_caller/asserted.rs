//! The assertion of Cloudflare Access as the person's token.

use http::HeaderMap;
use toolgate_config::Protocol;
use toolgate_core::upstream::assertion;

use crate::platform::EnvVars;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::ports::app::App;
use crate::ports::as_caller::{NoToken, UpstreamToken};
use crate::ports::identity_provider::Unvouched;
use crate::ports::principal::Principal;

/// Stands for the address of this server, of which an assertion says nothing.
const ORIGIN: &str = "https://toolgate.internal";

/// The assertion, where it is good and about the caller: a request may have come with a token of ours, and
/// with the assertion of somebody else whose browser it was.
pub(super) async fn token(
    app: &App,
    env: &Env,
    principal: &Principal,
    text: &str,
) -> Result<UpstreamToken, NoToken> {
    let provider = app.identity.resolve(&app.config, &EnvVars(env), ORIGIN).map_err(|error| {
        log_error!("no call as the caller: {error}");
        NoToken::Unavailable
    })?;
    let mut headers = HeaderMap::new();
    headers.insert(assertion::HEADER, text.parse().map_err(|_| NoToken::NotAsserted)?);
    match app.identity.vouch(&app.config, &provider, &headers).await {
        Some(Ok(caller)) if caller.subject == principal.caller.subject => {
            Ok(UpstreamToken::new(Protocol::AccessAssertion, text, false))
        }
        Some(Err(Unvouched::Unavailable)) => Err(NoToken::Unavailable),
        _ => Err(NoToken::NotAsserted),
    }
}
