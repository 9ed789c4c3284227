//! The MCP endpoint answers as each protocol revision says.

mod batches;
mod calls;
mod headers;
mod lists;
mod properties;
mod router;
mod schema;
mod sse;
mod support;
