//! Connected accounts on the page of connections, and the form that ends one.

use http::{Request, StatusCode};

use super::connect::find;
use super::record::Account;
use crate::audit::{Event, EventKind, Reason, because};
use crate::oauth::connections::{back, check_form, is_foreign};
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::oauth::person::Person;
use crate::page::{self, ConnectedAccount};
use crate::reply::Reply;

/// The part of the page that lists a person's accounts, given by the names of their connections.
#[must_use]
pub fn list(oauth: &OAuthContext<'_>, person: &Person, accounts: &[(String, Account)]) -> String {
    let shown: Vec<_> = accounts
        .iter()
        .map(|(name, account)| ConnectedAccount {
            connection: name,
            title: find(oauth.config, name).map_or(name.as_str(), |connection| &connection.title),
            since: account.since,
            last_used: account.used,
        })
        .collect();
    page::accounts(&shown, &person.csrf, oauth.now)
}

/// `POST /connections/end`: the person, and the connection whose account ends.
///
/// # Errors
/// The reply to a form that is not of a page of ours, made for this sign-in.
pub fn end(
    oauth: &OAuthContext<'_>,
    request: &Request<Vec<u8>>,
) -> Result<(Person, String), Box<Reply>> {
    if is_foreign(oauth, request) {
        let error = OAuthError::invalid_request("The form was sent from another site");
        return Err(refuse(&error.because(Reason::FormFromAnotherSite)));
    }
    let Some(person) = Person::read(oauth, request.headers()) else {
        return Err(Box::new(back(oauth, "")));
    };
    let read = || {
        let params = Params::form(request)?;
        check_form(&person, &params)?;
        params.require("connection").map(str::to_owned)
    };
    match read() {
        Ok(connection) => Ok((person, connection)),
        Err(error) => Err(refuse(&error)),
    }
}

/// Tells the audit trail of an account that ended, for this reason.
#[must_use]
pub fn ended_event(subject_key: &str, connection: &str, reason: Reason) -> Event {
    let mut event = Event::new(EventKind::AccountEnded, reason);
    event.user = Some(subject_key.to_owned());
    event.detail = Some(connection.to_owned());
    event
}

/// The answer once it is ended: the page again.
#[must_use]
pub fn ended(oauth: &OAuthContext<'_>, was_there: bool) -> Reply {
    back(oauth, if was_there { "?done=revoked" } else { "?done=none" })
}

fn refuse(error: &OAuthError) -> Box<Reply> {
    let page = page::refusal(
        StatusCode::BAD_REQUEST,
        "Nothing was changed",
        &format!("{}.", error.description),
        "Open your connections again, and try once more.",
        error.reason.code(),
    );
    Box::new(because(page, error.reason))
}
