//! Families of methods. Every server has the one of tools; the others only if something in it needs
//! them.

mod completions;
mod logging;
mod prompts;
pub(super) mod resources;
mod tasks;
pub(super) mod tools;

pub use completions::COMPLETIONS;
pub use logging::LOGGING;
pub use prompts::PROMPTS;
pub use resources::RESOURCES;
pub use tasks::TASKS;

use serde_json::{Map, Value};

use super::{Family, Fault};

/// Every family but the one of tools.
pub const ALL: [&dyn Family; 5] = [PROMPTS, RESOURCES, COMPLETIONS, LOGGING, TASKS];

/// Characters of a name that an error repeats: the longest name MCP recommends for a tool.
pub const MAX_NAME_REPEATED: usize = 128;

/// A text among the params.
fn text<'a>(params: &'a Map<String, Value>, key: &str) -> Result<&'a str, Fault> {
    match params.get(key) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(Fault::params(&["`", key, "` is not text"].concat())),
    }
}

/// `arguments` of a call; without any, there are none.
fn arguments(params: &mut Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    match params.remove("arguments") {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(arguments)) => Ok(arguments),
        Some(_) => Err(Fault::params("`arguments` is not an object")),
    }
}

/// There is nothing of this name, or not for the caller: one answer for both.
fn unknown(what: &str, name: &str) -> Fault {
    let name: String = name.chars().take(MAX_NAME_REPEATED).collect();
    let message = ["Unknown ", what, ", or not allowed for this account: ", &name].concat();
    Fault::new(super::INVALID_PARAMS, message)
}
