//! One security decision.

use super::finish::Finish;
use super::reason::Reason;

/// Kind of decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A person signed in at the identity provider.
    SignIn,
    /// A person decided on the approval page, or an earlier decision was remembered.
    Consent,
    /// A client registered itself.
    Registration,
    /// A code became tokens.
    TokenIssued,
    /// A refresh token became its successor.
    TokenRefreshed,
    /// A refresh token came again within the grace and got the same successor.
    RefreshRetried,
    /// A refresh that the identity provider did not confirm.
    RefreshUnconfirmed,
    /// A request was refused.
    Refused,
    /// A grant was ended.
    Revoked,
    /// A tool was called by somebody its policy allows.
    ToolAllowed,
    /// A tool was called by somebody its policy does not allow, or does not exist.
    ToolDenied,
    /// A prompt was asked for, or an argument of it completed, by somebody its policy allows.
    PromptAllowed,
    /// The same by somebody its policy does not allow, or the prompt does not exist.
    PromptDenied,
    /// A resource was read, or a variable of it completed, by somebody its policy allows.
    ResourceAllowed,
    /// The same by somebody its policy does not allow, or the resource does not exist.
    ResourceDenied,
    /// A request was refused because there were too many.
    RateLimited,
    /// A call of a tool ended whose decision was written before.
    ToolFinished,
    /// The same of a prompt.
    PromptFinished,
    /// The same of a resource.
    ResourceFinished,
    /// The function of a route served a request.
    RouteAllowed,
    /// A request to a route was refused.
    RouteDenied,
    /// The function of a route ended whose decision was written before.
    RouteFinished,
    /// A person connected an account at a third party.
    AccountConnected,
    /// Such an account was disconnected.
    AccountEnded,
    /// A tool was to use an account of somebody whom the policy of the connection does not allow.
    AccountDenied,
}

impl EventKind {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Consent => "consent",
            Self::Registration => "registration",
            Self::TokenIssued => "token_issued",
            Self::TokenRefreshed => "token_refreshed",
            Self::RefreshRetried => "refresh_retried",
            Self::RefreshUnconfirmed => "refresh_unconfirmed",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
            Self::ToolAllowed => "tool_allowed",
            Self::ToolDenied => "tool_denied",
            Self::PromptAllowed => "prompt_allowed",
            Self::PromptDenied => "prompt_denied",
            Self::ResourceAllowed => "resource_allowed",
            Self::ResourceDenied => "resource_denied",
            Self::RateLimited => "rate_limited",
            Self::ToolFinished => "tool_finished",
            Self::PromptFinished => "prompt_finished",
            Self::ResourceFinished => "resource_finished",
            Self::RouteAllowed => "route_allowed",
            Self::RouteDenied => "route_denied",
            Self::RouteFinished => "route_finished",
            Self::AccountConnected => "account_connected",
            Self::AccountEnded => "account_ended",
            Self::AccountDenied => "account_denied",
        }
    }

    /// The event that ends what this one allows; `None` for one that allows no call.
    #[must_use]
    pub fn finished(self) -> Option<Self> {
        match self {
            Self::ToolAllowed => Some(Self::ToolFinished),
            Self::PromptAllowed => Some(Self::PromptFinished),
            Self::ResourceAllowed => Some(Self::ResourceFinished),
            Self::RouteAllowed => Some(Self::RouteFinished),
            _ => None,
        }
    }
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The kind of decision.
    pub kind: EventKind,
    /// Why: a stable code with a line in the documentation.
    pub reason: Reason,
    /// Pseudonym of the person: the subject key.
    pub user: Option<String>,
    /// Proven e-mail address of the request's person, for `[audit] include = ["email"]` only; filled
    /// in by [`Log::take`](super::Log::take).
    pub email: Option<String>,
    /// The same where nobody says that the address is the person's.
    pub claimed_email: Option<String>,
    /// Key of the OAuth client.
    pub client: Option<String>,
    /// Name of the tool, prompt or resource, where there is one of that name.
    pub tool: Option<&'static str>,
    /// Name of the policy that decided.
    pub policy: Option<&'static str>,
    /// Subject of the reason, in words of this server's owner: the claim or variable that a policy
    /// names, or the limit that was reached.
    pub detail: Option<String>,
    /// Arguments of the call as JSON, for `[audit] include = ["arguments"]` only.
    pub arguments: Option<String>,
    /// Hosts at which the call acted in the person's name, with blanks between them.
    pub as_caller: Option<String>,
    /// Hosts to which the call sent requests, with blanks between them.
    pub hosts: Option<String>,
    /// Joins the two events of a call that has two.
    pub id: Option<String>,
    /// The end of the call.
    pub finish: Option<Finish>,
}

impl Event {
    /// An event of which nothing else is known yet.
    #[must_use]
    pub fn new(kind: EventKind, reason: Reason) -> Self {
        Self {
            kind,
            reason,
            user: None,
            email: None,
            claimed_email: None,
            client: None,
            tool: None,
            policy: None,
            detail: None,
            arguments: None,
            as_caller: None,
            hosts: None,
            id: None,
            finish: None,
        }
    }
}
