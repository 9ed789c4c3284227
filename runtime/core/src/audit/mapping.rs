//! Which reason another part of the gate means.

use crate::access::id_token::Rejection;
use crate::audit::Reason;

impl Reason {
    /// What an OAuth error code alone tells.
    #[must_use]
    pub fn of_oauth_code(code: &str) -> Self {
        match code {
            "invalid_grant" => Self::InvalidGrant,
            "invalid_client" => Self::InvalidClient,
            "unauthorized_client" => Self::UnauthorizedClient,
            "invalid_scope" => Self::InvalidScope,
            "invalid_target" => Self::ResourceUnknown,
            "access_denied" => Self::AccessDenied,
            "server_error" => Self::ServerError,
            "temporarily_unavailable" => Self::TemporarilyUnavailable,
            "unsupported_response_type" => Self::ResponseTypeUnsupported,
            "unsupported_grant_type" => Self::GrantTypeUnsupported,
            "invalid_client_metadata" => Self::ClientMetadataInvalid,
            "invalid_redirect_uri" => Self::RedirectUriInvalid,
            _ => Self::InvalidRequest,
        }
    }
}

impl From<&Rejection> for Reason {
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::Malformed => Self::IdTokenMalformed,
            Rejection::Algorithm => Self::IdTokenAlgorithm,
            Rejection::UnknownKey => Self::IdTokenKeyUnknown,
            Rejection::AmbiguousKey => Self::IdTokenKeyAmbiguous,
            Rejection::Signature => Self::IdTokenSignature,
            Rejection::Claim("iss") => Self::IdTokenIssuer,
            Rejection::Claim("aud") => Self::IdTokenAudience,
            Rejection::Claim("azp") => Self::IdTokenParty,
            Rejection::Claim("nonce") => Self::IdTokenNonce,
            Rejection::Claim(_) => Self::IdTokenClaim,
            Rejection::Expired => Self::IdTokenExpired,
            Rejection::NotYetValid => Self::IdTokenEarly,
            Rejection::TooLarge(_) => Self::IdTokenTooLarge,
        }
    }
}
