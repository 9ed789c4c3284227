//! `#[mcp_prompt]`: a function in, the same function and its registration out.

mod expand;
mod valid;

use proc_macro2::TokenStream;

use crate::function::{self, FunctionKind};

pub(crate) fn mcp_prompt(options: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(FunctionKind::Prompt, item, |function, errors| {
        let prompt = valid::check(options, function, errors)?;
        Some(expand::prompt(function, &prompt))
    })
}
