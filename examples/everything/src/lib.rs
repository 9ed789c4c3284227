//! Everything that MCP has, one function for each thing. The names and texts are those that the
//! official conformance suite looks for, so that the suite can prove the framework behind them.

mod changes;
mod content;
mod input_required;
mod prompts;
mod questions;
mod resources;
mod running;
mod schemas;
mod tasks;

toolgate::serve!();
