//! `#[event(…)]` of `worker`, which cannot stand beside `serve!()`.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::errors::Errors;

/// An error that says what to do instead. The function stays, so that nothing else is reported of it.
pub(crate) fn refuse(options: TokenStream, item: &TokenStream) -> TokenStream {
    let errors = Errors::default();
    let event = options.clone().into_iter().find_map(|tree| match tree {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    });
    let (message, help) = match event.as_deref() {
        Some("fetch") => (
            "a server has one handler of `fetch`, and `serve!()` is it".to_owned(),
            "leave this one out: write tools, prompts and resources, or a Worker of its own for other \
             routes",
        ),
        Some(event @ ("scheduled" | "queue" | "email")) => (
            format!("a server has no handler of `{event}` beside `serve!()`"),
            match event {
                "scheduled" => {
                    "write `[cron.NAME]` into mcp.toml, and `#[cron(\"NAME\")]` above a function"
                }
                "queue" => {
                    "write `[queues.NAME]` into mcp.toml, and `#[queue(\"NAME\")]` above a function"
                }
                _ => "write `[email]` into mcp.toml, and `#[email]` above a function",
            },
        ),
        event => (
            format!("a server has no handler of `{}` beside `serve!()`", event.unwrap_or("events")),
            "write it in a Worker of its own, with the same bindings",
        ),
    };
    errors.report(options, message, help);
    let errors = errors.into_tokens();
    quote!(#errors #[allow(unused)] #item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_beside_the_server_is_told_what_to_do_instead() {
        let handler: TokenStream = "async fn main() {}".parse().expect("tokens");
        for (event, message) in [
            ("fetch", "a server has one handler of `fetch`, and `serve!()` is it"),
            ("fetch, respond_with_errors", "one handler of `fetch`"),
            ("scheduled", "no handler of `scheduled` beside `serve!()`"),
            ("queue", "write `[queues.NAME]` into mcp.toml, and `#[queue(\\\"NAME\\\")]`"),
            ("email", "no handler of `email` beside `serve!()`"),
            ("", "no handler of `events` beside `serve!()`"),
        ] {
            let text = refuse(event.parse().expect("tokens"), &handler).to_string();
            assert!(text.contains(message) && text.contains("= help: "), "{text}");
            assert!(text.contains("async fn main"), "{text}");
        }
    }
}
