//! SQLite in memory, behind D1 and `ctx.sql()` of a test: with the feature `testing-sqlite`.

use serde_json::{Map, Value};

#[cfg(not(feature = "testing-sqlite"))]
use crate::state::SqlValue;

/// The result of a statement.
#[derive(Debug, Default)]
pub(crate) struct Ran {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
    /// Rows that were inserted, updated or deleted.
    pub(crate) changes: u64,
    pub(crate) last_row_id: i64,
}

impl Ran {
    /// The rows by the names of their columns.
    pub(crate) fn objects(self) -> Vec<Map<String, Value>> {
        let Self { columns, rows, .. } = self;
        rows.into_iter().map(|row| columns.iter().cloned().zip(row).collect()).collect()
    }
}

#[cfg(feature = "testing-sqlite")]
pub(crate) use self::engine::Sqlite;

/// There is no database without the feature.
#[cfg(not(feature = "testing-sqlite"))]
#[derive(Debug)]
pub(crate) enum Sqlite {}

#[cfg(not(feature = "testing-sqlite"))]
impl Sqlite {
    /// # Panics
    /// Always.
    pub(crate) fn new() -> Self {
        panic!(
            "tests with a database, task, session or stream need the feature `testing-sqlite` of `toolgate`"
        )
    }

    pub(crate) fn run(&self, _: &str, _: Vec<SqlValue>) -> Result<Ran, String> {
        match *self {}
    }

    pub(crate) fn run_all(&self, _: &str) -> Result<(), String> {
        match *self {}
    }

    pub(crate) fn atomically<T>(
        &self,
        _: impl FnOnce(&Self) -> Result<T, String>,
    ) -> Result<T, String> {
        match *self {}
    }
}

#[cfg(feature = "testing-sqlite")]
mod engine {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use rusqlite::types::{Value as Kept, ValueRef};
    use rusqlite::{Connection, Error, params_from_iter};
    use serde_json::Value;

    use super::Ran;
    use crate::state::SqlValue;

    /// The largest whole number below which JavaScript has all of them.
    const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

    /// A database.
    #[derive(Debug)]
    pub(crate) struct Sqlite(Connection);

    impl Sqlite {
        /// An empty one.
        ///
        /// # Panics
        /// SQLite has no memory.
        pub(crate) fn new() -> Self {
            Self(Connection::open_in_memory().expect("SQLite has memory"))
        }

        /// Runs one statement.
        ///
        /// # Errors
        /// SQLite refuses it, in its words.
        pub(crate) fn run(&self, sql: &str, values: Vec<SqlValue>) -> Result<Ran, String> {
            let before = self.0.total_changes();
            let mut statement = self.0.prepare(sql).map_err(words)?;
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let values = values.into_iter().map(kept).collect::<Result<Vec<_>, _>>()?;
            let mut found = statement.query(params_from_iter(values)).map_err(words)?;
            let mut rows = Vec::new();
            while let Some(row) = found.next().map_err(words)? {
                let row = (0..columns.len()).map(|at| row.get_ref(at).map(json));
                rows.push(row.collect::<Result<_, _>>().map_err(words)?);
            }
            let changes = self.0.total_changes() - before;
            Ok(Ran { columns, rows, changes, last_row_id: self.0.last_insert_rowid() })
        }

        /// Runs statements without values.
        ///
        /// # Errors
        /// SQLite refuses one of them.
        pub(crate) fn run_all(&self, sql: &str) -> Result<(), String> {
            self.0.execute_batch(sql).map_err(words)
        }

        /// All of the work or none of it.
        ///
        /// # Errors
        /// That of the work.
        pub(crate) fn atomically<T>(
            &self,
            work: impl FnOnce(&Self) -> Result<T, String>,
        ) -> Result<T, String> {
            self.run_all("BEGIN")?;
            let done = work(self);
            self.run_all(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
            done
        }
    }

    fn kept(value: SqlValue) -> Result<Kept, String> {
        Ok(match value {
            SqlValue::Null => Kept::Null,
            SqlValue::Integer(number) => Kept::Integer(number),
            SqlValue::Real(number) => Kept::Real(number),
            SqlValue::Text(text) => Kept::Text(text),
            SqlValue::Blob(base64) => {
                Kept::Blob(STANDARD.decode(base64).map_err(|error| error.to_string())?)
            }
        })
    }

    /// As it comes out of JavaScript, where whole numbers are of one kind with all others.
    fn json(value: ValueRef<'_>) -> Value {
        match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => number.into(),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be a whole number")]
            ValueRef::Real(number) if number.fract() == 0.0 && number.abs() <= MAX_SAFE => {
                (number as i64).into()
            }
            ValueRef::Real(number) => number.into(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
            ValueRef::Blob(bytes) => bytes.into(),
        }
    }

    fn words(error: Error) -> String {
        match error {
            Error::SqliteFailure(_, Some(message)) => message,
            Error::SqlInputError { msg, .. } => msg,
            other => other.to_string(),
        }
    }
}
