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
//!   identity provider would, [`TestServer::var`] what the Worker's variables hold.
//! - **Bindings**: [`TestServer::ai`] scripts Workers AI, [`TestServer::kv`] fills a namespace of
//!   Workers KV, and `TestServer::d1` a database of D1. Functions reach them by `ctx.env()`, as in a
//!   Worker ([`bindings`](crate::platform::bindings)). `ctx.state()` and `ctx.server_state()` are kept in memory,
//!   for each [`TestServer`] anew.
//! - **Other servers**: [`TestServer::http`] and [`TestServer::http_answer`] answer the requests of
//!   `ctx.http()`; a request that they do not expect fails the test.
//! - **SQLite**: D1, `ctx.sql()` and `ctx.server_sql()` are a SQLite in memory. It takes a C compiler
//!   and the feature `testing-sqlite`: under `[dev-dependencies]`,
//!   `toolgate = { version = "…", features = ["testing-sqlite"] }`.
//! - **Questions**: [`TestClient::answers`] answers `ctx.ask()` and the like. The function runs again
//!   for each answer, as it does with a client of MCP 2026-07-28.
//! - **Time**: [`TestServer::at`] has the clock stand still, which [`Context::now`] reads. Nobody waits
//!   for `ctx.sleep()` or for the time limit of calls: the clock skips it.
//!
//! The contents of Durable Objects are not there: sessions, tasks (a tool with `task = "optional"` runs
//! as a plain call) and subscriptions. Neither is `ctx.fetch()`, whose request and
//! response are JavaScript's, nor any binding but those above. A panic of a function fails the test.
//!
//! [`Context::now`]: crate::tool::Context::now

mod answer;
mod client;
mod list;
mod reply;
mod request;
mod server;
mod time;
mod upstream;

pub use serde_json::{Value, json};

pub use self::answer::{Denial, TestAnswer};
pub use self::client::TestClient;
pub use self::list::List;
pub use self::reply::Reply;
pub use self::server::{Server, TestServer, of_config};
pub use self::time::IntoTime;
pub use crate::platform::native::double::{AiAnswer, HttpAnswer, HttpCall};
