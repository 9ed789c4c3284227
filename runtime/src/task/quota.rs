//! The number of tasks that one person has under way, counted in an object of the person.
//!
//! A task whose end was not told here, because this object could not be reached just then, counts
//! until its time is over.

use std::time::Duration;

use serde::Serialize;
use worker::SqlStorageValue;

use super::MAX_UNDER_WAY;
use super::store::{ms, now_ms, number};
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::host::Response;
use crate::ports::app::App;
use crate::ports::object::Object;
use crate::task::client;
use toolgate_core::from_json::FromJson;

/// Path inside the object.
pub(super) const COUNT: &str = "/task/count";

/// The table that tells an object that counts from others.
pub(super) const TABLE: &str = "toolgate_tasks";

const CREATE: &str = "CREATE TABLE IF NOT EXISTS toolgate_tasks \
     (task TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID";

/// An event in the life of a task.
#[derive(Debug, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub(super) enum Count {
    /// It wants to begin.
    Begin(String),
    /// It is over.
    End(String),
}

/// True if the person may have one more task, which is counted from now on.
pub(super) async fn admits(
    app: &App,
    env: &Env,
    subject_key: &str,
    task: &str,
) -> worker::Result<bool> {
    client::ask(app, env, &name(subject_key), COUNT, &Count::Begin(task.to_owned())).await
}

/// The task counts no more.
pub(super) async fn end(app: &App, env: &Env, subject_key: &str, task: &str) {
    let told =
        client::ask::<bool>(app, env, &name(subject_key), COUNT, &Count::End(task.to_owned()))
            .await;
    if let Err(error) = told {
        log_error!("the end of a task was not counted: {error}");
    }
}

fn name(subject_key: &str) -> String {
    format!("tasks:{subject_key}")
}

/// Inside the object.
pub(super) async fn serve(object: &Object, count: Count) -> worker::Result<Response> {
    let sql = object.sql();
    let (now, ttl) = (now_ms(), super::ttl(object.app()));
    let is_admitted = match count {
        Count::Begin(task) => {
            sql.exec(CREATE, None)?;
            sql.exec("DELETE FROM toolgate_tasks WHERE expires <= ?", vec![number(now)])?;
            let under_way = first(object, "SELECT count(*) FROM toolgate_tasks")?;
            let has_room = under_way.is_none_or(|count| count < MAX_UNDER_WAY);
            if has_room {
                let values = vec![task.into(), number(now + ms(ttl))];
                sql.exec("INSERT OR REPLACE INTO toolgate_tasks VALUES (?, ?)", values)?;
                object.state().storage().set_alarm(ttl).await?;
            }
            has_room
        }
        // Told late, everything may be forgotten already.
        Count::End(_) if !object.has_table(TABLE)? => true,
        Count::End(task) => {
            sql.exec("DELETE FROM toolgate_tasks WHERE task = ?", vec![task.into()])?;
            true
        }
    };
    Response::ok(serde_json::to_string(&is_admitted)?)
}

/// Forgets what is over; nothing is left of a person without tasks.
pub(super) async fn look_after(object: &Object) -> worker::Result<()> {
    let now = now_ms();
    object.sql().exec("DELETE FROM toolgate_tasks WHERE expires <= ?", vec![number(now)])?;
    let storage = object.state().storage();
    match first(object, "SELECT max(expires) FROM toolgate_tasks")? {
        Some(last) => storage.set_alarm(Duration::from_millis(last.saturating_sub(now) + 1)).await,
        None => storage.delete_all().await,
    }
}

fn first(object: &Object, query: &str) -> worker::Result<Option<u64>> {
    let row = object.sql().exec(query, None)?.raw().next().transpose()?;
    Ok(match row.as_deref() {
        Some([SqlStorageValue::Integer(number)]) => u64::try_from(*number).ok(),
        _ => None,
    })
}
