//! The Durable Object class: a person's grants, the requests counted for one network address, that a
//! sign-in came back, or what a feature keeps, by the name it was given.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use toolgate_core::from_json::FromJson;
use toolgate_core::limits::ATTEMPT_TTL;
use toolgate_core::oauth::grant::{self, Grant, Operation, Outcome, Write};
use toolgate_core::rate::Window;
use worker::{Error, Request, Response, SqlStorage, SqlStorageValue, State};

use crate::grants::GrantRequest;
use crate::platform::bindings::Env;
use crate::platform::now;
use crate::ports::app::App;
use crate::ports::feature;
use crate::rate_limit::client::COUNT;
use serde::Serialize;

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS grants \
     (id TEXT PRIMARY KEY, record TEXT NOT NULL, disposable_at INTEGER NOT NULL) WITHOUT ROWID";

/// Path inside the object of one sign-in: uses it up.
pub(crate) const USE_ATTEMPT: &str = "/attempt";

/// The table that an object of a sign-in has from its first return on. It needs no rows.
const USED: &str = "used";

/// One instance of the class that `serve!()` exports.
pub struct Object {
    app: &'static App,
    state: State,
    env: Env,
    window: RefCell<Window>,
    memory: RefCell<Option<Rc<dyn Any>>>,
}

impl Object {
    /// Called by the platform; storage is touched only by what keeps something.
    #[must_use]
    pub fn new(app: &'static App, state: State, env: Env) -> Self {
        Self { app, state, env, window: RefCell::default(), memory: RefCell::default() }
    }

    /// Serves one request of the Worker; nobody else can reach an object.
    ///
    /// # Errors
    /// The storage fails, or the request is not one of ours.
    pub async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let path = request.path();
        match path.as_str() {
            "/grant" => match body(&mut request).await? {
                GrantRequest::Perform(id, operation) => {
                    answer(&self.perform(&id, operation).await?)
                }
                GrantRequest::List => answer(&self.list()?),
            },
            COUNT => {
                let limit = body(&mut request).await?;
                answer(&self.window.borrow_mut().admits(limit, now()))
            }
            USE_ATTEMPT => answer(&self.use_attempt().await?),
            _ => match feature::all(self.app).find(|feature| path.starts_with(feature.prefix())) {
                Some(feature) => feature.serve(self, request).await,
                None => Response::error("no such operation", 404),
            },
        }
    }

    /// The server.
    pub(crate) fn app(&self) -> &'static App {
        self.app
    }

    /// The Worker's bindings.
    pub(crate) fn env(&self) -> &Env {
        &self.env
    }

    /// The platform's side of this object.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The object's database.
    pub(crate) fn sql(&self) -> SqlStorage {
        self.state.storage().sql()
    }

    /// What the object's feature remembers for as long as the object stays in memory; made at the
    /// first use. An object is of one feature, so it has one memory.
    pub(crate) fn memory<T: Default + 'static>(&self) -> Rc<T> {
        let mut memory = self.memory.borrow_mut();
        let known = memory.as_ref().and_then(|memory| Rc::clone(memory).downcast::<T>().ok());
        known.unwrap_or_else(|| {
            let new = Rc::new(T::default());
            *memory = Some(Rc::clone(&new) as Rc<dyn Any>);
            new
        })
    }

    /// Whether the object's database has a table of this name: tells what the object is when
    /// nobody says so, which is when its alarm goes off.
    pub(crate) fn has_table(&self, name: &str) -> worker::Result<bool> {
        let query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
        let rows = self.sql().exec(query, vec![name.into()])?;
        Ok(rows.raw().next().transpose()?.is_some())
    }

    /// Uses the sign-in of this object up; `false` when it was before. Nothing can come between the look
    /// and the write. The alarm deletes it when its cookie has expired.
    async fn use_attempt(&self) -> worker::Result<bool> {
        if self.has_table(USED)? {
            return Ok(false);
        }
        self.sql().exec(&format!("CREATE TABLE {USED} (at INTEGER)"), None)?;
        self.state.storage().set_alarm(Duration::from_secs(ATTEMPT_TTL)).await?;
        Ok(true)
    }

    /// Reads, decides and writes without waiting in between, so nothing can come between them; the
    /// platform holds the answer back until the write is durable.
    async fn perform(&self, id: &str, operation: Operation) -> worker::Result<Outcome> {
        let sql = self.state.storage().sql();
        sql.exec(CREATE_TABLE, None)?;
        let stored = read(&sql, id)?;
        let is_new = stored.is_none();
        let (write, outcome) = grant::apply(stored, operation, now());
        if let Write::Put(grant) | Write::Note(grant) = write {
            put(&sql, id, &grant)?;
            if is_new {
                self.schedule_purge(&sql).await?;
            }
        }
        Ok(outcome)
    }

    fn list(&self) -> worker::Result<Vec<(String, Grant)>> {
        let sql = self.state.storage().sql();
        sql.exec(CREATE_TABLE, None)?;
        sql.exec("SELECT id, record FROM grants", None)?
            .raw()
            .map(|row| match &row?[..] {
                [SqlStorageValue::String(id), record] => Ok((id.clone(), parse(record)?)),
                _ => Err(unreadable()),
            })
            .collect()
    }

    /// Deletes what is of no more use, and everything when nothing is left.
    ///
    /// # Errors
    /// The storage fails; the platform tries again.
    pub async fn alarm(&self) -> worker::Result<Response> {
        for feature in feature::all(self.app) {
            if feature.alarm(self).await? {
                return Response::empty();
            }
        }
        let sql = self.state.storage().sql();
        sql.exec(CREATE_TABLE, None)?;
        sql.exec("DELETE FROM grants WHERE disposable_at <= ?", vec![seconds(now())])?;
        if earliest(&sql)?.is_some() {
            self.schedule_purge(&sql).await?;
        } else {
            self.state.storage().delete_all().await?;
        }
        Response::empty()
    }

    async fn schedule_purge(&self, sql: &SqlStorage) -> worker::Result<()> {
        let Some(at) = earliest(sql)? else { return Ok(()) };
        let wait = Duration::from_secs(at.saturating_sub(now()) + 1);
        self.state.storage().set_alarm(wait).await
    }
}

