//! Faults, gathered so that one run of a macro reports all of them.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The faults found so far.
#[derive(Default)]
pub(crate) struct Errors {
    found: RefCell<Vec<syn::Error>>,
}

impl Errors {
    /// Reports a fault at these tokens, and how to put it right.
    pub(crate) fn report(&self, at: impl ToTokens, message: impl Display, help: impl Display) {
        self.push(syn::Error::new_spanned(at, format!("{message}\n= help: {help}")));
    }

    /// Reports an error that syn found, and how to put it right.
    pub(crate) fn push_with_help(&self, error: &syn::Error, help: impl Display) {
        self.push(syn::Error::new(error.span(), format!("{error}\n= help: {help}")));
    }

    /// Reports an error that syn found.
    pub(crate) fn push(&self, error: syn::Error) {
        self.found.borrow_mut().push(error);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// One `compile_error!` for each fault.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.found.into_inner().iter().map(syn::Error::to_compile_error).collect()
    }
}
