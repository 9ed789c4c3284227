//! The MCP endpoint answers as each protocol revision says.

mod asks;
mod audited;
mod batches;
mod calls;
mod capabilities;
mod completions;
mod forms;
mod guarded;
mod headers;
mod listen;
mod lists;
mod mirrored;
mod mutations;
mod notifications;
mod pages;
mod peer;
mod prompts;
mod properties;
mod resources;
mod rounds;
mod router;
mod schema;
mod sessions;
mod streams;
mod support;
mod tasks;
