//! Functions that use what `toolgate::testing` stands in for.

#![allow(deprecated, reason = "the arguments of these tools speak for themselves")]

mod connected;
mod later;
mod outside;
mod quotas;
mod storage;

use std::time::Duration;

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use toolgate::bindings::{D1Type, D1Value, KvStore};
use toolgate::prelude::*;

/// Prints
#[mcp_tool(allow = "printers")]
fn print(text: String) -> String {
    format!("printed {text}")
}

/// Adds two numbers
#[mcp_tool(allow = "everyone", read_only)]
fn add(a: f64, b: f64) -> f64 {
    a + b
}

#[derive(Serialize, JsonSchema)]
struct Person {
    subject: String,
    groups: Vec<String>,
    scopes: Vec<String>,
}

/// Tells the staff who they are
#[mcp_tool(allow = "staff")]
fn whoami(caller: &Caller) -> Json<Person> {
    let Caller { subject, groups, scopes, .. } = caller.clone();
    Json(Person { subject, groups, scopes })
}

/// Has its argument repeated in a header
#[mcp_tool(allow = "everyone")]
fn route(#[arg(header = "Region")] region: String) -> String {
    region
}

/// Describes a picture
#[mcp_tool(allow = "everyone")]
async fn describe(ctx: &Context, picture: String) -> Result<String> {
    Ok(ctx.env().ai("AI")?.run("@cf/describe", picture).await?)
}

/// Speaks
#[mcp_tool(allow = "everyone")]
async fn speak(ctx: &Context, text: String) -> Result<Audio> {
    let mut stream = ctx.env().ai("AI")?.run_bytes("@cf/speak", text).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(Audio::from_bytes(bytes, "audio/mpeg"))
}

fn notes(ctx: &Context) -> Result<KvStore> {
    Ok(ctx.env().kv("NOTES")?)
}

/// Reads a note
#[mcp_tool(allow = "everyone")]
async fn read_note(ctx: &Context, name: String) -> Result<String> {
    let note = notes(ctx)?.get(&name).text().await?;
    Ok(note.unwrap_or_else(|| "nothing".to_owned()))
}

/// Writes a note that is there for an hour
#[mcp_tool(allow = "everyone")]
async fn write_note(ctx: &Context, name: String, note: String) -> Result<()> {
    let put = notes(ctx)?.put(&name, note)?.metadata(ctx.caller().subject.clone())?;
    Ok(put.expiration_ttl(3600).execute().await?)
}

/// Deletes a note
#[mcp_tool(allow = "everyone")]
async fn delete_note(ctx: &Context, name: String) -> Result<()> {
    Ok(notes(ctx)?.delete(&name).await?)
}

