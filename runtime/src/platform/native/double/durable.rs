//! The platform's side of Durable Objects: a SQLite and an alarm for each, by the clock of the test.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;
use std::vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use worker::{Error, Result, SqlStorageValue};

use crate::platform::native::clock;
use crate::platform::native::sqlite::Sqlite;
use crate::platform::params::SqlValue;
use crate::platform::timer::Timer;

/// The platform's side of an object.
#[derive(Debug, Clone)]
pub struct State(Storage);

/// The storage of an object.
#[derive(Clone)]
pub struct Storage(Rc<Inner>);

struct Inner {
    /// Made at the first use: not every object keeps something.
    sqlite: RefCell<Option<Rc<Sqlite>>>,
    /// The number of the last alarm that was set.
    alarm: Cell<u64>,
    on_alarm: Box<dyn Fn()>,
}

/// The database of an object.
#[derive(Debug, Clone)]
pub struct SqlStorage(Storage);

/// The rows of a statement.
#[derive(Debug)]
pub struct SqlCursor {
    columns: Vec<String>,
    rows: Vec<Vec<SqlStorageValue>>,
}

/// The background of a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context;

impl Context {
    /// Goes on with this after the response.
    pub fn wait_until(&self, work: impl Future<Output = ()> + 'static) {
        clock::spawn(work);
    }
}

impl State {
    /// Of an object whose alarm goes off by this.
    pub(crate) fn of_test(on_alarm: impl Fn() + 'static) -> Self {
        let (sqlite, alarm) = (RefCell::default(), Cell::new(0));
        Self(Storage(Rc::new(Inner { sqlite, alarm, on_alarm: Box::new(on_alarm) })))
    }

    /// Its storage.
    #[must_use]
    pub fn storage(&self) -> Storage {
        self.0.clone()
    }

    /// Goes on with this after the response.
    pub fn wait_until(&self, work: impl Future<Output = ()> + 'static) {
        clock::spawn(work);
    }
}

impl Storage {
    /// Its database.
    #[must_use]
    pub fn sql(&self) -> SqlStorage {
        SqlStorage(self.clone())
    }

    /// Sets the alarm, in place of one that is set.
    ///
    /// # Errors
    /// None here.
    pub async fn set_alarm(&self, after: Duration) -> Result<()> {
        let number = self.0.alarm.get() + 1;
        self.0.alarm.set(number);
        let storage = Rc::downgrade(&self.0);
        clock::spawn(async move {
            Timer::from(after).await;
            if let Some(storage) = storage.upgrade().filter(|it| it.alarm.get() == number) {
                (storage.on_alarm)();
            }
        });
        Ok(())
    }

    /// Sets no alarm any more.
    ///
    /// # Errors
    /// None here.
    pub async fn delete_alarm(&self) -> Result<()> {
        self.0.alarm.set(self.0.alarm.get() + 1);
        Ok(())
    }

    /// Deletes everything but the alarm.
    ///
    /// # Errors
    /// None here.
    pub async fn delete_all(&self) -> Result<()> {
        self.0.sqlite.take();
        Ok(())
    }

    /// All of the work or none of it.
    ///
    /// # Errors
    /// That of the work.
    pub(crate) fn atomically<T>(
        &self,
        work: impl FnOnce(&SqlStorage) -> std::result::Result<T, String>,
    ) -> std::result::Result<T, String> {
        self.sqlite().atomically(|_| work(&self.sql()))
    }

    fn sqlite(&self) -> Rc<Sqlite> {
        let mut sqlite = self.0.sqlite.borrow_mut();
        Rc::clone(sqlite.get_or_insert_with(|| Rc::new(Sqlite::new())))
    }
}

impl SqlStorage {
    /// Runs a statement with values for its `?`s.
    ///
    /// # Errors
    /// SQLite refuses it.
    pub fn exec(
        &self,
        query: &str,
        values: impl Into<Option<Vec<SqlStorageValue>>>,
    ) -> Result<SqlCursor> {
        let values = values.into().unwrap_or_default().into_iter().map(value).collect();
        let ran = self.0.sqlite().run(query, values).map_err(Error::JsError)?;
        let rows = ran.rows.into_iter().map(|row| row.into_iter().map(stored).collect()).collect();
        Ok(SqlCursor { columns: ran.columns, rows })
    }
}

impl SqlCursor {
    /// The names of the columns.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        self.columns.clone()
    }

    /// The rows as lists of their columns.
    pub fn raw(&self) -> vec::IntoIter<Result<Vec<SqlStorageValue>>> {
        self.rows.iter().cloned().map(Ok).collect::<Vec<_>>().into_iter()
    }
}

fn value(value: SqlStorageValue) -> SqlValue {
    match value {
        SqlStorageValue::Null => SqlValue::Null,
        SqlStorageValue::Boolean(value) => value.into(),
        SqlStorageValue::Integer(number) => number.into(),
        SqlStorageValue::Float(number) => number.into(),
        SqlStorageValue::String(text) => text.into(),
        SqlStorageValue::Blob(bytes) => SqlValue::Blob(STANDARD.encode(bytes)),
    }
}

fn stored(value: Value) -> SqlStorageValue {
    match value {
        Value::Bool(value) => value.into(),
        Value::String(text) => text.into(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64().into(),
        },
        Value::Array(bytes) => {
            let bytes = bytes.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok());
            SqlStorageValue::Blob(bytes.collect())
        }
        Value::Null | Value::Object(_) => SqlStorageValue::Null,
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").finish_non_exhaustive()
    }
}
