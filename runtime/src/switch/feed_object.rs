//! Inside the object that is the feed: one row for each end.

use std::cell::RefCell;
use std::time::Duration;

use toolgate_core::revocation::feed::{Changes, Lives};
use toolgate_core::revocation::{Feed, News, Notice, Row};
use worker::SqlStorageValue;

use super::values::{seconds, unreadable};
use crate::platform::{millis, now};
use crate::ports::object::Object;

pub(super) const TABLE: &str = "toolgate_feed";

const CREATE_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS toolgate_feed (number INTEGER PRIMARY KEY, row TEXT NOT NULL)";

/// The rows, once they were read.
type Memory = RefCell<Option<Feed>>;

/// Takes ends in. They are written before the answer leaves.
pub(super) async fn tell(object: &Object, notices: Vec<Notice>) -> worker::Result<()> {
    let tokens = &object.app().config.tokens;
    let lives =
        Lives { token: tokens.access_token_ttl.into(), grant: tokens.refresh_token_ttl.into() };
    let changes = with_feed(object, |feed| {
        let tell = |notice| feed.tell(notice, lives, millis());
        notices.into_iter().map(tell).collect::<Vec<_>>()
    })?;
    for changes in &changes {
        write(object, changes)?;
    }
    set_alarm(object).await
}

/// What an isolate does not know yet.
pub(super) fn since(object: &Object, cursor: u64) -> worker::Result<News> {
    with_feed(object, |feed| feed.since(cursor))
}

/// Deletes what is of no more use. The numbers go on from the clock, so an empty feed can be deleted whole.
pub(super) async fn prune(object: &Object) -> worker::Result<()> {
    let delete = with_feed(object, |feed| feed.prune(now()))?;
    write(object, &Changes { put: Vec::new(), delete })?;
    set_alarm(object).await
}

fn with_feed<T>(object: &Object, work: impl FnOnce(&mut Feed) -> T) -> worker::Result<T> {
    let memory = object.memory::<Memory>();
    let mut feed = memory.borrow_mut();
    if feed.is_none() {
        *feed = Some(read(object)?);
    }
    Ok(work(feed.get_or_insert_default()))
}

fn read(object: &Object) -> worker::Result<Feed> {
    let sql = object.sql();
    sql.exec(CREATE_TABLE, None)?;
    let rows = sql.exec("SELECT row FROM toolgate_feed", None)?;
    let rows: worker::Result<Vec<Row>> = rows
        .raw()
        .map(|row| match &row?[..] {
            [SqlStorageValue::String(row)] => Ok(toolgate_core::from_json::read(row)?),
            _ => Err(unreadable()),
        })
        .collect();
    Ok(Feed::of(rows?))
}

fn write(object: &Object, changes: &Changes) -> worker::Result<()> {
    let sql = object.sql();
    for number in &changes.delete {
        sql.exec("DELETE FROM toolgate_feed WHERE number = ?", vec![seconds(*number)])?;
    }
    for row in &changes.put {
        let values = vec![seconds(row.number), serde_json::to_string(row)?.into()];
        sql.exec("INSERT OR REPLACE INTO toolgate_feed (number, row) VALUES (?, ?)", values)?;
    }
    Ok(())
}

async fn set_alarm(object: &Object) -> worker::Result<()> {
    let Some(end) = with_feed(object, |feed| feed.next_end())? else { return Ok(()) };
    let wait = Duration::from_secs(end.saturating_sub(now()) + 1);
    object.state().storage().set_alarm(wait).await
}
