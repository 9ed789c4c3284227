//! `#[mcp_tool]`: a function in, the same function and its registration out.

mod argument;
mod ast;
mod expand;
mod limits;
mod schema;
mod types;
mod valid;

use proc_macro2::TokenStream;
use quote::quote;

use self::ast::ToolFn;
use crate::errors::Errors;

pub(crate) fn mcp_tool(options: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse2::<ToolFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    let errors = Errors::default();
    let tool = valid::check(options, &function, &errors);
    match tool {
        Some(tool) if errors.is_empty() => expand::tool(&function, &tool),
        // The function stays, so that what calls it does not become a second error.
        _ => {
            let function = expand::function(&function);
            let errors = errors.into_tokens();
            quote!(#errors #[allow(unused)] #function)
        }
    }
}
