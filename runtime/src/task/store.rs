//! A task at rest.

use std::cell::OnceCell;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};
use toolgate_core::from_json::FromJson;
use toolgate_core::mcp::ask::Ask;
use toolgate_core::mcp::task::{DetailedTask, TaskDetail, TaskStatus, TaskView, poll_interval};
use worker::{Error, SqlStorageValue};

use super::HEARTBEAT;
use super::message::NewTask;
use crate::auth::vault::Vault;
use crate::platform::bindings::Env;
use crate::platform::host::{SqlStorage, Storage};
use crate::ports::app::App;
use crate::ports::feature::Record;
use crate::ports::object::Object;

/// The table that tells an object of a task from others.
pub(super) const TABLE: &str = "toolgate_task";

const CREATE_TASK: &str = "CREATE TABLE IF NOT EXISTS toolgate_task \
     (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, owner TEXT NOT NULL, \
     status TEXT NOT NULL, message TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL, \
     expires INTEGER NOT NULL, run INTEGER NOT NULL, runs INTEGER NOT NULL, tool TEXT NOT NULL)";

const CREATE_PARTS: &str = "CREATE TABLE IF NOT EXISTS toolgate_task_part \
     (kind TEXT NOT NULL, key TEXT NOT NULL, part INTEGER NOT NULL, text TEXT NOT NULL, \
     PRIMARY KEY (kind, key, part)) WITHOUT ROWID";

/// Bytes of text in one row, which may have 2 MB: arguments and results can be larger.
const MAX_PART: usize = 1024 * 1024;

/// The kinds of texts, each of which is kept under a key.
const CALL: &str = "call";
const ASK: &str = "ask";
const ANSWER: &str = "answer";
const MEMO: &str = "memo";
const RESULT: &str = "result";
const ERROR: &str = "error";

/// The row of a task.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: String,
    /// Column `owner`.
    pub(super) subject_key: String,
    pub(super) status: TaskStatus,
    /// Sealed.
    message: Option<String>,
    pub(super) created: u64,
    pub(super) updated: u64,
    pub(super) expires: u64,
    /// Which run of the tool is the present one.
    pub(super) run: u32,
    /// Runs since the task last came further.
    pub(super) runs: u32,
    /// Name of the tool.
    pub(super) tool: String,
}

/// The storage of a task's object. Each operation reads and writes without waiting in between. All that
/// the call said and came to is sealed; its keys, which the tool chose, are not.
pub(super) struct Store {
    app: &'static App,
    env: Env,
    storage: Storage,
    /// Made when first needed: it takes the task's person.
    vault: OnceCell<Vault>,
}

/// The place that the message of the task's own row is sealed for.
const MESSAGE: &str = "message";

impl Store {
    pub(super) fn of(object: &Object) -> Self {
        let (app, env) = (object.app(), object.env().clone());
        Self { app, env, storage: object.state().storage(), vault: OnceCell::new() }
    }

    fn sql(&self) -> SqlStorage {
        self.storage.sql()
    }

    fn vault(&self) -> worker::Result<&Vault> {
        if self.vault.get().is_none() {
            let row = self.row()?;
            let vault = Vault::of(self.app, &self.env, &row.subject_key, &row.id)?;
            // Nobody else can have come first: nothing waited.
            let _ = self.vault.set(vault);
        }
        self.vault.get().ok_or_else(unreadable)
    }

    /// Keeps a new task for this long.
    pub(super) fn create(&self, mut task: NewTask, ttl: Duration) -> worker::Result<()> {
        let sql = self.sql();
        sql.exec(CREATE_TASK, None)?;
        sql.exec(CREATE_PARTS, None)?;
        let now = now_ms();
        let expires = now + ms(ttl);
        let values = vec![
            task.id.clone().into(),
            task.subject_key.clone().into(),
            TaskStatus::Working.as_str().into(),
            number(now),
            number(now),
            number(expires),
            task.tool.clone().into(),
        ];
        sql.exec("INSERT INTO toolgate_task VALUES (1, ?, ?, ?, NULL, ?, ?, ?, 0, 0, ?)", values)?;
        for (key, answer) in std::mem::take(&mut task.answers) {
            self.put(ANSWER, &key, &answer)?;
        }
        for (key, value) in std::mem::take(&mut task.memo) {
            self.put(MEMO, &key, &value)?;
        }
        self.put(CALL, "", &task)
    }

