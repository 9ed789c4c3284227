//! `/connections/connect`: a person opens the link of a question, and goes on to the third party.
//!
//! Opening it changes nothing: scanners of links do that, too. Whoever opens it signs in at this server, and must be
//! the person who was asked; what is sent back and forth proves it again at the return.

use http::header::{HeaderMap, SET_COOKIE};
use http::{Request, StatusCode};
use serde::Serialize;
use toolgate_config::{Config, Connection};

use super::link::Link;
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
    /// Find the endpoints of the connection's third party, and go on with [`start`].
    Start(Box<Approved>),
}

/// A person who wants to connect an account.
#[derive(Debug)]
pub struct Approved {
    link: Link,
    sign_in: String,
}

impl Approved {
    /// Name of the connection.
    #[must_use]
    pub fn connection(&self) -> &str {
        &self.link.connection
    }
}

/// `GET`: shows what is asked. Somebody who is not signed in here is sent to the identity provider, and comes back.
pub fn open(oauth: &mut OAuthContext<'_>, request: &Request<Vec<u8>>) -> Reply {
    let params = Params::query(request);
    let text = params.get("link").filter(|_| !params.is_repeated("link")).unwrap_or_default();
    let Some(link) = Link::read(oauth.keys, oauth.origin, text, oauth.now) else {
        return expired();
    };
    let Some(person) = Person::read(oauth, request.headers()) else {
        return sign_in(oauth, request.headers(), text);
    };
    let connection = match theirs(oauth, &person, &link) {
        Ok(connection) => connection,
        Err(reply) => return *reply,
    };
    let page = ConnectPage {
        connection,
        client: &link.client,
        tool: &link.tool,
        person: &person.label,
        link: text,
        csrf: &person.csrf,
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
    match theirs(oauth, &person, &link) {
        Ok(_) => ConnectStep::Start(Box::new(Approved { link, sign_in: person.csrf })),
        Err(refusal) => reply(*refusal),
    }
}

/// Sends the browser to the third party.
pub fn start(
    oauth: &mut OAuthContext<'_>,
    headers: &HeaderMap,
    connection: &Connection,
    party: &Party,
    approved: Approved,
) -> Reply {
    let state = attempts::state(oauth);
    let attempt = Attempt {
        person: approved.link.person,
        connection: approved.link.connection,
        sign_in: approved.sign_in,
        party: party::named(connection),
        expires: oauth.now + ATTEMPT_TTL,
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
    reply.headers_mut().append(SET_COOKIE, cookie::set(&name, &value, ATTEMPT_TTL));
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

/// The connection of a link that is for this person.
fn theirs<'a>(
    oauth: &OAuthContext<'a>,
    person: &Person,
    link: &Link,
) -> Result<&'a Connection, Box<Reply>> {
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
    find(oauth.config, &link.connection).ok_or_else(|| Box::new(expired()))
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
