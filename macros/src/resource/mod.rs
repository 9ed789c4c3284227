//! `#[mcp_resource]`: a function in, the same function and its registration out.

mod annotations;
mod expand;
mod uri;
mod valid;

use proc_macro2::TokenStream;

use crate::function::{self, FunctionKind};

pub(crate) fn mcp_resource(options: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(FunctionKind::Resource, item, |function, errors| {
        let resource = valid::check(options, function, errors)?;
        Some(expand::resource(function, &resource))
    })
}
