//! D1: SQLite in memory.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use worker::{D1ResultMeta, D1Type, Error, Result};

use crate::platform::native::sqlite::{Ran, Sqlite};
use crate::state::SqlValue;

/// A D1 database of a test.
#[derive(Debug, Clone)]
pub struct D1Database(Rc<Sqlite>);

/// A statement with its values; made by [`D1Database::prepare`].
#[derive(Debug, Clone)]
#[must_use = "D1PreparedStatement does nothing until you run or await it"]
pub struct D1PreparedStatement {
    database: D1Database,
    sql: String,
    values: Vec<SqlValue>,
}

/// The result of a statement.
#[derive(Debug)]
pub struct D1Result {
    rows: Vec<Map<String, Value>>,
    meta: D1ResultMeta,
}

/// A value for [`D1PreparedStatement::bind`]: what `.into()` makes of text, numbers and truth. In a Worker it is a
/// `JsValue`, which an empty option makes `undefined`: D1 refuses that, and takes [`NULL`](Self::NULL).
///
/// ```
/// use toolgate::bindings::D1Value;
///
/// fn email(email: Option<&str>) -> D1Value {
///     email.map_or(D1Value::NULL, Into::into)
/// }
/// # assert_eq!(email(None), D1Value::NULL);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct D1Value(Option<SqlValue>);

impl D1Value {
    /// `NULL`.
    pub const NULL: Self = Self(Some(SqlValue::Null));

    /// `undefined`.
    const UNDEFINED: Self = Self(None);
}

macro_rules! values {
    ($($type:ty)*) => {$(
        impl From<$type> for D1Value {
            fn from(value: $type) -> Self {
                Self(Some(value.into()))
            }
        }
    )*};
}

values! { &str String &String bool f64 i8 i16 i32 u8 u16 u32 }

impl<T: Into<D1Value>> From<Option<T>> for D1Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::UNDEFINED, Into::into)
    }
}

/// A value for [`D1PreparedStatement::bind_refs`].
pub trait D1Argument {
    /// As SQLite has it.
    fn value(&self) -> D1Value;
}

impl D1Argument for D1Type<'_> {
    fn value(&self) -> D1Value {
        D1Value(Some(match *self {
            D1Type::Null => SqlValue::Null,
            D1Type::Real(number) => number.into(),
            D1Type::Integer(number) => number.into(),
            D1Type::Text(text) => text.into(),
            D1Type::Boolean(truth) => truth.into(),
            D1Type::Blob(bytes) => bytes.into(),
        }))
    }
}

impl D1Database {
    #[cfg(feature = "testing-sqlite")]
    pub(crate) fn new(schema: &str) -> Self {
        let sqlite = Sqlite::new();
        sqlite.run_all(schema).unwrap_or_else(|error| panic!("{error}"));
        Self(Rc::new(sqlite))
    }

    /// A statement.
    pub fn prepare<T: Into<String>>(&self, query: T) -> D1PreparedStatement {
        D1PreparedStatement { database: self.clone(), sql: query.into(), values: Vec::new() }
    }

    /// Runs statements, all or none.
    ///
    /// # Errors
    /// SQLite refuses one of them.
    pub async fn batch(&self, statements: Vec<D1PreparedStatement>) -> Result<Vec<D1Result>> {
        let run = |sqlite: &Sqlite| {
            let results =
                statements.into_iter().map(|D1PreparedStatement { sql, values, .. }| {
                    sqlite.run(&sql, values).map(D1Result::new)
                });
            results.collect()
        };
        self.0.atomically(run).map_err(refused)
    }

    /// Runs statements without values.
    ///
    /// # Errors
    /// SQLite refuses one of them.
    pub async fn exec(&self, query: &str) -> Result<()> {
        self.0.run_all(query).map_err(refused)
    }
}

impl D1PreparedStatement {
    /// With these values for its `?`s.
    ///
    /// # Errors
    /// One is of an empty option.
    pub fn bind(self, values: &[D1Value]) -> Result<Self> {
        let values = values.iter().map(|value| value.0.clone().ok_or_else(undefined));
        Ok(Self { values: values.collect::<Result<_>>()?, ..self })
    }

