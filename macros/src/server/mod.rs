//! `serve!()`: `mcp.toml` in, the Worker's entry points out.

mod config;
mod expand;
mod valid;

use proc_macro2::TokenStream;

use crate::errors::Errors;

pub(crate) fn serve(options: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let server = valid::check(options, &errors);
    match server {
        Some(server) if errors.is_empty() => expand::server(&server),
        _ => errors.into_tokens(),
    }
}
