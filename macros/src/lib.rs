//! The macros of Toolgate. Their documentation is at their re-exports in `toolgate`, where its
//! examples can be compiled.

mod config_file;
mod errors;
mod function;
mod options;
mod prompt;
mod resource;
mod server;
mod text;
mod tool;

#[cfg(test)]
#[path = "../tests/expand.rs"]
mod expand_tests;

use proc_macro::TokenStream;

/// Makes a tool of a function. See `toolgate::mcp_tool`.
#[proc_macro_attribute]
pub fn mcp_tool(options: TokenStream, item: TokenStream) -> TokenStream {
    tool::mcp_tool(options.into(), item.into()).into()
}

/// Makes a prompt of a function. See `toolgate::mcp_prompt`.
#[proc_macro_attribute]
pub fn mcp_prompt(options: TokenStream, item: TokenStream) -> TokenStream {
    prompt::mcp_prompt(options.into(), item.into()).into()
}

/// Makes a resource of a function. See `toolgate::mcp_resource`.
#[proc_macro_attribute]
pub fn mcp_resource(options: TokenStream, item: TokenStream) -> TokenStream {
    resource::mcp_resource(options.into(), item.into()).into()
}

/// Makes a Worker of the tools and `mcp.toml`. See `toolgate::serve`.
#[proc_macro]
pub fn serve(options: TokenStream) -> TokenStream {
    server::serve(options.into()).into()
}
