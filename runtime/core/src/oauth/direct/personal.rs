//! Personal tokens: a person makes one at `/connections` for a script of theirs, and ends it there.
//!
//! The token is text that is shown once. Its record is found by the hash of its secret, so that nobody who reads the
//! storage has a token. Each request with it looks at the record: what ends it, ends it at once.

use http::header::HeaderValue;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use toolgate_policy::Caller;

use super::token::Direct;
use crate::audit::{Event, EventKind, Reason};
use crate::cookie;
use crate::from_json::FromJson;
use crate::limits::{MAX_CALLER_COOKIE, MAX_PERSONAL_NAME, MAX_PERSONAL_TOKENS, PERSON_TTL};
use crate::oauth::bearer;
use crate::oauth::callback::{Identified, Returned, subject_key};
use crate::oauth::client::AuthMethod;
use crate::oauth::connections::{check_form, is_foreign};
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::grant::{Grant, GrantKey, GrantOutcome};
use crate::oauth::grant_subject::GrantSubject;
use crate::oauth::issue::AccessToken;
use crate::oauth::params::Params;
use crate::oauth::person::Person;
use crate::page::{self, personal as pages};
use crate::paths::MCP_PATH;
use crate::reply::Reply;
use crate::scope::{self, TOOLS};
use crate::seal::{Keyring, Purpose, sha256};

/// [`Caller::client_id`] of a script with a personal token: no client of ours is involved.
pub const CLIENT: &str = "personal-token";

/// The beginning of every personal token, by which scanners of secrets find one that was published.
const PREFIX: &str = "tgp_";

/// Stands between the two parts of a token.
const SEPARATOR: char = '.';

/// Value of `action` in the form that makes a token.
const ACTION: &str = "make-token";

/// The record of the personal token that a request comes with; `None` where it comes with none. Nothing is proven
/// before the record is found.
#[must_use]
pub fn presented(headers: &HeaderMap) -> Option<GrantKey> {
    let token = bearer::bearer(headers).ok().flatten()?.strip_prefix(PREFIX)?;
    let (subject_key, secret) = token.split_once(SEPARATOR)?;
    Some(GrantKey { subject_key: subject_key.to_owned(), id: sha256(secret) })
}

/// Lets the holder of a personal token in, by what was found of its record.
///
/// # Errors
/// The refusal that tells the script why.
pub fn open(
    keys: &Keyring,
    (origin, path): (&str, &str),
    address: GrantKey,
    found: GrantOutcome,
    now: u64,
) -> Result<AccessToken, Box<Reply>> {
    let GrantOutcome::Active { expires, sealed, .. } = found else {
        return Err(Box::new(bearer::revoked(origin, path)));
    };
    let holder = GrantSubject::open(keys, &address.id, &sealed);
    // A grant of another kind has an id that is no secret.
    let holder = holder.filter(|holder| holder.caller.client_id == CLIENT);
    let Some(GrantSubject { caller, resource, .. }) = holder else {
        return Err(Box::new(bearer::invalid(origin, path)));
    };
    let auth_method = AuthMethod::None;
    let token = AccessToken { caller, resource, issued: now, expires, auth_method, address };
    bearer::check(token, origin, path, now)
}

/// The form of the page of connections.
#[must_use]
pub fn form(oauth: &OAuthContext<'_>, person: &Person) -> String {
    let scopes = scope::of_resource(oauth.config)
        .filter(|scope| *scope != TOOLS)
        .map(|name| (name, scope::in_words(oauth.config, name)));
    pages::form(&person.csrf, ACTION, oauth.config.tokens.personal, &scopes.collect::<Vec<_>>())
}

/// True if the form of this page is the one that makes a token.
#[must_use]
pub fn is_asked(request: &http::Request<Vec<u8>>) -> bool {
    Params::form(request).is_ok_and(|params| params.get("action") == Some(ACTION))
}

/// A token that is to be made.
#[derive(Debug)]
pub struct Wanted {
    name: String,
    caller: Caller,
    subject_key: String,
}

/// Somebody who has signed in at the page of connections, as tokens of theirs will tell them.
#[derive(Serialize, FromJson)]
struct Remembered {
    #[serde(rename = "s")]
    subject_key: String,
    #[serde(rename = "e")]
    expires: u64,
    #[serde(rename = "c")]
    caller: Caller,
}

/// The cookie of somebody who signs in at the page of connections, beside that of [`Person`]. Of somebody who has
/// more groups and claims than a cookie can carry there is none, and no token.
pub fn remember(
    oauth: &mut OAuthContext<'_>,
    returned: &Returned,
    identified: &Identified,
) -> Option<HeaderValue> {
    if !returned.is_of_connections() {
        return None;
    }
    let caller = identified.caller.clone();
    let subject_key = subject_key(oauth.keys, oauth.provider, &caller.subject);
    let remembered = Remembered { subject_key, expires: oauth.now + PERSON_TTL, caller };
    let value = oauth.keys.seal(Purpose::Person, &bound(oauth), &remembered, oauth.entropy);
    let name = oauth.cookie(cookie::CALLER);
    (value.len() <= MAX_CALLER_COOKIE).then(|| cookie::set(name, &value, PERSON_TTL))
}

