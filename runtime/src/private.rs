//! What expanded macros call. Not for people: anything here may change in any version.

pub use inventory;
pub use toolgate_config as config;
pub use toolgate_core::mcp::content::ToolResult;
pub use toolgate_core::mcp::tool::{Annotations, Schema, ToolInfo};
pub use worker::{js_sys, wasm_bindgen, wasm_bindgen_futures};

pub use crate::tool::parameter::{Same, json, plain};
pub use crate::tool::schema::InputSchema;
pub use crate::tool::{Arguments, Context, IntoToolResult, Registry, ToolDef, registry};
pub use toolgate_core::caller::Caller;

pub use crate::app::App;
pub use crate::entry::fetch;
pub use crate::object::Object;
