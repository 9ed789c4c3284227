//! Tools that keep state. What can go wrong with it is shown on purpose: the tests read it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use toolgate::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    count: u32,
}

#[derive(Default, Serialize, Deserialize)]
struct Text(String);

/// Counts the caller's calls
#[mcp_tool(allow = "everyone")]
async fn count(ctx: &Context) -> Result<u32> {
    Ok(ctx.state::<Counter>().update(increment).await?)
}

/// Counts everybody's calls
#[mcp_tool(allow = "everyone")]
async fn count_all(ctx: &Context) -> Result<u32> {
    Ok(ctx.server_state::<Counter>().update(increment).await?)
}

fn increment(counter: &mut Counter) -> u32 {
    counter.count += 1;
    counter.count
}

/// Keeps a text under a name; without one, under the name of its type
#[mcp_tool(allow = "everyone")]
async fn keep(
    ctx: &Context,
    /// The text
    text: String,
    /// Under which name
    name: Option<String>,
) -> Result<()> {
    let mut state = ctx.state::<Text>();
    if let Some(name) = name {
        state = state.named(name);
    }
    state.set(&Text(text)).await.map_err(Error::new)
}

/// The text that was kept under a name
#[mcp_tool(allow = "everyone")]
async fn recall(
    ctx: &Context,
    /// Under which name
    name: String,
) -> Result<String> {
    let text = ctx.state::<Text>().named(name).get().await.map_err(Error::new)?;
    Ok(text.map_or_else(|| "nothing".to_owned(), |Text(text)| text))
}

/// Forgets a name; with `by_update`, by an update that leaves nothing
#[mcp_tool(allow = "everyone")]
async fn forget(
    ctx: &Context,
    /// Under which name
    name: String,
    /// Whether by an update that leaves nothing
    by_update: bool,
) -> Result<()> {
    let state = ctx.state::<Text>().named(name);
    if by_update {
        state.update_option(|text| *text = None).await?;
    } else {
        state.delete().await?;
    }
    Ok(())
}

/// Keeps a text of this many bytes
#[mcp_tool(allow = "everyone")]
async fn keep_bytes(
    ctx: &Context,
    /// How many
    bytes: u32,
) -> Result<()> {
    let text = Text("x".repeat(bytes as usize));
    ctx.state::<Text>().named("large").set(&text).await.map_err(Error::new)
}

/// Reads what `keep` has kept as if it were a number
#[mcp_tool(allow = "everyone")]
async fn recall_number(
    ctx: &Context,
    /// Under which name
    name: String,
) -> Result<u32> {
    let number = ctx.state::<u32>().named(name).get().await.map_err(Error::new)?;
    Ok(number.unwrap_or_default())
}

/// Runs a statement in the caller's database, or in the server's
#[mcp_tool(allow = "everyone")]
async fn execute(
    ctx: &Context,
    /// The statement
    sql: String,
    /// What is bound to its parameters
    values: Vec<String>,
    /// Whether in the server's database
    server: bool,
) -> Result<u64> {
    let database = if server { ctx.server_sql() } else { ctx.sql() };
    let values: Vec<_> = values.into_iter().map(Into::into).collect();
    database.execute(&sql, values).await.map_err(Error::new)
}

/// Rows of the caller's database, or of the server's
#[mcp_tool(allow = "everyone")]
async fn query(
    ctx: &Context,
    /// The statement
    sql: String,
    /// Whether in the server's database
    server: bool,
) -> Result<String> {
    let database = if server { ctx.server_sql() } else { ctx.sql() };
    let rows: Vec<Map<String, Value>> = database.query(&sql, ()).await.map_err(Error::new)?;
    Ok(serde_json::to_string(&rows)?)
}

#[derive(Serialize, Deserialize, PartialEq)]
struct Row {
    whole: i64,
    real: f64,
    text: Option<String>,
    bytes: Vec<u8>,
}

/// Writes a row of every type and reads it again
#[mcp_tool(allow = "everyone")]
async fn round_trip(ctx: &Context) -> Result<bool> {
    let sql = ctx.sql();
    sql.execute("CREATE TABLE IF NOT EXISTS types (whole, real, text, bytes)", ()).await?;
    let row = Row { whole: 1 << 53, real: 0.5, text: None, bytes: vec![0, 255] };
    let largest = row.whole - 1;
    let values = (largest, row.real, row.text.clone(), row.bytes.clone());
    sql.execute("INSERT INTO types VALUES (?, ?, ?, ?)", values).await?;
    let rows: Vec<Row> = sql.query("SELECT * FROM types", ()).await?;
    Ok(rows == [Row { whole: largest, ..row }])
}

/// Binds a number that JavaScript does not have
#[mcp_tool(allow = "everyone")]
async fn too_large_a_number(ctx: &Context) -> Result<u64> {
    let statement = "CREATE TABLE n AS SELECT ? AS n";
    ctx.sql().execute(statement, (i64::MAX,)).await.map_err(Error::new)
}

/// Inserts rows together; the last one fails if told so
#[mcp_tool(allow = "everyone")]
async fn insert_all(
    ctx: &Context,
    /// How many
    rows: u32,
    /// Whether the last one is there already
    fails: bool,
) -> Result<String> {
    let mut batch = ctx.sql().batch().execute("CREATE TABLE IF NOT EXISTS b (n UNIQUE)", ());
    for row in 0..rows {
        batch = batch.execute("INSERT INTO b VALUES (?)", (row,));
    }
    if fails {
        batch = batch.execute("INSERT INTO b VALUES (?)", (0,));
    }
    Ok(serde_json::to_string(&batch.run().await.map_err(Error::new)?)?)
}