    /// The task's row. Only for an object that has [`TABLE`].
    pub(super) fn row(&self) -> worker::Result<Row> {
        let query = "SELECT id, owner, status, message, created, updated, expires, run, runs, \
             tool FROM toolgate_task";
        let row = self.sql().exec(query, None)?.raw().next().transpose()?;
        let row = row.ok_or_else(unreadable)?;
        let text = |at: usize| match row.get(at) {
            Some(SqlStorageValue::String(text)) => Some(text.clone()),
            _ => None,
        };
        let number = |at: usize| match row.get(at) {
            Some(SqlStorageValue::Integer(number)) => u64::try_from(*number).ok(),
            _ => None,
        };
        let count = |at: usize| number(at).and_then(|count| u32::try_from(count).ok());
        let row = || {
            Some(Row {
                id: text(0)?,
                subject_key: text(1)?,
                status: toolgate_core::from_json::read_value(Value::String(text(2)?)).ok()?,
                message: text(3),
                created: number(4)?,
                updated: number(5)?,
                expires: number(6)?,
                run: count(7)?,
                runs: count(8)?,
                tool: text(9)?,
            })
        };
        row().ok_or_else(unreadable)
    }

    /// As [`Store::row`], where the run of this number is the present one and the task is not over.
    pub(super) fn current(&self, run: u32) -> worker::Result<Option<Row>> {
        Ok(Some(self.row()?).filter(|row| row.run == run && !row.status.is_terminal()))
    }

    /// Begins another run, and tells its number. What an earlier run asked is asked again by this one,
    /// if it comes to that.
    pub(super) fn begin(&self, row: &Row) -> worker::Result<u32> {
        self.delete_all(ASK)?;
        if row.status == TaskStatus::InputRequired {
            self.set_status(TaskStatus::Working, None)?;
        }
        let run = row.run + 1;
        let values = vec![number(run.into()), number((row.runs + 1).into())];
        self.sql().exec("UPDATE toolgate_task SET run = ?, runs = ?", values)?;
        Ok(run)
    }

    /// The call that became the task.
    pub(super) fn call(&self) -> worker::Result<NewTask> {
        let call = self.texts(CALL)?.pop().ok_or_else(unreadable)?;
        Ok(toolgate_core::from_json::read(&call.1)?)
    }

    /// The record by which a run comes to where the one before was.
    pub(super) fn record(&self) -> worker::Result<Record> {
        Ok(Record { answers: self.values(ANSWER)?, memo: self.values(MEMO)? })
    }

    /// The questions that have no answer yet.
    pub(super) fn asks(&self) -> worker::Result<Vec<Ask>> {
        self.list(ASK)
    }

    /// Puts a question.
    pub(super) fn ask(&self, ask: &Ask) -> worker::Result<()> {
        self.put(ASK, &ask.key, ask)?;
        self.set_status(TaskStatus::InputRequired, None)
    }

    /// Keeps the answer to a question, which is then no longer one.
    pub(super) fn answer(&self, key: &str, answer: &Value) -> worker::Result<()> {
        self.put(ANSWER, key, answer)?;
        self.further()?;
        self.withdraw(key)
    }

    /// The question is no longer one.
    pub(super) fn withdraw(&self, key: &str) -> worker::Result<()> {
        self.delete(ASK, key)?;
        let row = self.row()?;
        if row.status == TaskStatus::InputRequired && self.asks()?.is_empty() {
            self.set_status(TaskStatus::Working, None)?;
        }
        Ok(())
    }

    /// Keeps what ran once.
    pub(super) fn keep(&self, key: &str, value: &Value) -> worker::Result<()> {
        self.put(MEMO, key, value)?;
        self.further()
    }

    /// Ends the task; what its tool needed is let go.
    pub(super) fn finish(
        &self,
        status: TaskStatus,
        message: Option<&str>,
        detail: &TaskDetail,
    ) -> worker::Result<()> {
        for kind in [CALL, ASK, ANSWER, MEMO] {
            self.delete_all(kind)?;
        }
        match detail {
            TaskDetail::Result(result) => self.put(RESULT, "", result)?,
            TaskDetail::Error(error) => self.put(ERROR, "", error)?,
            TaskDetail::None | TaskDetail::Asks(_) => {}
        }
        self.set_status(status, message)
    }

    /// The task as its client sees it; `message` in place of the one at rest.
    pub(super) fn view(&self, message: Option<String>) -> worker::Result<DetailedTask> {
        let row = self.row()?;
        let detail = match row.status {
            TaskStatus::Working | TaskStatus::Cancelled => TaskDetail::None,
            TaskStatus::InputRequired => TaskDetail::Asks(self.asks()?),
            TaskStatus::Completed => TaskDetail::Result(self.one(RESULT)?),
            TaskStatus::Failed => TaskDetail::Error(self.one(ERROR)?),
        };
        let view = TaskView {
            task_id: row.id,
            status: row.status,
            status_message: match (message, row.message) {
                (None, Some(kept)) => Some(self.vault()?.open(MESSAGE, &kept)?),
                (message, _) => message,
            },
            created_at: row.created,
            updated_at: row.updated,
            ttl_ms: Some(row.expires.saturating_sub(row.created)),
            poll_interval_ms: Some(poll_interval(now_ms().saturating_sub(row.created))),
        };
        Ok(DetailedTask { view, detail })
    }

