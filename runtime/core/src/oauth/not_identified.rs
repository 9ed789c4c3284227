//! Why nobody was identified, in words.

use super::error::OAuthError;
use super::login;
use crate::audit::Reason;

/// An error of the identity provider in the client's terms; texts of others are not passed on.
pub(super) fn upstream_error(code: &str) -> OAuthError {
    match code {
        "access_denied" => {
            OAuthError::new("access_denied", "The identity provider denied the sign-in")
                .because(Reason::UpstreamDenied)
        }
        "temporarily_unavailable" => OAuthError::new(
            "temporarily_unavailable",
            "The identity provider is temporarily unavailable",
        )
        .because(Reason::UpstreamUnavailable),
        _ => OAuthError::new("server_error", "The identity provider could not sign you in")
            .because(Reason::UpstreamError),
    }
}

/// Why nobody was identified, in words for the person.
pub(super) fn not_identified(reason: Reason) -> OAuthError {
    let description = match reason {
        Reason::UpstreamUnavailable | Reason::UpstreamTimeout | Reason::UpstreamRateLimited => {
            return OAuthError { reason, ..login::unreachable() };
        }
        Reason::IdTokenOrganization => {
            let description = "Your account is of an organization that may not sign in here";
            return OAuthError::new("access_denied", description).because(reason);
        }
        Reason::UpstreamCredentials => {
            "The identity provider refuses this server's own client id or secret, which its owner \
             has to renew"
        }
        Reason::UpstreamCode => "The identity provider did not accept the code of the sign-in",
        Reason::UpstreamNoIdToken => "The identity provider sent no id_token",
        Reason::UpstreamExchange => "The identity provider answered with an error",
        Reason::UpstreamTokenRefused => "The identity provider refused its own access token",
        Reason::IdTokenTooLarge => "You have more groups or claims than fit into a token",
        _ => "The identity provider's answer could not be verified",
    };
    OAuthError::new("server_error", description).because(reason)
}
