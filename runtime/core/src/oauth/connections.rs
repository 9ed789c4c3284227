//! `/connections`: a signed-in person sees which clients hold grants, and ends them.
//!
//! ```text
//! GET  without the person's cookie ─► identity provider ─► /callback ─► GET with it: the page
//! POST csrf and `action=revoke` with `grant`, `revoke-all` or `sign-out` ─► 303
//! ```
//!
//! An id of the form is only ever looked up among the grants of the person in the cookie.

use std::cmp::Reverse;

use http::header::{ORIGIN, SET_COOKIE};
use http::{Request, StatusCode};
use url::Url;

use crate::audit::{Event, EventKind, Reason, because};
use crate::oauth::callback::GrantSubject;
use crate::oauth::consent::start_login;
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::grant::{Grant, GrantKey};
use crate::oauth::login::{Start, Target};
use crate::oauth::params::Params;
use crate::oauth::person::Person;
use crate::page::{self, Connection, ConnectionsPage};
use crate::paths::CONNECTIONS_PATH;
use crate::reply::{self, Reply};
use crate::seal::Purpose;
use crate::secret::constant_time_eq;

/// Names a client whose record was sealed by a key that is gone: it must be revocable all the same.
const UNREADABLE: &str = "Unknown application";

/// Notices of the page after a form, by the value of its `done` parameter.
const NOTICES: [(&str, &str); 3] = [
    ("revoked", "The connection was revoked."),
    ("all", "All connections were revoked."),
    ("none", "That connection was no longer there."),
];

/// The first step's result: what the adapter does next.
#[derive(Debug)]
pub enum ConnectionsStep {
    /// Nothing to read.
    Reply(Reply),
    /// Read the person's grants and go on with [`show`].
    Show(Person),
    /// Read the person's grants, [`choose`] among them, revoke those, and answer [`revoked`].
    Revoke(Person, Chosen),
}

/// Which of their grants a person ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// The one of this id, if it is theirs.
    One(String),
    /// Every one.
    All,
}

/// `GET /connections`: somebody who is not signed in here is sent to the identity provider.
pub fn open(oauth: &mut OAuthContext<'_>, request: &Request<Vec<u8>>) -> ConnectionsStep {
    match Person::read(oauth, request.headers()) {
        Some(person) => ConnectionsStep::Show(person),
        None => {
            let headers = request.headers();
            let from = Start { headers, approved: false, ending: None, address: "" };
            ConnectionsStep::Reply(start_login(oauth, &from, Target::Connections))
        }
    }
}

/// The page with the person's grants, those used last first, and `more` markup.
#[must_use]
pub fn show(
    oauth: &OAuthContext<'_>,
    request: &Request<Vec<u8>>,
    person: &Person,
    grants: &[(GrantKey, Grant)],
    more: &str,
) -> Reply {
    // A sort of the library is thirty times this, for lists that nobody has.
    let mut live: Vec<&(GrantKey, Grant)> = Vec::new();
    for one in grants.iter().filter(|(_, grant)| grant.is_live(oauth.now)) {
        let order = |(address, grant): &(GrantKey, Grant)| {
            (Reverse((grant.used, grant.created)), address.id.clone())
        };
        let place = live.iter().position(|other| order(other) > order(one));
        live.insert(place.unwrap_or(live.len()), one);
    }
    let clients: Vec<_> =
        live.iter().map(|(address, grant)| client(oauth, address, grant)).collect();
    let connections = live
        .iter()
        .zip(&clients)
        .map(|((address, grant), (name, domain))| Connection {
            id: &address.id,
            client: name,
            domain: domain.as_deref(),
            since: grant.created,
            last_used: grant.used,
            is_shared: grant.is_shared(),
        })
        .collect();
    let params = Params::query(request);
    let done = params.get("done").unwrap_or_default();
    let page = ConnectionsPage {
        person: &person.label,
        csrf: &person.csrf,
        connections,
        more,
        notice: NOTICES.iter().find(|(name, _)| *name == done).map(|(_, text)| *text),
        now: oauth.now,
    };
    page::connections(oauth.config, &page)
}

/// Name and domain of the client that holds a grant.
fn client(oauth: &OAuthContext<'_>, address: &GrantKey, grant: &Grant) -> (String, Option<String>) {
    let holder: Option<GrantSubject> = oauth.keys.open(Purpose::Record, &address.id, &grant.sealed);
    match holder {
        Some(holder) => (holder.client_name, domain(&holder.redirect_uri)),
        None => (UNREADABLE.to_owned(), None),
    }
}

/// The host that a client's code was sent to; an application on the device has none.
fn domain(redirect_uri: &str) -> Option<String> {
    let url = Url::parse(redirect_uri).ok()?;
    url.host_str().filter(|_| matches!(url.scheme(), "https" | "http")).map(str::to_owned)
}

