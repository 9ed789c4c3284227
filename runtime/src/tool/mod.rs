//! The side of Toolgate that the author of a tool sees: what a tool, a prompt or a resource may ask
//! for, and what it may return.

mod argument_names;
mod arguments;
mod caller_error;
pub(crate) mod charging;
mod check;
mod clash;
pub(crate) mod completion;
pub(crate) mod connecting;
mod def;
mod error;
mod expected;
#[cfg(not(target_arch = "wasm32"))]
mod export;
pub(crate) mod features;
pub(crate) mod finite;
#[cfg(not(target_arch = "wasm32"))]
mod invariants;
mod join;
mod json;
pub(crate) mod macros;
mod media;
mod number;
pub(crate) mod parameter;
pub(crate) mod pattern;
mod portable;
pub(crate) mod prompt;
pub(crate) mod registry;
pub(crate) mod resource;
mod result;
pub(crate) mod route;
pub(crate) mod route_macro;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod server;
#[cfg(not(target_arch = "wasm32"))]
mod spellings;
#[cfg(feature = "time")]
mod time;

pub use toolgate_core::mcp::content::ToolResult;
pub use toolgate_core::mcp::peer::Trace;
pub use toolgate_core::mcp::resource::ResourceBody;

pub use self::caller_error::CallerError;
pub use self::completion::IntoCompletion;
pub use self::error::{Error, Result};
pub use self::json::Json;
pub use self::media::{Audio, Blob, Image};
pub use self::prompt::{IntoPromptResult, Message, Prompt};
pub use self::resource::{Contents, IntoResource, RequestedResource};
pub use self::result::IntoToolResult;
pub use self::route::{Form, FromBody, IntoRouteResponse, RouteRequest, RouteResponse};
#[cfg(feature = "time")]
pub use self::time::{Day, Timestamp};
pub use crate::context::current::Context;

#[doc(hidden)]
pub use self::arguments::Arguments;
#[doc(hidden)]
pub use self::caller_error::KnownError;
#[doc(hidden)]
pub use self::clash::Clash;
#[doc(hidden)]
pub use self::def::{Complete, Needs, PromptDef, ResourceDef, ToolDef};
#[doc(hidden)]
pub use self::registry::{Registry, registry};

pub(crate) use self::check::check;
pub(crate) use self::error::logged;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::export::export;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::invariants::violated;
