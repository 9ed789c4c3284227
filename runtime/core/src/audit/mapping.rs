//! Which reason another part of the gate means.

use toolgate_policy as policy;

use crate::audit::Reason;
use crate::upstream::id_token::Rejection;

impl Reason {
    /// The reason that an OAuth error code alone tells.
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
            Rejection::Organization => Self::IdTokenOrganization,
            Rejection::Expired => Self::IdTokenExpired,
            Rejection::NotYetValid => Self::IdTokenEarly,
            Rejection::TooLarge(_) => Self::IdTokenTooLarge,
        }
    }
}

impl From<policy::Reason<'_>> for Reason {
    fn from(reason: policy::Reason<'_>) -> Self {
        match reason {
            policy::Reason::NotMatched => Self::PolicyNotMatched,
            policy::Reason::UnknownPolicy(_) => Self::PolicyUnknown,
            policy::Reason::NoEmail => Self::EmailMissing,
            policy::Reason::UnverifiedEmail => Self::EmailUnverified,
            policy::Reason::UnreadableEmail => Self::EmailUnreadable,
            policy::Reason::UnreadableEntry => Self::PolicyEntryUnreadable,
            policy::Reason::NoGroups => Self::GroupsMissing,
            policy::Reason::UnreadableGroups => Self::GroupsUnreadable,
            policy::Reason::MoreGroups => Self::GroupsOverage,
            policy::Reason::PartialGroups => Self::GroupsPartial,
            policy::Reason::NotKept(_) => Self::ClaimsOutdated,
            policy::Reason::ClientNotKept => Self::ClientNotKept,
            policy::Reason::MissingClaim(_) => Self::ClaimMissing,
            policy::Reason::ClaimType(_) => Self::ClaimType,
            policy::Reason::MissingArgument(_) => Self::ArgumentMissing,
            policy::Reason::ArgumentType(_) => Self::ArgumentType,
            policy::Reason::MissingScope(_) => Self::ScopeMissing,
            policy::Reason::MissingVariable(_) => Self::VariableMissing,
            policy::Reason::UnreadableVariable(_) => Self::VariableUnreadable,
            policy::Reason::EmptyCondition => Self::ConditionEmpty,
            policy::Reason::TooComplex => Self::PolicyTooComplex,
        }
    }
}
