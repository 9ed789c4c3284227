//! `GET /connections/return/…`: the return from a third party.
//!
//! Everything that this server knows by itself is checked before the third party is asked for anything: the cookie of
//! this very attempt, the address of the return, that the same sign-in is still there, and that the client that asked may
//! still use the account.

use http::header::{HeaderValue, SET_COOKIE};
use http::{Request, StatusCode};
use toolgate_config::Connection;

use super::asker::{Asker, judge};
use super::connect::{Attempt, NOT_CONNECTED, Question, find, refuse};
use super::party::{self, Party};
use super::record::{AccountOperation, Kept, Whose};
use super::tokens::AccountTokens;
use crate::audit::{Event, EventKind, Reason, because};
use crate::cookie;
use crate::oauth::attempts;
use crate::oauth::context::OAuthContext;
use crate::oauth::params::Params;
use crate::oauth::person::Person;
use crate::page;
use crate::paths::ACCOUNT_RETURN_PATH;
use crate::reply::Reply;
use crate::seal::{Purpose, sha256};
use crate::secret::constant_time_eq;
use crate::upstream::tokens::{self, Tokens};
use crate::upstream::trouble::Trouble;

/// A return that is this person's own.
#[derive(Debug)]
pub struct Return<'a> {
    /// The third party.
    pub connection: &'a Connection,
    /// The person who is signed in.
    pub person: Person,
    attempt: Attempt,
    id: String,
    clear: HeaderValue,
}

/// The reply for the person, and the reason for the log.
pub type Refusal = Box<(Reply, String)>;

/// Checks the return.
///
/// # Errors
/// The reply to a return that leads nowhere.
pub fn begin<'a>(
    oauth: &OAuthContext<'a>,
    request: &Request<Vec<u8>>,
) -> Result<Return<'a>, Box<Reply>> {
    let params = Params::query(request);
    let path = request.uri().path().strip_prefix(ACCOUNT_RETURN_PATH).unwrap_or_default();
    let found = find(oauth.config, path).and_then(|connection| {
        let found = find_attempt(oauth, request, &params)?;
        found.0.is_of(connection).then_some((connection, found))
    });
    let Some((connection, (attempt, id, clear))) = found else {
        let what = "It was begun in another browser, was already completed, or has expired.";
        return Err(Box::new(refuse(StatusCode::BAD_REQUEST, what, Reason::InvalidState)));
    };
    let person = Person::read(oauth, request.headers()).filter(|person| {
        person.subject_keys.contains(&attempt.person)
            && constant_time_eq(person.csrf.as_bytes(), attempt.sign_in.as_bytes())
    });
    let Some(person) = person else {
        let what = "You are no longer signed in here as when you began.";
        let mut reply = refuse(StatusCode::FORBIDDEN, what, Reason::LinkOfAnotherPerson);
        reply.headers_mut().append(SET_COOKIE, clear);
        return Err(Box::new(reply));
    };
    Ok(Return { connection, person, attempt, id, clear })
}

fn find_attempt(
    oauth: &OAuthContext<'_>,
    request: &Request<Vec<u8>>,
    params: &Params,
) -> Option<(Attempt, String, HeaderValue)> {
    let state = params.get("state").filter(|_| !params.is_repeated("state"))?;
    let name = attempts::login_cookie(oauth, state)?;
    let value = cookie::read(request.headers(), &name)?;
    let (attempt, _): (Attempt, _) = attempts::open(oauth, Purpose::Account, state, value)?;
    (attempt.expires >= oauth.now).then(|| (attempt, sha256(state), cookie::clear(&name)))
}

