//! Inside an object of the index.

use std::time::Duration;

use toolgate_core::admin::index::{Change, Entry, Found, PAGE, Query};
use worker::SqlStorageValue;

use super::values::{seconds, unreadable};
use crate::platform::now;
use crate::ports::object::Object;

pub(super) const TABLE: &str = "toolgate_index";

const SCHEMA: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS toolgate_index (id TEXT PRIMARY KEY, person TEXT NOT NULL, \
     client TEXT NOT NULL, address_key TEXT NOT NULL, created INTEGER NOT NULL, \
     used_day INTEGER NOT NULL, expires INTEGER NOT NULL, live INTEGER NOT NULL, \
     version INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS toolgate_index_person ON toolgate_index (person, live, expires)",
    "CREATE INDEX IF NOT EXISTS toolgate_index_client ON toolgate_index (client, person)",
    "CREATE INDEX IF NOT EXISTS toolgate_index_address ON toolgate_index (address_key)",
];

pub(super) const UPSERT: &str = "INSERT INTO toolgate_index VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) \
     ON CONFLICT DO UPDATE SET person = excluded.person, client = excluded.client, \
     address_key = excluded.address_key, created = excluded.created, used_day = excluded.used_day, \
     expires = excluded.expires, live = excluded.live, version = excluded.version \
     WHERE version < excluded.version";

/// Seconds between two deletions of what has expired.
const PRUNED_EVERY: u64 = 86_400;

/// Takes an entry in, unless it has a later one of the grant.
pub(super) async fn put(object: &Object, change: &Change) -> worker::Result<()> {
    let is_new = !object.has_table(TABLE)?;
    let sql = object.sql();
    if is_new {
        for statement in SCHEMA {
            sql.exec(statement, None)?;
        }
    }
    let Entry { grant, person, client, address_key, created, used_day, expires, is_live } =
        &change.entry;
    let values = vec![
        grant.clone().into(),
        person.clone().into(),
        client.clone().into(),
        address_key.clone().into(),
        seconds(*created),
        seconds(*used_day),
        seconds(*expires),
        seconds((*is_live).into()),
        seconds(change.version),
    ];
    sql.exec(UPSERT, values)?;
    if is_new {
        set_alarm(object).await?;
    }
    Ok(())
}

async fn set_alarm(object: &Object) -> worker::Result<()> {
    object.state().storage().set_alarm(Duration::from_secs(PRUNED_EVERY)).await
}

/// Deletes what has expired.
pub(super) async fn prune(object: &Object) -> worker::Result<()> {
    object.sql().exec("DELETE FROM toolgate_index WHERE expires <= ?", vec![seconds(now())])?;
    set_alarm(object).await
}

/// The SQL of a query and its values: pseudonyms of people with a live grant, in their order, one more than fit
/// a page.
pub(super) fn statement(query: Query, now: u64) -> (String, Vec<SqlStorageValue>) {
    let (condition, mut values) = match query {
        Query::Everybody(after) => ("person > ?".to_owned(), vec![after.into()]),
        Query::Addresses(keys) => list("address_key", keys),
        Query::People(people) => list("person", people),
        Query::Client(client, after) => {
            ("client = ? AND person > ?".to_owned(), vec![client.into(), after.into()])
        }
    };
    values.push(seconds(now));
    let sql = format!(
        "SELECT DISTINCT person FROM toolgate_index WHERE {condition} AND live = 1 AND expires > ? \
         ORDER BY person LIMIT {}",
        PAGE + 1
    );
    (sql, values)
}

fn list(column: &str, texts: Vec<String>) -> (String, Vec<SqlStorageValue>) {
    let places = vec!["?"; texts.len()].join(", ");
    (format!("{column} IN ({places})"), texts.into_iter().map(Into::into).collect())
}

/// A page of the people that were found.
pub(super) fn page(mut people: Vec<String>) -> Found {
    let has_more = people.len() > PAGE;
    people.truncate(PAGE);
    Found { people, has_more }
}

/// Finds people with live grants.
pub(super) fn find(object: &Object, query: Query) -> worker::Result<Found> {
    if !object.has_table(TABLE)? {
        return Ok(Found::default());
    }
    let (sql, values) = statement(query, now());
    let people: worker::Result<Vec<String>> = object
        .sql()
        .exec(&sql, values)?
        .raw()
        .map(|row| match &row?[..] {
            [SqlStorageValue::String(person)] => Ok(person.clone()),
            _ => Err(unreadable()),
        })
        .collect();
    Ok(page(people?))
}
