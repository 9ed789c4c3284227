//! Names for clients: of functions, and of their parameters.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Ident, Signature};

use super::kind::FunctionKind;
use crate::errors::Errors;
use crate::options::Entry;

/// The longest name of a tool (MCP 2025-11-25, "Tool Names"); prompts and resources go by it too.
const LONGEST_NAME: usize = 128;

/// The longest name that the large model providers take for an argument.
const LONGEST_ARGUMENT: usize = 64;

/// A name and the tokens that give it.
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) tokens: TokenStream,
}

/// The name of the function, or what `name = "…"` says.
pub(crate) fn of_function(
    kind: FunctionKind,
    sig: &Signature,
    entry: Option<&Entry>,
    errors: &Errors,
) -> Option<Name> {
    let name = written(&sig.ident, entry, errors)?;
    if is_name(&name.text, LONGEST_NAME) {
        return Some(name);
    }
    let noun = kind.noun();
    let help = format!(
        "MCP takes 1 to {LONGEST_NAME} of the characters A-Z a-z 0-9 _ - . here; \
         `name = \"…\"` names the {noun} apart from its function"
    );
    errors.report(name.tokens, format!("`{}` cannot be the name of a {noun}", name.text), help);
    None
}

/// The name of the parameter, or what `#[arg(name = "…")]` says.
pub(crate) fn of_parameter(
    ident: &Ident,
    entry: Option<&Entry>,
    errors: &Errors,
) -> Option<String> {
    let name = written(ident, entry, errors)?;
    if is_name(&name.text, LONGEST_ARGUMENT) {
        return Some(name.text);
    }
    let help = "model providers take 1 to 64 of the characters A-Z a-z 0-9 _ - . here; \
                `#[arg(name = \"…\")]` gives a parameter another name for clients";
    errors.report(name.tokens, format!("`{}` cannot be the name of an argument", name.text), help);
    None
}

fn written(ident: &Ident, entry: Option<&Entry>, errors: &Errors) -> Option<Name> {
    Some(match entry {
        Some(entry) => {
            let text = entry.text(errors)?;
            Name { text: text.value(), tokens: text.into_token_stream() }
        }
        None => Name { text: ident.unraw().to_string(), tokens: ident.to_token_stream() },
    })
}

fn is_name(name: &str, longest: usize) -> bool {
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    letters && (1..=longest).contains(&name.len())
}