    /// Sets the alarm to what comes next: a look after the run, or the end of the task's time.
    pub(super) async fn set_alarm(&self) -> worker::Result<()> {
        let row = self.row()?;
        let left = Duration::from_millis(row.expires.saturating_sub(now_ms()) + 1);
        let wait = if row.status == TaskStatus::Working { left.min(HEARTBEAT) } else { left };
        self.storage.set_alarm(wait).await
    }

    fn set_status(&self, status: TaskStatus, message: Option<&str>) -> worker::Result<()> {
        let message = match message {
            Some(message) => self.vault()?.seal(MESSAGE, message).into(),
            None => SqlStorageValue::Null,
        };
        let values = vec![status.as_str().into(), message, number(now_ms())];
        let sql = self.sql();
        sql.exec("UPDATE toolgate_task SET status = ?, message = ?, updated = ?", values).map(drop)
    }

    /// The task came further: the runs that it may take are counted anew.
    fn further(&self) -> worker::Result<()> {
        self.sql().exec("UPDATE toolgate_task SET runs = 0", None).map(drop)
    }
}

/// Texts of any length, in parts.
impl Store {
    fn put(&self, kind: &str, key: &str, value: &impl Serialize) -> worker::Result<()> {
        self.delete(kind, key)?;
        let sealed = self.vault()?.seal(&place(kind, key), &serde_json::to_string(value)?);
        let mut rest = sealed.as_str();
        for part in 0.. {
            // What is sealed is ASCII.
            let (head, tail) = rest.split_at(rest.len().min(MAX_PART));
            let values = vec![kind.into(), key.into(), number(part), head.into()];
            self.sql().exec("INSERT INTO toolgate_task_part VALUES (?, ?, ?, ?)", values)?;
            rest = tail;
            if rest.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn delete_all(&self, kind: &str) -> worker::Result<()> {
        let sql = self.sql();
        sql.exec("DELETE FROM toolgate_task_part WHERE kind = ?", vec![kind.into()]).map(drop)
    }

    fn delete(&self, kind: &str, key: &str) -> worker::Result<()> {
        let values = vec![kind.into(), key.into()];
        let sql = self.sql();
        sql.exec("DELETE FROM toolgate_task_part WHERE kind = ? AND key = ?", values).map(drop)
    }

    /// The texts of a kind with their keys, put together again.
    fn texts(&self, kind: &str) -> worker::Result<Vec<(String, String)>> {
        let query = "SELECT key, text FROM toolgate_task_part WHERE kind = ? ORDER BY key, part";
        let mut texts: Vec<(String, String)> = Vec::new();
        for row in self.sql().exec(query, vec![kind.into()])?.raw() {
            let row = row?;
            let [SqlStorageValue::String(key), SqlStorageValue::String(text)] = &row[..] else {
                return Err(unreadable());
            };
            match texts.last_mut().filter(|(last, _)| last == key) {
                Some((_, whole)) => whole.push_str(text),
                None => texts.push((key.clone(), text.clone())),
            }
        }
        for (key, text) in &mut texts {
            *text = self.vault()?.open(&place(kind, key), text)?;
        }
        Ok(texts)
    }

    fn list<T: FromJson>(&self, kind: &str) -> worker::Result<Vec<T>> {
        let texts = self.texts(kind)?;
        texts.iter().map(|(_, text)| Ok(toolgate_core::from_json::read(text)?)).collect()
    }

    fn values(&self, kind: &str) -> worker::Result<Map<String, Value>> {
        let mut values = Map::new();
        for (key, text) in self.texts(kind)? {
            values.insert(key, toolgate_core::json::from_str(&text)?);
        }
        Ok(values)
    }

    fn one(&self, kind: &str) -> worker::Result<Value> {
        self.list(kind)?.pop().ok_or_else(unreadable)
    }
}

/// The place that a text is sealed for: none can be put in the place of another.
fn place(kind: &str, key: &str) -> String {
    [kind, "/", key].concat()
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    crate::platform::millis()
}

pub(super) fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A number as SQLite and JavaScript both hold it exactly.
pub(super) fn number(number: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn unreadable() -> Error {
    Error::RustError("a row of the storage is not one of ours".to_owned())
}

#[cfg(test)]
#[path = "recorded_tests.rs"]
mod recorded_tests;
