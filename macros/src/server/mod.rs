//! `serve!()`: `mcp.toml` in, the Worker's entry points out.

mod config;
mod dev_guard;
mod expand;
mod grants;
mod identity;
mod policy_tests;
mod switch;
mod triggers;
mod valid;

use proc_macro2::TokenStream;

use crate::errors::Errors;

pub(crate) fn serve(options: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let server = valid::check(options, &errors);
    let server = server.map(|server| identity::of_build(server, &errors));
    match server {
        Some(server) if errors.is_empty() => expand::server(&server),
        _ => errors.into_tokens(),
    }
}

/// Expansion of `serve!()` for a configuration that is not in a file.
#[cfg(test)]
pub(crate) fn expand_config(source: &str) -> TokenStream {
    expand_checked(toolgate_config::check(source).expect("no faults"))
}

/// The same with the dev identity provider in the place of the configured one.
#[cfg(test)]
pub(crate) fn expand_config_for_dev(source: &str) -> TokenStream {
    let mut checked = toolgate_config::check(source).expect("no faults");
    toolgate_config::stand_in::take_place(&mut checked.config);
    expand_checked(checked)
}

#[cfg(test)]
fn expand_checked(checked: toolgate_config::Checked) -> TokenStream {
    let config = crate::config_file::ConfigPath::of_config(None);
    let wrangler = config.sibling("wrangler.jsonc");
    let triggers = triggers::Triggers::of(&checked, &checked, None);
    expand::server(&valid::Server { checked: Box::new(checked), config, wrangler, triggers })
}
