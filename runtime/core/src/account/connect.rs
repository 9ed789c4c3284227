//! `/connections/connect`: a person opens the link of a question, and goes on to the third party.
//!
//! Opening it changes nothing: scanners of links do that, too. Whoever opens it signs in at this server, and must be
//! the person who was asked; what is sent back and forth proves it again at the return.

use http::header::{HeaderMap, SET_COOKIE};
use http::{Request, StatusCode};
use serde::Serialize;
use toolgate_config::{Config, Connection};

use super::asker::{Asker, judge};
use super::link::{self, Link, question_id};
use super::party::{self, Party};
use crate::audit::{Reason, because};
use crate::cookie;
use crate::from_json::FromJson;
use crate::limits::ATTEMPT_TTL;
use crate::oauth::attempts;
use crate::oauth::connections::{check_form, is_foreign};
use crate::oauth::consent::start_login;
use crate::oauth::context::OAuthContext;
use crate::oauth::login::{Start, Target};
use crate::oauth::params::Params;
use crate::oauth::person::Person;
use crate::page::{self, ConnectPage};
use crate::paths::{ACCOUNT_CONNECT_PATH, CONNECTIONS_PATH};
use crate::reply::{self, Reply};
use crate::seal::{Purpose, sha256};

/// Heading of the pages of an account that is not connected.
pub(super) const NOT_CONNECTED: &str = "No account was connected";

/// What a browser keeps while somebody is at the third party, sealed under the `state`.
#[derive(Debug, Serialize, FromJson)]
pub(super) struct Attempt {
    /// Pseudonym of the person.
    #[serde(rename = "p")]
    pub(super) person: String,
    /// Name of the connection.
    #[serde(rename = "n")]
    pub(super) connection: String,
    /// The grant of the client that asked.
    #[serde(rename = "g")]
    pub(super) grant: String,
    /// The question to that client, where it hears when the person has finished.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub(super) question: Option<Question>,
    /// The sign-in under which it began.
    #[serde(rename = "i")]
    pub(super) sign_in: String,
    /// Its third party, as the person saw it.
    #[serde(rename = "t")]
    pub(super) party: String,
    /// Until when the browser may come back.
    #[serde(rename = "e")]
    pub(super) expires: u64,
    /// Seed of the verifier.
    #[serde(rename = "s")]
    seed: String,
}

/// A question that a client was asked in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Question {
    /// The session's object.
    #[serde(rename = "s")]
    pub session: String,
    /// Names the question to the client.
    #[serde(rename = "i")]
    pub id: String,
}

impl Attempt {
    /// True if it was begun for this connection, and for the third party that it has now.
    pub(super) fn is_of(&self, connection: &Connection) -> bool {
        self.connection == connection.name && self.party == party::named(connection)
    }

    /// Of PKCE.
    pub(super) fn verifier(&self) -> String {
        sha256(&["account ", &self.seed].concat())
    }
}

/// What the adapter does next.
#[derive(Debug)]
pub enum ConnectStep {
    /// Answer this.
    Reply(Reply),
    /// Read the grant of the client that asked, and go on with [`show`], or with [`approve`] where this is a form.
    Read(Box<Asked>),
}

/// A person with a link that is theirs.
#[derive(Debug)]
pub struct Asked {
    link: Link,
    text: String,
    person: Person,
}

impl Asked {
    /// Pseudonyms of the person, one of which the grant is kept under.
    #[must_use]
    pub fn subject_keys(&self) -> &[String] {
        &self.person.subject_keys
    }

    /// Id of the grant of the client that asked.
    #[must_use]
    pub fn grant(&self) -> &str {
        &self.link.grant
    }
}

/// `GET`: shows what is asked. Somebody who is not signed in here is sent to the identity provider, and comes back.
///
/// So is somebody whose sign-in would be over before they could be back from the third party: everything that they did
/// there would be in vain.
pub fn open(oauth: &mut OAuthContext<'_>, request: &Request<Vec<u8>>) -> ConnectStep {
    let params = Params::query(request);
    let text = params.get("link").filter(|_| !params.is_repeated("link")).unwrap_or_default();
    let Some(link) = Link::read(oauth.keys, oauth.origin, text, oauth.now) else {
        return ConnectStep::Reply(expired());
    };
    let person = Person::read(oauth, request.headers());
    let Some(person) = person.filter(|person| person.expires >= oauth.now + ATTEMPT_TTL) else {
        return ConnectStep::Reply(sign_in(oauth, request.headers(), text));
    };
    ours(&person, link, text).map_or_else(|reply| ConnectStep::Reply(*reply), ConnectStep::Read)
}

/// The page, where the client that asked may.
#[must_use]
pub fn show(oauth: &OAuthContext<'_>, asked: &Asked, asker: Asker<'_>) -> Reply {
    let connection = match find(oauth.config, &asked.link.connection) {
        Some(connection) => connection,
        None => return expired(),
    };
    if let Err(reply) = judge(oauth, connection, asker) {
        return *reply;
    }
    let page = ConnectPage {
        connection,
        client: &asked.link.client,
        tool: &asked.link.tool,
        person: &asked.person.label,
        link: &asked.text,
        csrf: &asked.person.csrf,
    };
    page::connect(oauth.config, &page)
}