impl Return<'_> {
    /// Names the attempt for whoever keeps that it came back, as that of a sign-in.
    #[must_use]
    pub fn attempt(&self) -> &str {
        &self.id
    }

    /// Id of the grant of the client that asked.
    #[must_use]
    pub fn grant(&self) -> &str {
        &self.attempt.grant
    }

    /// The question to that client, where it hears when the person has finished.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        self.attempt.question.as_ref()
    }

    /// Judges the client that asked once more: the person was away, and may have ended it meanwhile.
    ///
    /// # Errors
    /// The reply where it may not have the account.
    pub fn judge(&self, oauth: &OAuthContext<'_>, asker: Asker<'_>) -> Result<(), Box<Reply>> {
        judge(oauth, self.connection, asker).map_err(|mut reply| {
            reply.headers_mut().append(SET_COOKIE, self.clear.clone());
            reply
        })
    }

    /// Pseudonym of the person, under which the account is kept.
    #[must_use]
    pub fn subject_key(&self) -> &str {
        &self.attempt.person
    }

    /// The request that exchanges the code with which the browser came back.
    ///
    /// # Errors
    /// The reply where the third party denied it, another one answered, or there is no code.
    pub fn exchange(
        &self,
        oauth: &OAuthContext<'_>,
        party: &Party,
        request: &Request<Vec<u8>>,
    ) -> Result<Request<Vec<u8>>, Box<Reply>> {
        let params = Params::query(request);
        if params.reject_repeated().is_err() || !party.is_issuer(params.get("iss")) {
            return Err(Box::new(
                self.failed("The answer came from another server", Reason::UpstreamIssuer),
            ));
        }
        let title = &self.connection.title;
        if let Some(error) = params.get("error") {
            let (what, reason) = match error {
                "access_denied" => (format!("{title} was not allowed to"), Reason::UpstreamDenied),
                _ => (format!("{title} answered with an error"), Reason::UpstreamError),
            };
            return Err(Box::new(self.failed(&what, reason)));
        }
        let verifier = self.attempt.verifier();
        let code = params.get("code").map(|code| (code, verifier.as_str()));
        let prepared = code.and_then(|code| party.code_request(oauth.origin, code));
        prepared.ok_or_else(|| {
            Box::new(self.failed(&format!("{title} sent no code"), Reason::UpstreamNoCode))
        })
    }

    /// Reads the answer to the code exchange: the tokens, and for how many seconds they are good.
    ///
    /// # Errors
    /// The reply for the person, with the reason for the log.
    pub fn tokens(
        &self,
        answer: &http::Response<Vec<u8>>,
    ) -> Result<(AccountTokens, Option<u64>), Refusal> {
        let title = &self.connection.title;
        let read = tokens::read(answer).map_err(|trouble| {
            let (what, reason) = match &trouble {
                Trouble::Ended(..) => {
                    (format!("{title} did not accept the code"), Reason::UpstreamCode)
                }
                Trouble::Failed(cause, _) => {
                    (format!("{title} did not give access"), cause.reason())
                }
            };
            Box::new((self.failed(&what, reason), trouble.to_string()))
        })?;
        let Tokens { expires_in, .. } = read;
        match AccountTokens::of(&read, None) {
            Some(tokens) => Ok((tokens, expires_in)),
            None => {
                let what = format!("{title} gave a token that is too large to keep");
                Err(Box::new((self.failed(&what, Reason::UpstreamExchange), what)))
            }
        }
    }

    /// The operation that stores the account.
    #[must_use]
    pub fn operation(&self, kept: Kept) -> AccountOperation {
        let party = party::named(self.connection);
        let whose = Whose { person: self.attempt.person.clone(), party };
        AccountOperation::Connect { kept, generation: self.id.clone(), whose }
    }

    /// The reply to a return that came before.
    #[must_use]
    pub fn already_used(&self) -> Reply {
        self.failed("This was already completed", Reason::StateUsed)
    }

    /// The reply where the third party does not answer.
    #[must_use]
    pub fn unavailable(&self) -> Reply {
        let what = format!("{} did not answer", self.connection.title);
        self.failed(&what, Reason::UpstreamUnavailable)
    }

    /// The reply where the account could not be stored.
    #[must_use]
    pub fn not_stored(&self) -> Reply {
        self.failed("The storage of this server did not answer", Reason::StorageUnavailable)
    }

    /// The reply once the account is stored.
    #[must_use]
    pub fn connected(&self, oauth: &OAuthContext<'_>, has_replaced: bool) -> Reply {
        let reason = if has_replaced { Reason::AccountReplaced } else { Reason::AccountConnected };
        let mut event = Event::new(EventKind::AccountConnected, reason);
        event.user = Some(self.attempt.person.clone());
        event.detail = Some(self.connection.name.to_string());
        oauth.log.record(event);
        let title = &self.connection.title;
        let mut reply = page::message(
            StatusCode::OK,
            &format!("{title} is connected"),
            &format!("Tools of this server can use your {title} account now."),
            "Go back to your MCP client, and call the tool again. You may close this page.",
        );
        reply.headers_mut().append(SET_COOKIE, self.clear.clone());
        reply
    }

    fn failed(&self, what: &str, reason: Reason) -> Reply {
        let mut reply = page::refusal(
            StatusCode::BAD_REQUEST,
            NOT_CONNECTED,
            &format!("{what}."),
            "Nothing was changed. Go back to your MCP client, and call the tool again: it gives you a new link.",
            reason.code(),
        );
        reply.headers_mut().append(SET_COOKIE, self.clear.clone());
        because(reply, reason)
    }
}
