//! Parameters that are sent as text: arguments of prompts, and variables of resource templates.

mod argument;
mod complete;
mod expand;
mod needs;

pub(crate) use self::argument::{TextArgument, check};
pub(crate) use self::expand::{Call, call, completers};
pub(crate) use self::needs::needs;
