//! Why an assertion gives no token: one answer for the sender, the reason for the log.

use crate::audit::{Event, EventKind, Reason};
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::reply::Reply;
use crate::upstream::id_token::Rejection;

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The assertion is at fault: the check that it does not pass.
    Assertion(&'static str),
    /// Something else is, which the client may know.
    Other(OAuthError),
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::Other(error)
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self::Assertion(match rejection {
            Rejection::Malformed => "form",
            Rejection::Algorithm => "alg",
            Rejection::UnknownKey => "kid",
            Rejection::AmbiguousKey => "keys",
            Rejection::Signature => "signature",
            Rejection::Claim(claim) => claim,
            Rejection::Expired => "exp",
            Rejection::NotYetValid => "iat",
            Rejection::Organization => "tenant",
            Rejection::TooLarge(_) => "size",
        })
    }
}

impl Refusal {
    /// The reply. Whoever tries assertions learns nothing from it; the audit trail has the check.
    #[must_use]
    pub fn into_reply(self, oauth: &OAuthContext<'_>) -> Reply {
        let check = match self {
            Self::Other(error) => return error.into_reply(),
            Self::Assertion(check) => check,
        };
        let (detail, reason) = (Some(check.to_owned()), Reason::AssertionRefused);
        oauth.log.record(Event { detail, ..Event::new(EventKind::Refused, reason) });
        let error = OAuthError::invalid_grant("The assertion was not accepted").because(reason);
        let mut reply = error.into_reply();
        // Told, and with the check.
        reply.extensions_mut().remove::<Reason>();
        reply
    }
}
