//! `#[derive(CallerError)]`: an error type whose words are for the caller.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Fields, Variant};

use crate::errors::Errors;

/// The attribute of a variant that is not for the caller.
const ATTRIBUTE: &str = "caller_error";

const HELP: &str = "write `#[caller_error(internal)]` on a variant that only the log should show";

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let errors = Errors::default();
    if let Some(parameter) = input.generics.params.first() {
        let message = "an error for the caller cannot be generic";
        errors.report(
            parameter,
            message,
            "return a type that has no parameters, and convert into it",
        );
    }
    forbid(&input.attrs, &errors);
    let internal = match &input.data {
        Data::Enum(data) => data.variants.iter().filter_map(|one| internal(one, &errors)).collect(),
        _ => Vec::new(),
    };
    if !errors.is_empty() {
        return errors.into_tokens();
    }
    let name = &input.ident;
    let choice = (!internal.is_empty()).then(|| {
        quote! {
            fn is_for_caller(&self) -> ::core::primitive::bool {
                !::core::matches!(self, #(#internal)|*)
            }
        }
    });
    quote! {
        impl ::toolgate::tool::CallerError for #name {
            #choice
        }

        const _: () = {
            const __TOOLGATE_ERROR: ::toolgate::__private::KnownError =
                ::toolgate::__private::KnownError::of::<#name>();
            ::toolgate::__private::inventory::submit!(__TOOLGATE_ERROR);
        };
    }
}

/// The pattern of a variant that says `#[caller_error(internal)]`.
fn internal(variant: &Variant, errors: &Errors) -> Option<TokenStream> {
    for field in &variant.fields {
        forbid(&field.attrs, errors);
    }
    let attribute = variant.attrs.iter().find(|attr| attr.path().is_ident(ATTRIBUTE))?;
    let word = attribute.parse_args::<syn::Ident>();
    if !word.is_ok_and(|word| word == "internal") {
        errors.report(attribute, "`#[caller_error]` says `internal`, and nothing else", HELP);
        return None;
    }
    let name = &variant.ident;
    Some(match variant.fields {
        Fields::Named(_) => quote!(Self::#name { .. }),
        Fields::Unnamed(_) => quote!(Self::#name(..)),
        Fields::Unit => quote!(Self::#name),
    })
}

/// Reports the attribute where it means nothing.
fn forbid(attrs: &[Attribute], errors: &Errors) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(ATTRIBUTE)) {
        errors.report(attr, "`#[caller_error]` is for variants of an enum", HELP);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(item: &str) -> String {
        derive(item.parse().expect("tokens")).to_string()
    }

    #[test]
    fn variants_that_are_internal_are_told_apart_from_those_for_the_caller() {
        let text = derived(
            "enum E { A, #[caller_error(internal)] B { x: u8 }, #[caller_error(internal)] C(u8) }",
        );
        assert!(text.contains("Self :: B { .. } | Self :: C (..)"), "{text}");
        assert!(!text.contains("Self :: A") && !text.contains("compile_error"), "{text}");
        assert!(!derived("struct S;").contains("is_for_caller"));
    }

    #[test]
    fn faults_are_reported_together() {
        let text = derived(
            "#[caller_error(internal)] enum E<T> { #[caller_error(shown)] A(T), \
             B { #[caller_error(internal)] x: u8 } }",
        );
        for fault in [
            "an error for the caller cannot be generic",
            "`#[caller_error]` says `internal`, and nothing else",
            "`#[caller_error]` is for variants of an enum",
        ] {
            assert!(text.contains(fault), "{fault} is missing in {text}");
        }
        assert_eq!(text.matches("compile_error").count(), 4, "{text}");
    }
}
