//! The side of Toolgate that the author of a tool sees: what a tool function may ask for, and what
//! it may return.

mod arguments;
mod context;
mod error;
mod json;
pub(crate) mod macros;
mod media;
mod number;
pub(crate) mod parameter;
pub(crate) mod registry;
mod result;
pub(crate) mod schema;

pub use self::arguments::Arguments;
pub use self::context::Context;
pub use self::error::{Error, Result};
pub use self::json::Json;
pub use self::media::{Audio, Image};
pub use self::registry::{Clash, Registry, ToolDef, registry};
pub use self::result::IntoToolResult;