    /// With these values for its `?`s.
    ///
    /// # Errors
    /// None here.
    pub fn bind_refs<'a, T: IntoIterator<Item = &'a U>, U: D1Argument + 'a>(
        &self,
        values: T,
    ) -> Result<Self> {
        let values: Vec<D1Value> = values.into_iter().map(D1Argument::value).collect();
        self.clone().bind(&values)
    }

    /// Once for each of these lists of values.
    ///
    /// # Errors
    /// None here.
    pub fn batch_bind<
        'a,
        U: IntoIterator<Item = &'a V> + 'a,
        T: IntoIterator<Item = U> + 'a,
        V: D1Argument + 'a,
    >(
        &self,
        values: T,
    ) -> Result<Vec<Self>> {
        values.into_iter().map(|values| self.bind_refs(values)).collect()
    }

    /// The first row, or one column of it.
    ///
    /// # Errors
    /// SQLite refuses the statement, the row is no `T`, or has no such column.
    pub async fn first<T: for<'a> Deserialize<'a>>(
        &self,
        col_name: Option<&str>,
    ) -> Result<Option<T>> {
        let Some(mut row) = self.ran()?.objects().into_iter().next() else { return Ok(None) };
        let value = match col_name {
            None => Value::Object(row),
            Some(name) => row
                .remove(name)
                .ok_or_else(|| refused(format!("D1_COLUMN_NOTFOUND: Column not found ({name})")))?,
        };
        Ok(serde_json::from_value(value)?)
    }

    /// Runs the statement; the rows are in the result as well.
    ///
    /// # Errors
    /// SQLite refuses it.
    pub async fn run(&self) -> Result<D1Result> {
        self.ran().map(D1Result::new)
    }

    /// All rows.
    ///
    /// # Errors
    /// SQLite refuses the statement.
    pub async fn all(&self) -> Result<D1Result> {
        self.run().await
    }

    /// All rows as lists of their columns.
    ///
    /// # Errors
    /// SQLite refuses the statement, or a column is no `T`.
    pub async fn raw<T: for<'a> Deserialize<'a>>(&self) -> Result<Vec<Vec<T>>> {
        let rows = self.ran()?.rows.into_iter();
        rows.map(|row| Ok(serde_json::from_value(Value::Array(row))?)).collect()
    }

    fn ran(&self) -> Result<Ran> {
        self.database.0.run(&self.sql, self.values.clone()).map_err(refused)
    }
}

impl IntoFuture for D1PreparedStatement {
    type Output = Result<D1Result>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.run().await })
    }
}

impl D1Result {
    fn new(ran: Ran) -> Self {
        let meta = D1ResultMeta {
            changed_db: Some(ran.changes > 0),
            changes: usize::try_from(ran.changes).ok(),
            duration: Some(0.0),
            last_row_id: Some(ran.last_row_id),
            rows_read: None,
            rows_written: None,
            size_after: None,
        };
        Self { rows: ran.objects(), meta }
    }

    /// True if it went well; what did not is an error before.
    #[must_use]
    pub fn success(&self) -> bool {
        true
    }

    /// The error, which is always none; see [`success`](Self::success).
    #[must_use]
    pub fn error(&self) -> Option<String> {
        None
    }

    /// The rows.
    ///
    /// # Errors
    /// One is no `T`.
    pub fn results<T: for<'a> Deserialize<'a>>(&self) -> Result<Vec<T>> {
        self.rows.iter().map(|row| read(row.clone())).collect()
    }

    /// Its metadata.
    ///
    /// # Errors
    /// None here.
    pub fn meta(&self) -> Result<Option<D1ResultMeta>> {
        Ok(Some(self.meta.clone()))
    }
}

/// D1's own words, and what to write.
fn undefined() -> Error {
    const WORDS: &str = "D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined': an empty option \
                         binds as `value.map_or(D1Value::NULL, Into::into)`";
    Error::JsError(WORDS.to_owned())
}

fn read<T: DeserializeOwned>(row: Map<String, Value>) -> Result<T> {
    Ok(serde_json::from_value(Value::Object(row))?)
}

fn refused(message: String) -> Error {
    Error::JsError(format!("D1_ERROR: {message}"))
}

#[cfg(all(test, feature = "testing-sqlite"))]
mod tests {
    use super::*;

    #[test]
    fn an_empty_option_is_refused_as_in_a_worker() {
        let database = D1Database::new("CREATE TABLE books (title TEXT)");
        let insert = || database.prepare("INSERT INTO books VALUES (?)");
        let refused = insert().bind(&[None::<&str>.into()]).expect_err("it is undefined");
        assert!(refused.to_string().contains("Type 'undefined' not supported"), "{refused}");
        assert!(insert().bind(&[D1Value::NULL]).is_ok());
        assert!(insert().bind(&[Some("Emma").into()]).is_ok());
    }
}
