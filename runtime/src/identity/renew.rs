//! New tokens for calls in the person's name.

use toolgate_config::Identity;
use toolgate_core::upstream::login;
use toolgate_core::upstream::provider::Provider;
use toolgate_core::upstream::tokens::{self, Tokens};
use toolgate_core::upstream::trouble::{Cause, Trouble};

use super::cloudflare_access::ask;

/// Errors of a refresh token that is over (OAuth 2.1 section 3.2.4), and GitHub's own.
const OVER: [&str; 2] = ["error invalid_grant", "error bad_refresh_token"];

/// Gets new tokens by a refresh token, for the `resource` that `mcp.toml` names.
pub(crate) async fn renew(
    identity: &Identity,
    provider: &Provider,
    refresh_token: &str,
) -> Result<Tokens, Trouble> {
    let request = login::refresh_request(provider, refresh_token);
    let Some(mut request) = request else {
        let reason = "its token endpoint is not known, or the token fits no request".to_owned();
        return Err(Trouble::Failed(Cause::Unavailable, reason));
    };
    if let Some(calls) = &identity.upstream {
        login::name_resource(&mut request, calls.resource.as_deref());
    }
    tokens::read(&ask(request).await?).map_err(of_the_api)
}

/// A refusal of the API that a token is for, such as a consent that is missing, ends no sign-in: only a refresh
/// token that is over does.
fn of_the_api(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Ended(_, text) if !OVER.iter().any(|error| text.contains(error)) => {
            Trouble::Failed(Cause::Error, text)
        }
        trouble => trouble,
    }
}
