//! Inside the object that knows which assertions of an issuer were used in one hour.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use toolgate_core::from_json::FromJson;

use crate::platform::host::{Request, Response};
use crate::platform::now;
use crate::ports::feature::Feature;
use crate::ports::object::{self, Object};

/// Path inside the object: uses an assertion up.
pub(super) const PATH: &str = "/assertion";

/// The table of assertions.
const TABLE: &str = "assertions";

/// Seconds after the hour of the object in which one of its assertions may still be good: with the difference of
/// clocks and some time for the answer.
const AFTER: u64 = 3600 + 600;

/// The feature that lets an assertion be used once.
pub static USED: &dyn Feature = &UsedFeature;

#[derive(Debug)]
struct UsedFeature;

/// A request to the object.
#[derive(Debug, Serialize, FromJson)]
pub(super) struct UseRequest {
    /// Tells the assertion from all others.
    pub(super) id: String,
    /// Until when it has to be known, in seconds since 1970.
    pub(super) until: u64,
}

impl Feature for UsedFeature {
    fn prefix(&self) -> &'static str {
        PATH
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        mut request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            let request = object::body(&mut request).await?;
            object::answer(&use_up(object, &request).await?)
        })
    }

    fn alarm<'a>(&'a self, object: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(async move {
            let is_of_assertions = object.has_table(TABLE)?;
            if is_of_assertions {
                object.state().storage().delete_all().await?;
            }
            Ok(is_of_assertions)
        })
    }
}

/// Uses the assertion up; `false` when it was before. Nothing can come between the look and the write, and the
/// platform holds the answer back until the write is durable. The alarm deletes all of them when none is good any
/// more: the object is of those that end within one hour.
async fn use_up(object: &Object, request: &UseRequest) -> worker::Result<bool> {
    let (sql, known) = (object.sql(), object.memory::<Cell<bool>>());
    let is_new = !known.get() && !object.has_table(TABLE)?;
    known.set(true);
    if is_new {
        let create = format!("CREATE TABLE {TABLE} (id TEXT PRIMARY KEY) WITHOUT ROWID");
        sql.exec(&create, None)?;
    }
    let insert =
        format!("INSERT INTO {TABLE} (id) VALUES (?) ON CONFLICT DO NOTHING RETURNING 1 AS first");
    let inserted = sql.exec(&insert, vec![request.id.clone().into()])?;
    let is_first = inserted.raw().next().transpose()?.is_some();
    if is_new {
        let wait = request.until.saturating_sub(now()) + AFTER;
        object.state().storage().set_alarm(Duration::from_secs(wait)).await?;
    }
    Ok(is_first)
}
