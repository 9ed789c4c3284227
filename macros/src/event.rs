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
        event => (
            format!("a server has no handler of `{}` beside `serve!()`", event.unwrap_or("events")),
            "write it in a Worker of its own, with the same bindings",
        ),
    };
    errors.report(options, message, help);
    let errors = errors.into_tokens();
    quote!(#errors #[allow(unused)] #item)
}