fn read(sql: &SqlStorage, id: &str) -> worker::Result<Option<Grant>> {
    let rows = sql.exec("SELECT record FROM grants WHERE id = ?", vec![id.to_owned().into()])?;
    let first = rows.raw().next();
    first.map(|row| row?.first().ok_or_else(unreadable).and_then(parse)).transpose()
}

fn parse(record: &SqlStorageValue) -> worker::Result<Grant> {
    match record {
        SqlStorageValue::String(record) => Ok(toolgate_core::from_json::read(record)?),
        _ => Err(unreadable()),
    }
}

fn unreadable() -> Error {
    Error::RustError("a row of the storage is not one of ours".to_owned())
}

/// The question in a request of the Worker. The platform's own reading of JSON goes through a
/// second deserialiser, which costs a Worker several KiB.
fn answer(value: &impl Serialize) -> worker::Result<Response> {
    Response::ok(serde_json::to_string(value)?)
}

pub(crate) async fn body<T: FromJson>(request: &mut Request) -> worker::Result<T> {
    Ok(toolgate_core::from_json::read(&request.text().await?)?)
}

fn put(sql: &SqlStorage, id: &str, grant: &Grant) -> worker::Result<()> {
    let values = vec![
        id.to_owned().into(),
        serde_json::to_string(grant)?.into(),
        seconds(grant.disposable_at()),
    ];
    sql.exec("INSERT OR REPLACE INTO grants (id, record, disposable_at) VALUES (?, ?, ?)", values)
        .map(drop)
}

fn earliest(sql: &SqlStorage) -> worker::Result<Option<u64>> {
    let first =
        sql.exec("SELECT min(disposable_at) FROM grants", None)?.raw().next().transpose()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds we wrote")]
    Ok(match first.as_deref() {
        Some([SqlStorageValue::Integer(at)]) => u64::try_from(*at).ok(),
        Some([SqlStorageValue::Float(at)]) => Some(*at as u64),
        _ => None,
    })
}

/// Seconds as SQLite and JavaScript both hold them exactly.
fn seconds(time: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(time).unwrap_or(i64::MAX))
}
