//! Tests of a server, without a Worker: in the same process, without network, in milliseconds.
//!
//! [`TestServer`] takes what `serve!()` gives by `server()`, in a test of the crate or in a file of its
//! `tests` folder (`my_server::server()`). A request goes the way of production: the same checks of
//! the protocol, the same policies, the same arguments and results. Only the sign-in is replaced:
//! [`TestServer::as_user`] says who calls.
//!
//! ```
//! use toolgate::prelude::*;
//! use toolgate::testing::{Server, TestServer, json};
//!
//! /// Adds two numbers
//! #[mcp_tool(allow = "everyone")]
//! fn add(a: f64, b: f64) -> f64 {
//!     a + b
//! }
//!
//! # const MCP_TOML: &str = "[server]\nname = \"Sums\"\n";
//! # fn server() -> Server { toolgate::testing::of_config(toolgate_config::check(MCP_TOML).unwrap().config) }
//! // #[test]
//! fn sums_are_for_everyone() {
//!     let ada = TestServer::new(server()).as_user("ada@example.com");
//!     ada.list_tools().assert_has("add");
//!     ada.call("add", json!({ "a": 23, "b": 19 })).assert_text("42");
//!     ada.call("add", json!({ "a": 23 })).assert_error("b: is required");
//! }
//! # fn main() { sums_are_for_everyone() }
//! ```
//!
//! # What is there
//!
//! - **Who calls**: [`TestClient::groups`], [`claim`](TestClient::claim) and others say what the
//!   identity provider would, [`TestServer::var`] what the Worker's variables and secrets hold.
//! - **Bindings**: [`TestServer::ai`] scripts Workers AI, [`TestServer::kv`] fills a namespace of
//!   Workers KV, and `TestServer::d1` a database of D1. Functions reach them by `ctx.env()`, as in a
//!   Worker ([`bindings`](crate::platform::bindings)). `ctx.state()` and `ctx.server_state()` are kept in memory,
//!   and are new for each [`TestServer`]. [`TestServer::bucket`] fills a bucket of R2,
//!   [`TestServer::take_messages`] reads what was sent to a [`queue`](TestServer::queue),
//!   [`TestServer::service`] answers in place of another Worker, and [`TestServer::rate_limit`] says how
//!   many requests a rate limiter lets through.
//! - **Other servers**: [`TestServer::http`] and [`TestServer::http_answer`] answer the requests of
//!   `ctx.http()` and `ctx.fetch()`; a request that they do not expect fails the test.
//! - **Connected accounts**: [`TestClient::connected`] says that a person has connected an account, and
//!   [`TestServer::http`] answers the requests of `ctx.connection()`.
//! - **Routes**: [`TestServer::request`] and [`TestClient::request`] send a request to a function under `#[http]`.
//! - **Tasks, streams and sessions**: [`TestClient::start`] begins a task, [`TestClient::listen`] hears of
//!   changes, and [`TestClient::session`] begins a session, on the Durable Objects of production.
//! - **SQLite**: D1, `ctx.sql()`, `ctx.server_sql()`, and the objects of tasks, streams and sessions are a
//!   SQLite in memory. It takes a C compiler and the feature `testing-sqlite`: under `[dev-dependencies]`,
//!   `toolgate = { git = "URL", rev = "COMMIT", features = ["testing-sqlite"] }`, of the same source as in
//!   `[dependencies]`.
//! - **Triggers**: [`TestServer::cron`] runs a function that runs at certain times, [`TestServer::deliver`] gives
//!   messages to that of a queue, and [`TestServer::mail`] a mail to that under `#[email]`.
//! - **Questions**: [`TestClient::answers`] answers `ctx.ask()` and the like. The function runs again
//!   for each answer, as it does with a client of MCP 2026-07-28.
//! - **Time**: [`TestServer::at`] has the clock stand still, which [`Context::now`] reads. Nobody waits
//!   for `ctx.sleep()` or for the time limit of calls: the clock skips it.
//! - **Quotas**: calls are charged as by the server, by the same clock: [`TestServer::advance`] moves it to where
//!   units are there again.
//!
//! Bindings other than those above fail the test that comes to them, and so does a panic of a function.
//!
//! [`Context::now`]: crate::tool::Context::now

mod answer;
mod bindings;
mod client;
mod connection;
mod javascript;
mod later;
mod list;
#[cfg(feature = "testing-sqlite")]
mod migrations;
mod objects;
mod reply;
mod request;
mod route;
mod server;
mod session;
mod stream;
mod task;
mod time;
mod trigger;
mod upstream;
mod wire;

pub use serde_json::{Value, json};

pub use self::answer::{Denial, TestAnswer};
pub use self::client::TestClient;
pub use self::list::List;
pub use self::reply::Reply;
pub use self::route::{TestRequest, TestResponse};
pub use self::server::{Server, TestServer, of_config};
pub use self::session::TestSession;
pub use self::stream::TestStream;
pub use self::task::TestTask;
pub use self::time::IntoTime;
pub use self::trigger::{Delivered, TestDelivery, TestMail, TestRun};
pub use crate::platform::native::double::{AiAnswer, HttpAnswer, HttpCall, QueueMessage};
