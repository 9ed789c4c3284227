//! `"POST /hooks/billing"`: method and path of a route.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};
use toolgate_config::route_path;

use crate::errors::Errors;

/// Methods that a route may have. `HEAD` comes with `GET`, and browsers ask by `OPTIONS` of themselves.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const EXAMPLE: &str =
    "write method and path first, as in `#[http(\"GET /status\", allow = \"public\")]`";

/// A checked address.
pub(crate) struct Address {
    pub(crate) literal: LitStr,
    pub(crate) method: String,
    pub(crate) path: String,
}

impl Address {
    /// The names of the path's parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        route_path::segments(&self.path).filter_map(|segment| match segment {
            route_path::Segment::Parameter(name) => Some(name),
            route_path::Segment::Literal(_) => None,
        })
    }
}

/// Takes the address from the front of the options, and gives what follows.
pub(crate) fn split(tokens: TokenStream, errors: &Errors) -> (Option<LitStr>, TokenStream) {
    let parser = |input: ParseStream<'_>| {
        let literal: Option<LitStr> = input.peek(LitStr).then(|| input.parse()).transpose()?;
        if literal.is_some() && !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        let rest: TokenStream = input.parse()?;
        Ok((literal, rest))
    };
    match parser.parse2(tokens) {
        Ok(split) => split,
        Err(error) => {
            errors.push_with_help(&error, EXAMPLE);
            (None, TokenStream::new())
        }
    }
}

/// Checks the address; `at` is where a missing one is reported.
pub(crate) fn check(literal: Option<LitStr>, at: &syn::Ident, errors: &Errors) -> Option<Address> {
    let Some(literal) = literal else {
        errors.report(at, "a route has a method and a path", EXAMPLE);
        return None;
    };
    let text = literal.value();
    let Some((method, path)) = text.split_once(' ') else {
        errors.report(&literal, "this is not a method and a path", EXAMPLE);
        return None;
    };
    if !METHODS.contains(&method) {
        let help = format!("the methods are {}; `HEAD` comes with `GET`", METHODS.join(", "));
        errors.report(&literal, format!("a route cannot have the method `{method}`"), help);
        return None;
    }
    if let Some(fault) = route_path::fault(path) {
        let (message, help) = fault.words();
        errors.report(&literal, message, help);
        return None;
    }
    let (method, path) = (method.to_owned(), path.to_owned());
    Some(Address { literal, method, path })
}
