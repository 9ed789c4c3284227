//! Forms of the page, and what becomes of them.

use http::header::SET_COOKIE;
use http::{Request, StatusCode};
use serde_json::json;

use super::session::Administrator;
use super::shown::client_key;
use crate::audit::{Event, EventKind, Reason, because};
use crate::oauth::connections::is_foreign;
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::page::{self, AdminForm};
use crate::paths::ADMIN_PATH;
use crate::reply::{self, Reply};
use crate::secret::constant_time_eq;

/// What an administrator ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// One grant: the pseudonym of its person, and its id.
    Grant(String, String),
    /// All grants of the person with this pseudonym.
    Person(String),
    /// All grants of the client with this key.
    Client(String),
    /// Everybody's.
    All,
}

impl Action {
    /// Reads it from a form.
    ///
    /// # Errors
    /// The form asks for nothing that there is.
    pub fn read(params: &Params) -> Result<Self, OAuthError> {
        let text = |name: &str| params.require(name).map(str::to_owned);
        Ok(match params.require("action")? {
            "end-grant" => Self::Grant(text("person")?, text("grant")?),
            "end-person" => Self::Person(text("person")?),
            "end-client" => Self::Client(client_key(params.require("client")?)),
            "end-all" => Self::All,
            _ => {
                return Err(OAuthError::invalid_request(
                    "The form asks for nothing that this page does",
                )
                .because(Reason::DecisionUnknown));
            }
        })
    }

    /// True if it ends sign-ins of whoever asks for it.
    fn is_own(&self, administrator: &Administrator) -> bool {
        match self {
            Self::Grant(..) | Self::Client(_) => false,
            Self::Person(person) => administrator.is(person),
            Self::All => true,
        }
    }

    fn fields(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Grant(person, grant) => {
                vec![("action", "end-grant"), ("person", person), ("grant", grant)]
            }
            Self::Person(person) => vec![("action", "end-person"), ("person", person)],
            Self::Client(client) => vec![("action", "end-client"), ("client", client)],
            Self::All => vec![("action", "end-all")],
        }
    }

    fn in_words(&self) -> &'static str {
        match self {
            Self::Grant(..) => "One connection",
            Self::Person(_) => "All connections of one person",
            Self::Client(_) => "All connections of one application",
            Self::All => "All connections of everybody",
        }
    }
}

/// `POST /admin`: the form must come from our own page, made for this sign-in. What ends the administrator's own
/// sign-ins has to be confirmed.
///
/// # Errors
/// The reply where nothing is to be done.
pub fn decide(
    oauth: &OAuthContext<'_>,
    request: &Request<Vec<u8>>,
    administrator: &Administrator,
) -> Result<Action, Box<Reply>> {
    if is_foreign(oauth, request) {
        let what = "The form was sent from another site";
        return Err(Box::new(refuse(what, Reason::FormFromAnotherSite)));
    }
    let failed = |error: OAuthError| Box::new(refuse(&error.description, error.reason));
    let params = Params::form(request).map_err(failed)?;
    let csrf = params.require("csrf").map_err(failed)?;
    if !constant_time_eq(csrf.as_bytes(), administrator.csrf.as_bytes()) {
        let what = "The form does not belong to this sign-in";
        return Err(Box::new(refuse(what, Reason::FormMismatch)));
    }
    if params.get("action") == Some("sign-out") {
        let mut reply = reply::redirect(&format!("{}/", oauth.origin));
        reply.headers_mut().append(SET_COOKIE, Administrator::sign_out(oauth));
        return Err(Box::new(reply));
    }
    let action = Action::read(&params).map_err(failed)?;
    if action.is_own(administrator) && params.get("confirm") != Some("yes") {
        return Err(Box::new(confirm(oauth, &action, administrator)));
    }
    Ok(action)
}

/// The same for a token, which no page can send: there is no form token, and the answer is JSON.
///
/// # Errors
/// The reply where nothing is to be done.
pub fn decide_by_token(
    request: &Request<Vec<u8>>,
    administrator: &Administrator,
) -> Result<Action, Box<Reply>> {
    let refuse = |error: &str, text: &str| {
        let body = json!({ "error": error, "error_description": text });
        Box::new(reply::json(StatusCode::BAD_REQUEST, &body))
    };
    let params = Params::form(request).map_err(|error| refuse(error.code, &error.text()))?;
    let action = Action::read(&params).map_err(|error| refuse(error.code, &error.text()))?;
    if action.is_own(administrator) && params.get("confirm") != Some("yes") {
        let text = "This ends your own sign-ins, too: confirm it";
        return Err(refuse("confirmation_required", text));
    }
    Ok(action)
}

/// The answer to it.
#[must_use]
pub fn done_by_token(count: usize) -> Reply {
    reply::json(StatusCode::OK, &json!({ "ended": count }))
}

/// Asks a second time: the last one who can let others in again should not lock themselves out unasked.
fn confirm(oauth: &OAuthContext<'_>, action: &Action, administrator: &Administrator) -> Reply {
    let mut fields = action.fields();
    fields.push(("confirm", "yes"));
    page::confirm_end(
        oauth.config,
        &AdminForm { csrf: &administrator.csrf, fields },
        action.in_words(),
    )
}

/// Tells the audit trail what was ended, and by whom.
pub fn tell(
    oauth: &OAuthContext<'_>,
    action: &Action,
    administrator: &Administrator,
    count: usize,
) {
    let mut event = Event::new(EventKind::Revoked, Reason::RevokedByAdmin);
    let by = administrator.subject_keys.first().map(String::as_str).unwrap_or_default();
    let what = match action {
        Action::Grant(person, _) => {
            event.user = Some(person.clone());
            "one grant"
        }
        Action::Person(person) => {
            event.user = Some(person.clone());
            "all of a person"
        }
        Action::Client(client) => {
            event.client = Some(client.clone());
            "all of a client"
        }
        Action::All => "everybody",
    };
    let count = if count > 0 { format!(", {count}") } else { String::new() };
    event.detail = Some(format!("{what}{count}, by {by}"));
    oauth.log.record(event);
}

/// The answer once it is done: the page again (303, so that a reload sends no form).
#[must_use]
pub fn done(oauth: &OAuthContext<'_>, action: &Action) -> Reply {
    let what = match action {
        Action::Grant(..) => "grant",
        Action::Person(_) => "person",
        Action::Client(_) => "client",
        Action::All => "all",
    };
    reply::redirect(&format!("{}{ADMIN_PATH}?done={what}", oauth.origin))
}

fn refuse(what: &str, reason: Reason) -> Reply {
    let page = page::refusal(
        StatusCode::BAD_REQUEST,
        "Nothing was changed",
        &format!("{what}."),
        "Open the page again and try once more.",
        reason.code(),
    );
    because(page, reason)
}
