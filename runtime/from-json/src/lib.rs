//! `#[derive(FromJson)]`, which reads what `#[derive(Serialize)]` wrote.
//!
//! It follows those attributes of serde that Toolgate's own types have, and refuses all others, so
//! that a type is read as it is written.

mod attributes;
mod read;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `toolgate_json::from_json::FromJson` by the attributes of serde.
#[proc_macro_derive(FromJson, attributes(serde))]
pub fn from_json(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    read::implement(&item).unwrap_or_else(|error| error.to_compile_error()).into()
}
