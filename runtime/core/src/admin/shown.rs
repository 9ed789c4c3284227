//! What the page looks for, and shows.

use http::{Request, StatusCode};
use serde_json::{Value, json};

use super::index::{SHARDS, address_keys};
use super::session::Administrator;
use crate::oauth::callback::{GrantSubject, subject_keys};
use crate::oauth::client;
use crate::oauth::context::OAuthContext;
use crate::oauth::grant::{Grant, GrantKey};
use crate::oauth::params::Params;
use crate::page::{self, AdminGrant, AdminPage, AdminPerson};
use crate::reply::{self, Reply};

/// Notices of the page after a form, by the value of its `done` parameter.
const NOTICES: [(&str, &str); 4] = [
    ("grant", "The connection was ended."),
    ("person", "All connections of that person were ended."),
    ("client", "All connections of that application were ended."),
    ("all", "All connections of everybody were ended."),
];

/// Length of a client's key, by which it can be searched as well.
const KEY_LENGTH: usize = 22;

/// Names somebody whose record was sealed by a key that is gone.
const UNREADABLE: &str = "Somebody whose record cannot be read";

/// People to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// Everybody: the object of the index to go on in, and the pseudonym to go on after.
    Everybody(u8, String),
    /// Those with a proven address, by the hashes that it has.
    Addresses(Vec<String>),
    /// Those of a subject, by their pseudonyms.
    People(Vec<String>),
    /// Those who use the client with this key; from where on, as above.
    Client(String, u8, String),
}

/// One person with their grants.
#[derive(Debug)]
pub struct PersonGrants {
    /// Pseudonym.
    pub person: String,
    /// The grants, live or not.
    pub grants: Vec<(GrantKey, Grant)>,
    /// Number of accounts at third parties.
    pub accounts: usize,
}

/// What the request looks for.
#[must_use]
pub fn search(oauth: &OAuthContext<'_>, params: &Params) -> Search {
    let text = params.get("q").unwrap_or_default().trim();
    let (shard, after) = after(params.get("after").unwrap_or_default());
    match params.get("by").filter(|_| !text.is_empty()) {
        Some("address") => Search::Addresses(address_keys(oauth.keys, text)),
        Some("subject") => Search::People(subject_keys(oauth.keys, oauth.provider, text)),
        Some("person") => Search::People(vec![text.to_owned()]),
        Some("client") => Search::Client(client_key(text), shard, after),
        _ => Search::Everybody(shard, after),
    }
}

/// `SHARD.PSEUDONYM`, as a page links to the next one.
fn after(text: &str) -> (u8, String) {
    let (shard, person) = text.split_once('.').unwrap_or_default();
    let shard = shard.parse().ok().filter(|shard| *shard < SHARDS);
    shard.map(|shard| (shard, person.to_owned())).unwrap_or_default()
}

/// The key of a client, which may be given by its id.
pub(super) fn client_key(text: &str) -> String {
    let is_key = text.len() == KEY_LENGTH
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if is_key { text.to_owned() } else { client::key(text) }
}

/// The page. `next` is where the next one begins.
#[must_use]
pub fn show(
    oauth: &OAuthContext<'_>,
    request: &Request<Vec<u8>>,
    administrator: &Administrator,
    people: &[PersonGrants],
    next: Option<(u8, &str)>,
) -> Reply {
    let params = Params::query(request);
    let shown: Vec<_> =
        people.iter().map(|one| described(oauth, one)).filter(|one| !one.2.is_empty()).collect();
    let people = shown
        .iter()
        .map(|(person, label, grants, accounts)| AdminPerson {
            person,
            label,
            is_own: administrator.is(person),
            accounts: *accounts,
            grants: grants.iter().map(Described::shown).collect(),
        })
        .collect();
    let done = params.get("done").unwrap_or_default();
    let next = next.map(|(shard, person)| format!("{shard}.{person}"));
    let by = params.get("by").unwrap_or_default();
    let query = params.get("q").unwrap_or_default();
    let client = (by == "client" && !query.is_empty()).then(|| client_key(query));
    page::admin(
        oauth.config,
        &AdminPage {
            administrator: administrator.caller.label(),
            csrf: &administrator.csrf,
            people,
            by,
            query,
            client: client.as_deref(),
            next: next.as_deref(),
            notice: NOTICES.iter().find(|(name, _)| *name == done).map(|(_, text)| *text),
            now: oauth.now,
        },
    )
}

/// The same in JSON, for the command line.
#[must_use]
pub fn listed(
    oauth: &OAuthContext<'_>,
    people: &[PersonGrants],
    next: Option<(u8, &str)>,
) -> Reply {
    let people: Vec<_> = people
        .iter()
        .map(|one| described(oauth, one))
        .filter(|(_, _, grants, _)| !grants.is_empty())
        .map(|(person, label, grants, accounts)| {
            let grants: Vec<_> = grants.iter().map(Described::listed).collect();
            json!({ "person": person, "label": label, "accounts": accounts, "grants": grants })
        })
        .collect();
    let next = next.map(|(shard, person)| format!("{shard}.{person}"));
    reply::json(StatusCode::OK, &json!({ "people": people, "next": next }))
}

/// One grant in words.
struct Described {
    id: String,
    client: String,
    name: String,
    created: u64,
    used: u64,
}

impl Described {
    fn listed(&self) -> Value {
        let Self { id, client, name, created, used } = self;
        json!({ "grant": id, "client": client, "name": name, "since": created, "last_used": used })
    }

    fn shown(&self) -> AdminGrant<'_> {
        AdminGrant {
            id: &self.id,
            client: &self.client,
            name: &self.name,
            since: self.created,
            last_used: self.used,
        }
    }
}

fn described<'a>(
    oauth: &OAuthContext<'_>,
    one: &'a PersonGrants,
) -> (&'a str, String, Vec<Described>, usize) {
    let mut label = UNREADABLE.to_owned();
    let live = one.grants.iter().filter(|(_, grant)| grant.is_live(oauth.now));
    let grants = live.map(|(address, grant)| {
        let holder = GrantSubject::open(oauth.keys, &address.id, &grant.sealed);
        let name = match holder {
            Some(holder) => {
                holder.caller.label().clone_into(&mut label);
                holder.client_name
            }
            None => "Unknown application".to_owned(),
        };
        let (id, client) = (address.id.clone(), grant.client.clone());
        Described { id, client, name, created: grant.created, used: grant.used }
    });
    let grants = grants.collect();
    (&one.person, label, grants, one.accounts)
}

/// The answer where the storage does not answer.
#[must_use]
pub fn nothing(is_change: bool) -> Reply {
    let help = if is_change {
        "Some of it may have been ended. What was is refused within the life of an access token at the latest; \
         try again, so that it holds at once."
    } else {
        "Try again in a moment."
    };
    page::message(
        StatusCode::SERVICE_UNAVAILABLE,
        "The connections could not be reached",
        "The storage of this server did not answer.",
        help,
    )
}
