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

/// What `serve!()` makes of a configuration that is not in a file.
#[cfg(test)]
pub(crate) fn expand_config(source: &str) -> TokenStream {
    let checked = toolgate_config::check(source).expect("no faults");
    let config = crate::config_file::Place::of_config(None);
    let wrangler = config.sibling("wrangler.jsonc");
    expand::server(&valid::Server { checked: Box::new(checked), config, wrangler })
}
