//! Descriptions: by them models and people choose what to use, and fill arguments in.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::Kind;
use super::ast::{self, Function};
use crate::errors::Errors;
use crate::options::Entry;

const HELP: &str = "write a `///` comment above the function, or `description = \"…\"`";

/// What `description = "…"` says, or else the doc comment. That there is nothing is reported.
pub(crate) fn of_function(
    kind: Kind,
    function: &Function,
    entry: Option<&Entry>,
    errors: &Errors,
) -> Option<String> {
    let message = format!("every {} has a description", kind.noun());
    let Some(entry) = entry else {
        let documentation = ast::documentation(&function.attrs);
        if documentation.is_none() {
            errors.report(&function.sig.ident, message, HELP);
        }
        return documentation;
    };
    let text = entry.text(errors)?;
    if text.value().trim().is_empty() {
        errors.report(&text, message, HELP);
    }
    Some(text.value())
}

/// A warning at each of these parameters that it has no description. Macros cannot warn on stable;
/// the use of a deprecated constant does, with a note of ours.
pub(crate) fn missing<'a>(
    function: &Function,
    parameters: impl Iterator<Item = &'a Ident>,
) -> TokenStream {
    // `#[allow(deprecated)]` on the function silences them.
    let allows: Vec<_> =
        function.attrs.iter().filter(|attr| attr.path().is_ident("allow")).collect();
    let warning = |parameter: &Ident| {
        let note = format!(
            "`{}` has no description for those who fill it in: write a `///` comment above the \
             parameter, or `#[arg(description = \"…\")]`",
            parameter.unraw()
        );
        let constant = Ident::new("ARGUMENT_WITHOUT_DESCRIPTION", parameter.span());
        let used = quote_spanned!(parameter.span()=> const _: () = #constant;);
        quote! {
            #(#allows)*
            const _: () = {
                #[deprecated(note = #note)]
                const #constant: () = ();
                #used
            };
        }
    };
    parameters.map(warning).collect()
}
