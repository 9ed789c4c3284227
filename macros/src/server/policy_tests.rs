//! Tests in the user's crate for what `mcp.toml` says that policies have to decide.

use proc_macro2::TokenStream;
use quote::quote;

use super::config::Constant;
use super::valid::Server;

/// `[[policies.<name>.tests]]`, where there are any.
pub(super) fn of_tests(server: &Server) -> TokenStream {
    if server.checked.policy_tests.is_empty() {
        return TokenStream::new();
    }
    let tests = server.checked.policy_tests.iter().map(Constant::constant);
    quote! {
        #[cfg(test)]
        #[test]
        fn policies_decide_as_their_tests_expect() {
            use ::core::option::Option::{None, Some};
            use ::std::borrow::Cow::Borrowed;
            use ::toolgate::__private::config;

            ::toolgate::__private::check_policies(&APP, &[#(#tests),*]);
        }
    }
}

/// `[[never]]` and `[[always]]`, where there are any.
pub(super) fn of_invariants(server: &Server) -> TokenStream {
    if server.checked.invariants.is_empty() {
        return TokenStream::new();
    }
    let invariants = server.checked.invariants.iter().map(Constant::constant);
    quote! {
        #[cfg(all(test, not(target_arch = "wasm32")))]
        #[test]
        fn invariants_hold_for_all_callers() {
            use ::core::option::Option::{None, Some};
            use ::std::borrow::Cow::Borrowed;
            use ::toolgate::__private::config;

            ::toolgate::__private::check_invariants(&APP, &[#(#invariants),*]);
        }
    }
}
