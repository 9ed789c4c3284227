//! The common part of the two kinds of sessions in the legacy revisions: Streamable HTTP with
//! `Mcp-Session-Id` (`session`), and HTTP+SSE (`http_sse`). A server that has one of them does not
//! contain the other.

mod accept;
mod calls;
mod changed;
mod id;

pub(crate) use self::accept::{accept, run, taken};
pub(crate) use self::calls::{Calls, Outgoing};
pub(crate) use self::changed::changed;
pub(crate) use self::id::{ask, gone, new_id, open_id, unavailable};
