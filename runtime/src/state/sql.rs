//! A SQLite database.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::StateError;
use crate::platform::params::{Params, SqlValue};
use crate::state::client::StateClient;
use toolgate_core::from_json::FromJson;

/// A SQLite database of its own, with what Durable Objects allow in it: no `ATTACH`, and no
/// `BEGIN`, for which there is [`Sql::batch`].
///
/// ```
/// use serde::Deserialize;
/// use toolgate::prelude::*;
///
/// #[derive(Deserialize)]
/// struct Total {
///     total: f64,
/// }
///
/// /// Adds an expense and tells the sum
/// #[mcp_tool(allow = "everyone")]
/// async fn add_expense(
///     ctx: &Context,
///     /// What it was for
///     what: String,
///     /// In euros
///     amount: f64,
/// ) -> Result<f64> {
///     let sql = ctx.sql();
///     sql.execute("CREATE TABLE IF NOT EXISTS expenses (what TEXT, amount REAL)", ()).await?;
///     sql.execute("INSERT INTO expenses VALUES (?, ?)", (what, amount)).await?;
///     let rows: Vec<Total> = sql.query("SELECT sum(amount) AS total FROM expenses", ()).await?;
///     Ok(rows.first().map_or(0.0, |row| row.total))
/// }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Sql {
    hop: StateClient,
}

/// Statements that happen all together, or not at all.
#[must_use = "a batch does nothing until it is run"]
pub struct Batch {
    hop: StateClient,
    statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Serialize, FromJson)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) values: Vec<SqlValue>,
}

/// A request to the database.
#[derive(Debug, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub(super) enum SqlRequest {
    /// The rows of a statement.
    Query(Statement),
    /// Run these, all or none.
    Execute(Vec<Statement>),
}

/// The answer of the database.
#[derive(Debug, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub(super) enum SqlAnswer {
    Rows(Vec<Map<String, Value>>),
    /// Rows that each statement inserted, updated or deleted.
    Changed(Vec<u64>),
    /// SQLite's words.
    Refused(String),
}

impl Sql {
    pub(super) fn new(hop: StateClient) -> Self {
        Self { hop }
    }

    /// The rows of a statement, each read into `Row` by the names of its columns; a column without a
    /// name gets one by `AS`. Whole numbers are exact up to 2⁵³, truth is 0 or 1, and a `BLOB` is
    /// a `Vec<u8>`.
    ///
    /// # Errors
    /// SQLite refuses the statement, a row is no `Row`, the rows have more than 8 MiB, or the
    /// database cannot be reached.
    pub async fn query<Row: DeserializeOwned>(
        &self,
        sql: &str,
        params: impl Params,
    ) -> Result<Vec<Row>, StateError> {
        match self.hop.ask(&SqlRequest::Query(statement(sql, params))).await? {
            SqlAnswer::Rows(rows) => rows
                .into_iter()
                .map(|row| serde_json::from_value(Value::Object(row)).map_err(StateError::Decode))
                .collect(),
            SqlAnswer::Refused(message) => Err(StateError::Sql(message)),
            SqlAnswer::Changed(_) => Err(StateError::Unavailable),
        }
    }

    /// Runs a statement and tells how many rows it inserted, updated or deleted.
    ///
    /// # Errors
    /// SQLite refuses the statement, or the database cannot be reached.
    pub async fn execute(&self, sql: &str, params: impl Params) -> Result<u64, StateError> {
        let changed = run(&self.hop, vec![statement(sql, params)]).await?;
        Ok(changed.into_iter().sum())
    }

    /// Statements to be run together; see [`Batch`].
    ///
    /// ```
    /// # use toolgate::prelude::*;
    /// # async fn move_amount(ctx: &Context) -> Result<()> {
    /// ctx.sql()
    ///     .batch()
    ///     .execute("UPDATE accounts SET amount = amount - ? WHERE name = ?", (5, "a"))
    ///     .execute("UPDATE accounts SET amount = amount + ? WHERE name = ?", (5, "b"))
    ///     .run()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn batch(&self) -> Batch {
        Batch { hop: self.hop.clone(), statements: Vec::new() }
    }
}

impl Batch {
    /// Adds a statement.
    pub fn execute(mut self, sql: &str, params: impl Params) -> Self {
        self.statements.push(statement(sql, params));
        self
    }

    /// Runs the statements in this order; for each, how many rows it changed.
    ///
    /// # Errors
    /// SQLite refuses one of them, and then none has happened; or the database cannot be reached.
    pub async fn run(self) -> Result<Vec<u64>, StateError> {
        run(&self.hop, self.statements).await
    }
}

async fn run(hop: &StateClient, statements: Vec<Statement>) -> Result<Vec<u64>, StateError> {
    match hop.ask(&SqlRequest::Execute(statements)).await? {
        SqlAnswer::Changed(changed) => Ok(changed),
        SqlAnswer::Refused(message) => Err(StateError::Sql(message)),
        SqlAnswer::Rows(_) => Err(StateError::Unavailable),
    }
}

fn statement(sql: &str, params: impl Params) -> Statement {
    Statement { sql: sql.to_owned(), values: params.into_values() }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sql").finish_non_exhaustive()
    }
}

impl fmt::Debug for Batch {
    // The values may be anybody's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("statements", &self.statements.len()).finish_non_exhaustive()
    }
}