/// Lists the names of notes, in pages of two
#[mcp_tool(allow = "everyone")]
async fn list_notes(ctx: &Context, prefix: String) -> Result<String> {
    let notes = notes(ctx)?;
    let mut pages = Vec::new();
    let mut cursor = None;
    loop {
        let mut list = notes.list().prefix(prefix.clone()).limit(2);
        if let Some(cursor) = cursor {
            list = list.cursor(cursor);
        }
        let page = list.execute().await?;
        let names: Vec<_> = page.keys.into_iter().map(|key| key.name).collect();
        pages.push(names.join(" "));
        if page.list_complete {
            return Ok(pages.join(" | "));
        }
        cursor = page.cursor;
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Visits(u32);

/// Counts the visits of the person, and those of everybody
#[mcp_tool(allow = "everyone")]
async fn visit(ctx: &Context) -> Result<String> {
    let count = |Visits(visits): &mut Visits| {
        *visits += 1;
        *visits
    };
    let own = ctx.state::<Visits>().update(count).await?;
    let all = ctx.server_state::<Visits>().update(count).await?;
    Ok(format!("{own} of {all}"))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Book {
    title: String,
    pages: Option<u32>,
    price: f64,
}

/// Puts a book on the shelf and tells what is there
#[mcp_tool(allow = "everyone")]
async fn shelve(ctx: &Context, title: String, pages: Option<u32>) -> Result<Json<Vec<Book>>> {
    let shelf = ctx.env().d1("SHELF")?;
    let insert = shelf.prepare("INSERT INTO books VALUES (?, ?, 2)");
    let pages = pages.map_or(D1Value::NULL, Into::into);
    let inserted = insert.bind(&[title.into(), pages])?.run().await?;
    assert_eq!(inserted.meta()?.and_then(|meta| meta.changes), Some(1));
    let books = shelf.prepare("SELECT * FROM books ORDER BY title").all().await?;
    Ok(Json(books.results()?))
}

/// Counts the books of a title, and puts two on the shelf or none
#[mcp_tool(allow = "everyone")]
async fn shelve_both(ctx: &Context, one: String, other: String) -> Result<u32> {
    let shelf = ctx.env().d1("SHELF")?;
    let insert = shelf.prepare("INSERT INTO books VALUES (?, NULL, 2)");
    let titles = [[D1Type::Text(&one)], [D1Type::Text(&other)]];
    let both = insert.batch_bind(titles.iter())?;
    let done = shelf.batch(both).await;
    let count = shelf.prepare("SELECT count(*) AS count FROM books").first(Some("count")).await?;
    done.map(|_| count.unwrap_or_default()).map_err(Error::new)
}

#[derive(Deserialize)]
struct Total {
    total: u32,
}

/// Adds to the person's sum
#[mcp_tool(allow = "everyone")]
async fn sum_up(ctx: &Context, amount: u32) -> Result<u32> {
    let sql = ctx.sql();
    sql.execute("CREATE TABLE IF NOT EXISTS amounts (amount INTEGER CHECK (amount < 10))", ())
        .await?;
    let insert = "INSERT INTO amounts VALUES (?)";
    sql.batch().execute(insert, (1,)).execute(insert, (amount,)).run().await?;
    let rows: Vec<Total> = sql.query("SELECT sum(amount) AS total FROM amounts", ()).await?;
    Ok(rows.first().map_or(0, |row| row.total))
}

/// Tells the time before and after a nap
#[mcp_tool(allow = "everyone")]
async fn nap(ctx: &Context, seconds: u32) -> String {
    let before = ctx.now();
    ctx.sleep(Duration::from_secs(seconds.into())).await;
    format!("{before} {}", ctx.now())
}

#[derive(Deserialize, JsonSchema)]
struct Trip {
    city: String,
}

/// Books a trip
#[mcp_tool(allow = "everyone")]
async fn book(ctx: &Context) -> Result<String> {
    let held = ctx.once("hold", async { Ok(ctx.now()) }).await?;
    let Trip { city } = ctx.ask("Where to?").await?;
    let slogan = ctx.sample(Sampling::text(format!("Praise {city}"))).await?;
    Ok(format!("{city}, held at {held}: {}", slogan.text()))
}

/// Tells how it gets on
#[mcp_tool(allow = "everyone")]
async fn work(ctx: &Context) -> &'static str {
    ctx.info("begun");
    ctx.progress((1.0, 2.0, "half"));
    ctx.sleep(Duration::from_millis(10)).await;
    ctx.progress((2.0, 2.0));
    "done"
}

/// Goes on as a task where it can
#[mcp_tool(allow = "everyone", task = "optional")]
async fn export(ctx: &Context) -> &'static str {
    ctx.start_task().await;
    ctx.sleep(Duration::from_secs(5)).await;
    "exported"
}

/// Fails in a way that no client sees
#[mcp_tool(allow = "everyone")]
fn panics() -> String {
    panic!("on purpose")
}

/// Tells everyone that the handbook is another one
#[mcp_tool(allow = "everyone")]
async fn rewrite_handbook(ctx: &Context) -> Result<()> {
    ctx.resource_updated("docs://handbook").await?;
    ctx.tools_changed().await
}

/// Tells everyone that the rules are others
#[mcp_tool(allow = "everyone")]
async fn rewrite_rules(ctx: &Context) -> Result<()> {
    ctx.resource_updated("docs://handbook/rules").await
}

/// Tells what a variable says
#[mcp_tool(allow = "everyone")]
fn region(ctx: &Context) -> Result<String> {
    Ok(ctx.env().var("REGION")?.to_string())
}

/// Greets somebody
#[mcp_prompt(allow = "staff")]
fn greet(#[arg(complete = ["Ada", "Alan", "Bob"])] name: String) -> String {
    format!("Say hello to {name}")
}

/// What everybody has to know
#[mcp_resource(allow = "everyone", uri = "docs://handbook")]
fn handbook() -> &'static str {
    "# Handbook"
}

