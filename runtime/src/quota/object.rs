//! Inside the objects that count: that of a person, and that of a quota of the server.
//!
//! Each keeps its count as one row, which is written before the answer leaves.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use toolgate_core::from_json::FromJson;
use toolgate_core::quota::person::Person;
use toolgate_core::quota::pool::Pool;
use worker::{Error, SqlStorageValue};

use super::{PERSON, SERVER};
use crate::platform::host::{Request, Response};
use crate::platform::millis;
use crate::ports::feature::Feature;
use crate::ports::object::Object;

const TABLE: &str = "toolgate_quota";

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS toolgate_quota \
     (id INTEGER PRIMARY KEY CHECK (id = 1), count TEXT NOT NULL, alarm INTEGER NOT NULL)";

/// The feature of functions with a quota.
pub static QUOTAS: &dyn Feature = &QuotasFeature;

#[derive(Debug)]
struct QuotasFeature;

impl Feature for QuotasFeature {
    fn prefix(&self) -> &'static str {
        "/quota/"
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        mut request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            let question = request.text().await?;
            let stored = read(object)?;
            let (count, alarm) = stored.unwrap_or_default();
            let now = millis();
            let Counted { count, answer, until } =
                count_in(&request.path(), &count, &question, now)?;
            // An alarm that comes too early sets the next one.
            let is_set = alarm > now;
            let alarm = if is_set { alarm } else { until };
            write(object, count, alarm)?;
            if !is_set {
                set_alarm(object, until.saturating_sub(now)).await?;
            }
            Response::ok(answer)
        })
    }

    fn alarm<'a>(&'a self, object: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(async move {
            let is_of_quotas = object.has_table(TABLE)?;
            if is_of_quotas {
                look_after(object).await?;
            }
            Ok(is_of_quotas)
        })
    }
}

/// Deletes a count that is of no more use.
async fn look_after(object: &Object) -> worker::Result<()> {
    let (count, _) = read(object)?.unwrap_or_default();
    // What is of one kind does not say when the other kind is over.
    let person = toolgate_core::from_json::read::<Person>(&count).ok();
    let pool = toolgate_core::from_json::read::<Pool>(&count).ok();
    let until = person.map(|it| it.disposable_at()).or_else(|| pool.map(|it| it.disposable_at()));
    let (until, now) = (until.unwrap_or_default(), millis());
    if until <= now {
        return object.state().storage().delete_all().await;
    }
    write(object, count, until)?;
    set_alarm(object, until - now).await
}

async fn set_alarm(object: &Object, wait: u64) -> worker::Result<()> {
    object.state().storage().set_alarm(Duration::from_millis(wait + 1)).await
}

/// A count after a request.
pub(super) struct Counted {
    pub(super) count: String,
    pub(super) answer: String,
    /// When it is of no more use.
    pub(super) until: u64,
}

/// Answers a request of a path to the count, which is empty at first.
pub(super) fn count_in(
    path: &str,
    count: &str,
    question: &str,
    now: u64,
) -> worker::Result<Counted> {
    match path {
        PERSON => {
            let mut person: Person = parse(count)?;
            let answer = person.answer(toolgate_core::from_json::read(question)?, now);
            counted(&person, &answer, person.disposable_at())
        }
        SERVER => {
            let mut pool: Pool = parse(count)?;
            let answer = pool.draw(toolgate_core::from_json::read(question)?, now);
            counted(&pool, &answer, pool.disposable_at())
        }
        _ => Err("no such operation".into()),
    }
}

fn parse<T: FromJson + Default>(count: &str) -> worker::Result<T> {
    if count.is_empty() {
        return Ok(T::default());
    }
    Ok(toolgate_core::from_json::read(count)?)
}

fn counted(count: &impl Serialize, answer: &impl Serialize, until: u64) -> worker::Result<Counted> {
    let (count, answer) = (serde_json::to_string(count)?, serde_json::to_string(answer)?);
    Ok(Counted { count, answer, until })
}

/// The count, and when the alarm goes off.
fn read(object: &Object) -> worker::Result<Option<(String, u64)>> {
    if !object.has_table(TABLE)? {
        return Ok(None);
    }
    let row = object.sql().exec("SELECT count, alarm FROM toolgate_quota", None)?.raw().next();
    match row.transpose()?.as_deref() {
        None => Ok(None),
        Some([SqlStorageValue::String(count), alarm]) => {
            Ok(Some((count.clone(), whole(alarm).ok_or_else(unreadable)?)))
        }
        Some(_) => Err(unreadable()),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds we wrote"
)]
fn whole(value: &SqlStorageValue) -> Option<u64> {
    match value {
        SqlStorageValue::Integer(number) => u64::try_from(*number).ok(),
        SqlStorageValue::Float(number) => Some(*number as u64),
        _ => None,
    }
}

fn unreadable() -> Error {
    Error::RustError("a row of the storage is not one of ours".to_owned())
}

fn write(object: &Object, count: String, alarm: u64) -> worker::Result<()> {
    let sql = object.sql();
    sql.exec(CREATE_TABLE, None)?;
    let alarm = SqlStorageValue::Integer(i64::try_from(alarm).unwrap_or(i64::MAX));
    let values = vec![count.into(), alarm];
    sql.exec("INSERT OR REPLACE INTO toolgate_quota VALUES (1, ?, ?)", values).map(drop)
}