/// `POST /connections`: the form must come from our own page, made for this sign-in.
pub fn decide(oauth: &OAuthContext<'_>, request: &Request<Vec<u8>>) -> ConnectionsStep {
    let own = |origin: &http::HeaderValue| origin.as_bytes() == oauth.origin.as_bytes();
    if !request.headers().get(ORIGIN).is_none_or(own) {
        return refuse("The form was sent from another site", Reason::FormFromAnotherSite);
    }
    let Some(person) = Person::read(oauth, request.headers()) else {
        return ConnectionsStep::Reply(back(oauth, ""));
    };
    match read(&person, request) {
        Ok(Action::SignOut) => ConnectionsStep::Reply(sign_out(oauth)),
        Ok(Action::Revoke(chosen)) => ConnectionsStep::Revoke(person, chosen),
        Err(error) => refuse(&error.description, error.reason),
    }
}

/// True if the form was sent from the page of another site.
pub(crate) fn is_foreign(oauth: &OAuthContext<'_>, request: &Request<Vec<u8>>) -> bool {
    let own = |origin: &http::HeaderValue| origin.as_bytes() == oauth.origin.as_bytes();
    !request.headers().get(ORIGIN).is_none_or(own)
}

/// Checks that a form comes from a page that was made for this sign-in.
///
/// Inlined, so that a server without accounts, which has one such form, is not larger by a call.
#[inline(always)]
pub(crate) fn check_form(person: &Person, params: &Params) -> Result<(), OAuthError> {
    if constant_time_eq(params.require("csrf")?.as_bytes(), person.csrf.as_bytes()) {
        return Ok(());
    }
    let error = OAuthError::invalid_request("The form does not belong to this sign-in");
    Err(error.because(Reason::FormMismatch))
}

enum Action {
    SignOut,
    Revoke(Chosen),
}

fn read(person: &Person, request: &Request<Vec<u8>>) -> Result<Action, OAuthError> {
    let params = Params::form(request)?;
    check_form(person, &params)?;
    match params.require("action")? {
        "revoke" => Ok(Action::Revoke(Chosen::One(params.require("grant")?.to_owned()))),
        "revoke-all" => Ok(Action::Revoke(Chosen::All)),
        "sign-out" => Ok(Action::SignOut),
        _ => Err(OAuthError::invalid_request("The form asks for nothing that this page does")
            .because(Reason::DecisionUnknown)),
    }
}

/// The grants to revoke, out of the person's own, each with its client. A code that nobody has
/// redeemed yet counts: it is a grant on its way.
#[must_use]
pub fn choose(
    chosen: &Chosen,
    now: u64,
    grants: Vec<(GrantKey, Grant)>,
) -> Vec<(GrantKey, String)> {
    let is_chosen = |address: &GrantKey| match chosen {
        Chosen::One(wanted) => address.id == *wanted,
        Chosen::All => true,
    };
    grants
        .into_iter()
        .filter(|(address, grant)| grant.is_live(now) && is_chosen(address))
        .map(|(address, grant)| (address, grant.client))
        .collect()
}

/// Tells the audit trail of one that is revoked.
pub fn tell(oauth: &OAuthContext<'_>, address: &GrantKey, client: &str) {
    let mut event = Event::new(EventKind::Revoked, Reason::RevokedByPerson);
    event.user = Some(address.subject_key.clone());
    event.client = Some(client.to_owned());
    oauth.log.record(event);
}

/// The answer once they are revoked: the page again (303, so that a reload sends no form).
#[must_use]
pub fn revoked(oauth: &OAuthContext<'_>, chosen: &Chosen, count: usize) -> Reply {
    back(
        oauth,
        match chosen {
            Chosen::All => "?done=all",
            Chosen::One(_) if count == 0 => "?done=none",
            Chosen::One(_) => "?done=revoked",
        },
    )
}

/// The page again.
#[must_use]
pub fn back(oauth: &OAuthContext<'_>, query: &str) -> Reply {
    reply::redirect(&format!("{}{CONNECTIONS_PATH}{query}", oauth.origin))
}

/// Leads to the start page: this one would sign the person in again at once.
fn sign_out(oauth: &OAuthContext<'_>) -> Reply {
    let mut reply = reply::redirect(&format!("{}/", oauth.origin));
    reply.headers_mut().append(SET_COOKIE, Person::sign_out(oauth));
    reply
}

fn refuse(what: &str, reason: Reason) -> ConnectionsStep {
    let page = page::refusal(
        StatusCode::BAD_REQUEST,
        "Nothing was changed",
        &format!("{what}."),
        "Open your connections anew and try again.",
        reason.code(),
    );
    ConnectionsStep::Reply(because(page, reason))
}
