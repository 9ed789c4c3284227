//! `#[mcp_tool]`: a function in, the same function and its registration out.

pub(crate) mod argument;
mod expand;
mod header;
mod input_schema;
mod json_literal;
mod limits;
mod literal;
mod number;
mod own_value;
mod pattern;
mod schema;
mod valid;
mod values;

use proc_macro2::TokenStream;

use crate::function::{self, FunctionKind};

pub(crate) fn mcp_tool(options: TokenStream, item: TokenStream) -> TokenStream {
    function::expand(FunctionKind::Tool, item, |function, errors| {
        let tool = valid::check(options, function, errors)?;
        Some(expand::tool(function, &tool))
    })
}
