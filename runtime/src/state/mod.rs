//! The state that tools keep between calls: values by type, and a SQLite database.
//!
//! Both exist once for each person and once for the whole server, in Durable Objects of their own.
//! They outlive requests, sessions and deployments, work the same in every revision of MCP, and are
//! strongly consistent: what was written is what the next read sees, wherever it comes from.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use toolgate::prelude::*;
//!
//! #[derive(Default, Serialize, Deserialize)]
//! struct Notes(Vec<String>);
//!
//! /// Keeps a note and tells how many there are
//! #[mcp_tool(allow = "everyone")]
//! async fn keep_note(
//!     ctx: &Context,
//!     /// The note
//!     note: String,
//! ) -> Result<usize> {
//!     let notes = ctx.state::<Notes>();
//!     let count = notes.update(|Notes(notes)| {
//!         notes.push(note.clone());
//!         notes.len()
//!     });
//!     Ok(count.await?)
//! }
//! ```
//!
//! # Whose it is
//!
//! [`Context::state`] and [`Context::sql`] are of the person who calls. A person is known by the
//! issuer and the subject that the identity provider vouches for (OpenID Connect Core section 5.7),
//! and by nothing that a call could bring along: no argument reaches another person's data. New
//! encryption keys change nothing; another identity provider, or another address of the same one,
//! means other persons. [`Context::server_state`] and [`Context::server_sql`] are the same for
//! everyone who may call the tool.
//!
//! State is readable in the storage of the Worker's account, so a tool that keeps secrets
//! encrypts them. With `[storage] seal_state = true` the server does so for values, not for databases;
//! such a value is lost with the encryption key that it was last written under.

#[cfg_attr(not(target_arch = "wasm32"), path = "native.rs")]
mod atomically;
mod client;
mod error;
#[cfg(not(target_arch = "wasm32"))]
mod memory;
mod object;
mod owner;
mod sql;
mod value;

pub use self::error::StateError;
#[doc(hidden)]
pub use self::object::STATE;
pub use self::sql::{Batch, Sql};
pub use self::value::{MAX_KEY_BYTES, MAX_SEALED_VALUE_BYTES, MAX_VALUE_BYTES, State};
pub use crate::platform::params::{Params, SqlValue};

use crate::state::client::{StateClient, StateKind};
use crate::tool::Context;

impl Context {
    /// The caller's value of this type; see [`State`].
    pub fn state<T>(&self) -> State<T> {
        State::new(StateClient::of_caller(self, StateKind::State))
    }

    /// The server's value of this type, the same for every caller; see [`State`].
    pub fn server_state<T>(&self) -> State<T> {
        State::new(StateClient::of_server(self, StateKind::State))
    }

    /// The caller's database; see [`Sql`].
    pub fn sql(&self) -> Sql {
        Sql::new(StateClient::of_caller(self, StateKind::Sql))
    }

    /// The server's database, the same for every caller; see [`Sql`].
    pub fn server_sql(&self) -> Sql {
        Sql::new(StateClient::of_server(self, StateKind::Sql))
    }
}