/// Binds the cookie to this server, and keeps it apart from that of [`Person`].
fn bound(oauth: &OAuthContext<'_>) -> String {
    [oauth.origin, " ", CLIENT].concat()
}

/// The caller behind a person who is signed in.
fn remembered(
    oauth: &OAuthContext<'_>,
    headers: &HeaderMap,
    person: &Person,
) -> Option<Remembered> {
    let value = cookie::read(headers, oauth.cookie(cookie::CALLER))?;
    let remembered: Remembered = oauth.keys.open(Purpose::Person, &bound(oauth), value)?;
    let is_same = person.subject_keys.first() == Some(&remembered.subject_key);
    (is_same && remembered.expires > oauth.now).then_some(remembered)
}

/// Reads the form of a person.
///
/// # Errors
/// The page that says why no token is made.
pub fn read(
    oauth: &OAuthContext<'_>,
    request: &http::Request<Vec<u8>>,
    person: &Person,
) -> Result<Wanted, Box<Reply>> {
    if is_foreign(oauth, request) {
        let error = OAuthError::invalid_request("The form was sent from another site");
        return Err(refused(&error.because(Reason::FormFromAnotherSite)));
    }
    let wanted = || {
        // Several scopes are several values of one name.
        let params = Params::parse(request.body());
        check_form(person, &params)?;
        let name = params.get("name").map(str::trim).unwrap_or_default();
        if name.is_empty() || name.chars().count() > MAX_PERSONAL_NAME {
            return Err(OAuthError::invalid_request(
                "Give the token a name of up to 60 characters",
            ));
        }
        let remembered = remembered(oauth, request.headers(), person);
        let Remembered { mut caller, subject_key, .. } = remembered.ok_or_else(|| {
            OAuthError::invalid_request("Sign out and in again first, or you have too many groups")
        })?;
        let asked = params.all("scope");
        let is_asked = |scope: &&str| *scope == TOOLS || asked.iter().any(|one| one == scope);
        caller.scopes =
            scope::of_resource(oauth.config).filter(is_asked).map(str::to_owned).collect();
        CLIENT.clone_into(&mut caller.client_id);
        Ok(Wanted { name: name.to_owned(), caller, subject_key })
    };
    wanted().map_err(|error| refused(&error))
}

fn refused(error: &OAuthError) -> Box<Reply> {
    let reply = page::refusal(
        StatusCode::BAD_REQUEST,
        "No token was made",
        &format!("{}.", error.description),
        "Open your connections again and try once more.",
        error.reason.code(),
    );
    Box::new(crate::audit::because(reply, error.reason))
}

impl Wanted {
    /// Makes the token, its record, which has to be stored before the page is sent, and the page. `grants` are all
    /// that the person has.
    ///
    /// # Errors
    /// The person has too many.
    pub fn make(
        self,
        oauth: &mut OAuthContext<'_>,
        grants: &[(GrantKey, Grant)],
    ) -> Result<(GrantKey, Grant, Reply), Box<Reply>> {
        let is_one =
            |(_, grant): &&(GrantKey, Grant)| grant.client == CLIENT && grant.is_live(oauth.now);
        if grants.iter().filter(is_one).count() >= MAX_PERSONAL_TOKENS {
            let text =
                "You have as many tokens as one person may have; revoke one that is not used";
            return Err(refused(&OAuthError::invalid_request(text)));
        }
        let Self { name, caller, subject_key } = self;
        let secret = oauth.entropy.token();
        let text = format!("{PREFIX}{subject_key}{SEPARATOR}{secret}");
        let address = GrantKey { subject_key, id: sha256(&secret) };
        oauth.log.person(&address.subject_key, &caller);
        oauth.log.client(CLIENT);
        oauth.log.record(Event::new(EventKind::TokenIssued, Reason::PersonalTokenMade));
        let lifetime = oauth.config.tokens.personal;
        let direct = Direct {
            caller,
            client_name: name,
            client_uri: String::new(),
            method: AuthMethod::None,
            resource: oauth.resource(MCP_PATH),
            lifetime,
            reason: Reason::PersonalTokenMade,
            by: None,
        };
        let expires = oauth.now + u64::from(lifetime);
        let grant = direct.grant(oauth, &address.id, expires);
        let reply = pages::made(oauth.config, &direct.client_name, &text, expires);
        Ok((address, grant, reply))
    }
}
