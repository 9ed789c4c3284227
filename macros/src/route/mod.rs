//! `#[http]`: a function in, the same function and its registration out.

mod address;
mod expand;
mod hmac;
mod valid;

use proc_macro2::TokenStream;

use crate::function::{self, FunctionKind};

pub(crate) fn http(options: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(FunctionKind::Route, item, |function, errors| {
        let route = valid::check(options, function, errors)?;
        Some(expand::route(function, &route))
    })
}
