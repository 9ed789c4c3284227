//! The common parts of functions under `#[mcp_tool]`, `#[mcp_prompt]`, `#[mcp_resource]`, and those that a trigger
//! starts.

pub(crate) mod ast;
pub(crate) mod connections;
pub(crate) mod description;
pub(crate) mod emit;
pub(crate) mod icon;
pub(crate) mod invariants;
mod kind;
mod methods;
pub(crate) mod name;
pub(crate) mod named;
pub(crate) mod needs;
pub(crate) mod policy;
pub(crate) mod quota;
pub(crate) mod signature;
pub(crate) mod types;

use proc_macro2::TokenStream;
use quote::quote;

use self::ast::Function;
use crate::errors::Errors;

pub(crate) use self::kind::{FunctionKind, TriggerKind};

/// The macro of one kind: parses the item, and lets `expand` check it and write the code.
///
/// If anything was reported the function stays, so that its callers do not become a second error.
pub(crate) fn expand(
    kind: FunctionKind,
    item: TokenStream,
    expand: impl FnOnce(&Function, &Errors) -> Option<TokenStream>,
) -> TokenStream {
    let function = match Function::parse(kind, item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    let errors = Errors::default();
    match expand(&function, &errors) {
        Some(tokens) if errors.is_empty() => tokens,
        _ => {
            let function = emit::function(&function);
            let errors = errors.into_tokens();
            quote!(#errors #[allow(unused)] #function)
        }
    }
}