/// `POST`: the person goes on. The form must come from our own page, made for this sign-in.
pub fn decide(oauth: &OAuthContext<'_>, request: &Request<Vec<u8>>) -> ConnectStep {
    let reply = |reply| ConnectStep::Reply(reply);
    if is_foreign(oauth, request) {
        let what = "The form was sent from another site.";
        return reply(refuse(StatusCode::BAD_REQUEST, what, Reason::FormFromAnotherSite));
    }
    let Some(person) = Person::read(oauth, request.headers()) else { return reply(expired()) };
    let params = match Params::form(request) {
        Ok(params) => params,
        Err(error) => {
            let what = format!("{}.", error.description);
            return reply(refuse(StatusCode::BAD_REQUEST, &what, error.reason));
        }
    };
    if let Err(error) = check_form(&person, &params) {
        let what = format!("{}.", error.description);
        return reply(refuse(StatusCode::BAD_REQUEST, &what, error.reason));
    }
    let text = params.get("link").unwrap_or_default();
    let Some(link) = Link::read(oauth.keys, oauth.origin, text, oauth.now) else {
        return reply(expired());
    };
    ours(&person, link, text).map_or_else(|refusal| reply(*refusal), ConnectStep::Read)
}

/// The connection to go on with, where the client that asked may.
///
/// # Errors
/// The reply where it may not.
pub fn approve<'a>(
    oauth: &OAuthContext<'a>,
    asked: &Asked,
    asker: Asker<'_>,
) -> Result<&'a Connection, Box<Reply>> {
    let connection =
        find(oauth.config, &asked.link.connection).ok_or_else(|| Box::new(expired()))?;
    judge(oauth, connection, asker).map(|()| connection)
}

/// Sends the browser to the third party.
pub fn start(
    oauth: &mut OAuthContext<'_>,
    headers: &HeaderMap,
    connection: &Connection,
    party: &Party,
    asked: Asked,
) -> Reply {
    let state = attempts::state(oauth);
    let Asked { link, text, person } = asked;
    let question = link.session.map(|session| {
        let id = question_id(&link::address(oauth.origin, &text));
        Question { session, id }
    });
    // It is of this sign-in, so it does not outlive it.
    let expires = person.expires.min(oauth.now + ATTEMPT_TTL);
    let attempt = Attempt {
        person: link.person,
        connection: link.connection,
        grant: link.grant,
        question,
        sign_in: person.csrf,
        party: party::named(connection),
        expires,
        seed: attempts::secret(oauth),
    };
    let sent = (state.as_str(), attempt.verifier());
    let url = party.authorization_url(connection, oauth.origin, (sent.0, &sent.1));
    let Some(url) = url else { return unreachable(connection) };
    let value = attempts::seal(oauth, Purpose::Account, &state, &attempt, "");
    let name = attempts::login_cookie(oauth, &state).expect("our own state names a cookie");
    let mut reply = reply::redirect(url.as_str());
    for cookie in attempts::make_room(oauth, headers, None) {
        reply.headers_mut().append(SET_COOKIE, cookie);
    }
    reply.headers_mut().append(SET_COOKIE, cookie::set(&name, &value, expires - oauth.now));
    reply
}

/// The answer where the third party does not say where its endpoints are.
#[must_use]
pub fn unreachable(connection: &Connection) -> Reply {
    let what = format!("{} could not be reached.", connection.title);
    let reply = page::refusal(
        StatusCode::BAD_GATEWAY,
        NOT_CONNECTED,
        &what,
        "Try again in a moment.",
        Reason::UpstreamUnavailable.code(),
    );
    because(reply, Reason::UpstreamUnavailable)
}

/// Has the person sign in, and come back to the link, which opened as one of ours.
fn sign_in(oauth: &mut OAuthContext<'_>, headers: &HeaderMap, link: &str) -> Reply {
    let path = ACCOUNT_CONNECT_PATH.strip_prefix(CONNECTIONS_PATH).unwrap_or_default();
    let address = &[path, "?link=", link].concat();
    let from = Start { headers, approved: false, ending: None, address };
    start_login(oauth, &from, Target::Connections)
}

/// A link that is for this person.
fn ours(person: &Person, link: Link, text: &str) -> Result<Box<Asked>, Box<Reply>> {
    if !person.subject_keys.contains(&link.person) {
        let reply = page::refusal(
            StatusCode::FORBIDDEN,
            "This link is for somebody else",
            "Another person was asked to connect an account, and you are signed in here as somebody else.",
            "Do not go on if somebody sent you the link. If it is yours, sign out on the page of your connections, \
             and open it again.",
            Reason::LinkOfAnotherPerson.code(),
        );
        return Err(Box::new(because(reply, Reason::LinkOfAnotherPerson)));
    }
    Ok(Box::new(Asked { link, text: text.to_owned(), person: person.clone() }))
}

/// The section of this name.
#[must_use]
pub fn find<'a>(config: &'a Config, name: &str) -> Option<&'a Connection> {
    config.connections.iter().find(|connection| connection.name == name)
}

fn expired() -> Reply {
    let what = "The link is not one of this server, or has expired.";
    refuse(StatusCode::BAD_REQUEST, what, Reason::AttemptExpired)
}

pub(super) fn refuse(status: StatusCode, what: &str, reason: Reason) -> Reply {
    let help = "Go back to your MCP client, and call the tool again: it gives you a new link.";
    because(page::refusal(status, NOT_CONNECTED, what, help, reason.code()), reason)
}

/// Refuses what the client may not have, with the words that lead to another approval.
pub(super) fn refuse_for_client(what: &str, reason: Reason) -> Box<Reply> {
    let help = "End its connection on the page of your connections, at /connections, and connect it again: the \
                approval page then says which accounts it may use.";
    let page = page::refusal(StatusCode::FORBIDDEN, NOT_CONNECTED, what, help, reason.code());
    Box::new(because(page, reason))
}

/// Refuses what the person may not have, whichever client they use.
pub(super) fn refuse_person(status: StatusCode, what: &str, reason: Reason) -> Box<Reply> {
    let help = "Ask the owner of this server if you think that you should.";
    Box::new(because(page::refusal(status, NOT_CONNECTED, what, help, reason.code()), reason))
}