/// One chapter of it
#[mcp_resource(allow = "staff", uri = "docs://handbook/{chapter}")]
fn chapter(#[arg(complete = ["rules", "tools"])] chapter: String) -> Option<String> {
    (chapter == "rules").then(|| "No rules".to_owned())
}

/// Tells the state of a service
#[mcp_tool(allow = "everyone")]
async fn service_state(ctx: &Context, service: String) -> Result<String> {
    let request = ctx.http().get("https://status.example.com/api").query("service", &service);
    let answer = request.bearer(&ctx.secret("STATUS_TOKEN")?).limit(100).send().await?;
    let state: State = answer.json()?;
    Ok(state.state)
}

#[derive(Deserialize)]
struct State {
    state: String,
}

/// Asks any address
#[mcp_tool(allow = "everyone")]
async fn ask_address(ctx: &Context, url: String) -> Result<String> {
    let answer = ctx.http().post(&url).form(&[("a b", "ä&=")]).any_status().send().await?;
    let kind = answer.header("content-type").unwrap_or_default();
    Ok(format!("{} {kind} {}", answer.status(), answer.text()?))
}

/// Sends a credential anywhere
#[mcp_tool(allow = "everyone")]
async fn tell_address(ctx: &Context, url: String) -> Result<String> {
    let key = Secret::new("canary");
    let answer = ctx.http().put(&url).secret_header("x-api-key", &key).json(&"told").send().await;
    answer.map(|answer| answer.status().to_string()).map_err(Error::new)
}

/// Finds an order
#[mcp_tool(allow = "everyone")]
async fn find_order(ctx: &Context, id: String) -> Result<String> {
    let request = ctx.http().get("https://orders.example.com/v1/").segment(&id).query("full", "1");
    Ok(request.send().await?.text()?.to_owned())
}

/// Finds an order by any method
#[mcp_tool(allow = "everyone")]
async fn find_order_by(ctx: &Context, method: String) -> Result<String> {
    let request = ctx.http().request(&method, "https://orders.example.com/");
    let request = request.json(&"all").header("content-type", "application/json");
    let answer = request.header("Content-Type", "application/vnd.acme+json").send().await?;
    Ok(answer.status().to_string())
}

/// Reads any address as the person
#[mcp_tool(allow = "everyone", as_caller)]
async fn read_as_caller(ctx: &Context, method: String, url: String) -> Result<String> {
    let answer = ctx.as_caller().request(&method, &url).send().await?;
    Ok(answer.text()?.to_owned())
}

/// Tells the status of an address, for the person
#[mcp_tool(allow = "everyone", as_caller)]
async fn status_as_caller(ctx: &Context, url: String) -> Result<String> {
    Ok(ctx.as_caller().get(&url).any_status().send().await?.status().to_string())
}

/// Sends a credential of its own along with the person's
#[mcp_tool(allow = "everyone", as_caller)]
async fn two_credentials(ctx: &Context) -> Result<String> {
    let request = ctx.as_caller().get("https://wiki.example.com/").bearer(&Secret::new("own"));
    Ok(request.send().await?.text()?.to_owned())
}

/// Counts the characters of the person's token
#[mcp_tool(allow = "everyone", as_caller)]
async fn token_length(ctx: &Context) -> Result<String> {
    let token = ctx.as_caller().token().await?;
    Ok(format!("{token:?} {}", token.expose().len()))
}

/// Acts as the person, and does not say so
#[mcp_tool(allow = "everyone")]
async fn unsaid(ctx: &Context) -> Result<String> {
    act(ctx).await
}

async fn act(ctx: &Context) -> Result<String> {
    Ok(ctx.as_caller().get("https://wiki.example.com/").send().await?.text()?.to_owned())
}

toolgate::serve!();
