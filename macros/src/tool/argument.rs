//! One parameter that comes from the client, with its `#[arg(…)]`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta, PatType, Type};

use super::ast;
use super::limits::{self, LITERAL, Length, Range};
use super::types::{self, Plain};
use crate::errors::Errors;
use crate::options::{self, Entry};

/// What `#[arg(…)]` can say.
const OPTIONS: &[&str] = &["name", "description", "default", "range", "min_len", "max_len"];

/// The longest name that the large model providers take for an argument.
const LONGEST_NAME: usize = 64;

/// A checked parameter.
pub(crate) struct Argument<'a> {
    /// What the client calls it.
    pub(crate) name: String,
    /// What it is called in the function.
    pub(crate) ident: &'a Ident,
    /// Its type in the function.
    pub(crate) ty: &'a Type,
    /// Its type, or the type inside its `Option`.
    pub(crate) value: &'a Type,
    /// [`Argument::value`], if the macro knows it.
    pub(crate) plain: Option<Plain<'a>>,
    pub(crate) presence: Presence,
    pub(crate) description: Option<String>,
    pub(crate) range: Option<Range>,
    pub(crate) length: Option<Length>,
}

/// Whether the client has to send it.
pub(crate) enum Presence {
    Required,
    /// An `Option`.
    Optional,
    /// Has a default.
    Default(Box<Expr>),
}

/// Checks one parameter. `None` when something about it was reported.
pub(crate) fn check<'a>(input: &'a PatType, errors: &Errors) -> Option<Argument<'a>> {
    let Some(ident) = ast::simple_name(&input.pat) else {
        let help = "the client needs a name for it; take it apart in the body";
        errors.report(&input.pat, "a tool's parameter is a plain name", help);
        return None;
    };
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
        let help = "put `#[cfg]` on the whole function, and write the function twice";
        errors.report(attr, "a tool's parameter cannot be conditional", help);
    }
    let entries = entries(&input.attrs, errors);
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let inner = types::inside_option(&input.ty);
    let value = inner.unwrap_or(&input.ty);
    let plain = Plain::of(value);
    let range = entry("range").and_then(|entry| limits::range(entry, plain, errors));
    let length = limits::length(entry("min_len"), entry("max_len"), plain, errors);
    let description = match entry("description") {
        Some(entry) => entry.text(errors).map(|text| text.value()),
        None => ast::documentation(&input.attrs),
    };
    let name = name(ident, entry("name"), errors)?;
    let presence = match (inner, entry("default")) {
        (None, None) => Presence::Required,
        (Some(_), None) => Presence::Optional,
        (Some(_), Some(entry)) => {
            let help = "write the type inside the `Option`, or leave the default out";
            errors.report(&entry.key, "an `Option` is `None` by default", help);
            return None;
        }
        (None, Some(entry)) => {
            let default = entry.expr("…", errors)?;
            check_default(default, plain, range.as_ref(), length.as_ref(), errors);
            Presence::Default(Box::new(default.clone()))
        }
    };
    Some(Argument {
        name,
        ident,
        ty: &input.ty,
        value,
        plain,
        presence,
        description,
        range,
        length,
    })
}

fn entries(attrs: &[Attribute], errors: &Errors) -> Vec<Entry> {
    let mut tokens = TokenStream::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("arg")) {
        match &attr.meta {
            Meta::List(list) => {
                tokens.extend(list.tokens.clone());
                // So that two attributes read as one.
                tokens.extend(syn::Token![,](proc_macro2::Span::call_site()).into_token_stream());
            }
            other => {
                errors.report(other, "`#[arg]` says nothing", "write `#[arg(default = …)]`");
            }
        }
    }
    options::parse(tokens, OPTIONS, errors)
}

fn name(ident: &Ident, entry: Option<&Entry>, errors: &Errors) -> Option<String> {
    let (name, at) = match entry {
        Some(entry) => {
            let text = entry.text(errors)?;
            (text.value(), text.into_token_stream())
        }
        None => (ident.unraw().to_string(), ident.into_token_stream()),
    };
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if letters && (1..=LONGEST_NAME).contains(&name.len()) {
        return Some(name);
    }
    let help = "model providers take 1 to 64 of the characters A-Z a-z 0-9 _ - . here; \
                `#[arg(name = \"…\")]` gives a parameter another name for clients";
    errors.report(at, format!("`{name}` cannot be the name of an argument"), help);
    None
}

/// Checks a default whose type is known. Of other types rustc checks it.
fn check_default(
    default: &Expr,
    plain: Option<Plain<'_>>,
    range: Option<&Range>,
    length: Option<&Length>,
    errors: &Errors,
) {
    let literal = match default {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    };
    match plain {
        None => {}
        Some(plain @ (Plain::Whole(_) | Plain::Number(_))) => {
            if let Some(number) = limits::number_of(plain, default, errors)
                && let Some(range) = range
                && !range.contains(number)
            {
                let help = format!("it {}", range.violation());
                errors.report(default, "the default is outside the range", help);
            }
        }
        Some(Plain::Bool) if matches!(literal, Some(Lit::Bool(_))) => {}
        Some(Plain::Bool) => {
            errors.report(default, "the default of a `bool` is `true` or `false`", LITERAL);
        }
        Some(Plain::Text) => match literal {
            Some(Lit::Str(text)) => {
                if length.is_some_and(|length| !length.contains(text.value().chars().count())) {
                    let help = "the tool would refuse its own default";
                    errors.report(default, "the default has a length that is not allowed", help);
                }
            }
            _ => errors.report(default, "the default of a `String` is text in quotes", LITERAL),
        },
        Some(Plain::List(_)) => {
            let help = "take an `Option<Vec<…>>`, and say in the body what `None` means";
            errors.report(default, "a list cannot have a default", help);
        }
    }
}
