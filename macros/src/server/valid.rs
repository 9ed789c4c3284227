//! What `serve!()` asks of `mcp.toml` and of the files that follow from it.

use std::env;
use std::io;

use proc_macro2::TokenStream;
use toolgate_config::deploy::{self, Package};
use toolgate_config::{Checked, Diagnostic};

use crate::config_file::{Outcome, Place};
use crate::errors::Errors;
use crate::options;

/// What `serve!(…)` can say.
const OPTIONS: &[&str] = &["config"];

/// The file that `wrangler deploy` reads.
const WRANGLER: &str = "wrangler.jsonc";

/// A server whose files are in order.
pub(crate) struct Server {
    pub(crate) checked: Box<Checked>,
    pub(crate) config: Place,
    pub(crate) wrangler: Place,
}

/// Checks the files. What is wrong is in `errors`.
pub(crate) fn check(tokens: TokenStream, errors: &Errors) -> Option<Server> {
    let entries = options::parse(tokens, OPTIONS, errors);
    let option = match entries.iter().find(|entry| entry.key == "config") {
        Some(entry) => Some(entry.text(errors)?),
        None => None,
    };
    let config = Place::of_config(option.as_ref());
    let checked = match config.check() {
        Outcome::Good(checked) => checked,
        Outcome::Unreadable(error) => {
            unreadable(&config, &error, errors);
            return None;
        }
        Outcome::Faulty(diagnostics, source) => {
            report(&diagnostics, &config, &source, errors);
            return None;
        }
    };
    let wrangler = config.sibling(WRANGLER);
    check_wrangler(&checked, &config, &wrangler, errors);
    Some(Server { checked, config, wrangler })
}

fn unreadable(config: &Place, error: &io::Error, errors: &Errors) {
    let file = config.display();
    let (message, help) = if error.kind() == io::ErrorKind::NotFound {
        (
            format!("there is no `{file}`"),
            "it says who signs people in and which policies guard the tools; \
             the smallest one is\n          [server]\n          name = \"My server\"",
        )
    } else {
        (format!("`{file}` cannot be read: {error}"), "it is text in UTF-8")
    };
    errors.report(TokenStream::new(), message, help);
}

fn report(diagnostics: &[Diagnostic], config: &Place, source: &str, errors: &Errors) {
    for diagnostic in diagnostics {
        let text = diagnostic.render(&config.display(), source);
        errors.push(syn::Error::new(proc_macro2::Span::call_site(), text.trim_end()));
    }
}

/// Compares the generated file with what it would be now.
fn check_wrangler(checked: &Checked, config: &Place, wrangler: &Place, errors: &Errors) {
    let package = env::var("CARGO_PKG_NAME").unwrap_or_default();
    let expected = match deploy::wrangler_jsonc(checked, &Package { name: &package }) {
        Ok(expected) => expected,
        Err(diagnostics) => {
            let source = config.read().unwrap_or_default();
            return report(&diagnostics, config, &source, errors);
        }
    };
    let file = wrangler.display();
    let help = format!("run `cargo toolgate sync`, which writes it from {}", config.display());
    match wrangler.read() {
        // Git may have checked it out with the line endings of Windows.
        Ok(found) if found.replace("\r\n", "\n") == expected => {}
        Ok(_) => {
            let message = format!("`{file}` is not what {} says", config.display());
            errors.report(TokenStream::new(), message, help);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            errors.report(TokenStream::new(), format!("there is no `{file}`"), help);
        }
        Err(error) => {
            let message = format!("`{file}` cannot be read: {error}");
            errors.report(TokenStream::new(), message, help);
        }
    }
}
