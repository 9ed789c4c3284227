//! The macros of Toolgate. Their documentation is at their re-exports in `toolgate`, where its
//! examples can be compiled.

mod caller_error;
mod config_file;
mod crate_name;
mod errors;
mod event;
mod function;
mod options;
mod prompt;
mod resource;
mod route;
mod server;
mod text;
mod tool;
mod trigger;

#[cfg(test)]
#[path = "../tests/expand.rs"]
mod expand_tests;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;

/// Makes a tool of a function. See `toolgate::mcp_tool`.
#[proc_macro_attribute]
pub fn mcp_tool(options: TokenStream, item: TokenStream) -> TokenStream {
    resolved(tool::mcp_tool(options.into(), item.into()))
}

/// Makes a prompt of a function. See `toolgate::mcp_prompt`.
#[proc_macro_attribute]
pub fn mcp_prompt(options: TokenStream, item: TokenStream) -> TokenStream {
    resolved(prompt::mcp_prompt(options.into(), item.into()))
}

/// Makes a resource of a function. See `toolgate::mcp_resource`.
#[proc_macro_attribute]
pub fn mcp_resource(options: TokenStream, item: TokenStream) -> TokenStream {
    resolved(resource::mcp_resource(options.into(), item.into()))
}

/// Makes an HTTP route of a function. See `toolgate::http`.
#[proc_macro_attribute]
pub fn http(options: TokenStream, item: TokenStream) -> TokenStream {
    resolved(route::http(options.into(), item.into()))
}

/// Runs a function at certain times. See `toolgate::cron`.
#[proc_macro_attribute]
pub fn cron(options: TokenStream, item: TokenStream) -> TokenStream {
    resolved(trigger::trigger(function::TriggerKind::Cron, options.into(), item.into()))
}

/// Runs a function for messages of a queue. See `toolgate::queue`.
#[proc_macro_attribute]
pub fn queue(options: TokenStream, item: TokenStream) -> TokenStream {
    resolved(trigger::trigger(function::TriggerKind::Queue, options.into(), item.into()))
}

/// Runs a function for mail. See `toolgate::email`.
#[proc_macro_attribute]
pub fn email(options: TokenStream, item: TokenStream) -> TokenStream {
    resolved(trigger::trigger(function::TriggerKind::Email, options.into(), item.into()))
}

/// Makes a Worker of the tools and `mcp.toml`. See `toolgate::serve`.
#[proc_macro]
pub fn serve(options: TokenStream) -> TokenStream {
    resolved(server::serve(options.into()))
}

/// Shows an error type of the author's to the caller. See `toolgate::CallerError`.
#[proc_macro_derive(CallerError, attributes(caller_error))]
pub fn caller_error(item: TokenStream) -> TokenStream {
    resolved(caller_error::derive(item.into()))
}

/// Refuses `#[event]` of `worker`. See `toolgate::worker`.
#[proc_macro_attribute]
pub fn event(options: TokenStream, item: TokenStream) -> TokenStream {
    event::refuse(options.into(), &item.into()).into()
}

/// Paths in expanded code, as the crate that is compiled names its dependencies.
fn resolved(tokens: TokenStream2) -> TokenStream {
    crate_name::resolved(tokens, &config_file::manifest_dir()).into()
}
