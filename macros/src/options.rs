//! `key`, `key = value` lists: the options of the macros and of `#[arg]`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprLit, Lit, LitBool, LitInt, LitStr, Token};

use crate::errors::Errors;

/// One option as it was written.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) value: Option<Expr>,
}

/// Help where a list cannot be read.
const SEPARATED: &str = "options are `key` or `key = value`, separated by commas";

/// Splits a list of options. `known` are the keys that exist.
pub(crate) fn parse(tokens: TokenStream, known: &[&str], errors: &Errors) -> Vec<Entry> {
    check(read(tokens, errors), known, errors)
}

/// The options of a list. A broken one is reported and left out; those after it are still read.
pub(crate) fn read(tokens: TokenStream, errors: &Errors) -> Vec<Entry> {
    let parser = |input: ParseStream<'_>| Ok(entries(input, errors));
    match parser.parse2(tokens) {
        Ok(entries) => entries,
        Err(error) => {
            errors.push_with_help(&error, SEPARATED);
            Vec::new()
        }
    }
}

/// Reports options that do not exist, or come twice, and leaves them out.
pub(crate) fn check(mut entries: Vec<Entry>, known: &[&str], errors: &Errors) -> Vec<Entry> {
    let mut seen: Vec<String> = Vec::new();
    entries.retain(|entry| {
        let key = entry.key.to_string();
        if !known.contains(&key.as_str()) {
            errors.report(&entry.key, format!("unknown option `{key}`"), one_of(known));
            return false;
        }
        if seen.contains(&key) {
            errors.report(&entry.key, format!("`{key}` is given twice"), "leave one of them out");
            return false;
        }
        seen.push(key);
        true
    });
    entries
}

fn one_of(known: &[&str]) -> String {
    match known {
        [only] => format!("the only option is `{only}`"),
        known => format!("the options are {}", known.join(", ")),
    }
}

fn entries(input: ParseStream<'_>, errors: &Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    while !input.is_empty() {
        match entry(input) {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                errors.push_with_help(&error, SEPARATED);
                skip_to_comma(input);
            }
        }
        if !input.is_empty()
            && let Err(error) = input.parse::<Token![,]>()
        {
            errors.push_with_help(&error, SEPARATED);
            skip_to_comma(input);
            let _: Option<Token![,]> = input.parse().ok();
        }
    }
    entries
}

fn entry(input: ParseStream<'_>) -> syn::Result<Entry> {
    let key = Ident::parse_any(input)?;
    let value = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        Some(input.parse()?)
    } else {
        None
    };
    Ok(Entry { key, value })
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        // A token tree can always be read where the input is not empty.
        if input.parse::<proc_macro2::TokenTree>().is_err() {
            return;
        }
    }
}

impl Entry {
    /// The value as a text literal.
    pub(crate) fn text(&self, errors: &Errors) -> Option<LitStr> {
        match &self.value {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Some(text.clone()),
            _ => self.wrong("text in quotes", "\"…\"", errors),
        }
    }

    /// The value as `true` or `false`; the bare key means `true`. `None` where it was reported.
    pub(crate) fn flag(&self, errors: &Errors) -> Option<bool> {
        match &self.value {
            None => Some(true),
            Some(Expr::Lit(ExprLit { lit: Lit::Bool(LitBool { value, .. }), .. })) => Some(*value),
            _ => self.wrong("`true` or `false`", "true", errors),
        }
    }

    /// The value as a whole number that is not negative.
    pub(crate) fn count(&self, errors: &Errors) -> Option<LitInt> {
        match &self.value {
            Some(Expr::Lit(ExprLit { lit: Lit::Int(number), .. }))
                if number.base10_parse::<u32>().is_ok() =>
            {
                Some(number.clone())
            }
            _ => self.wrong("a whole number", "1", errors),
        }
    }

    /// The value, whatever it is.
    pub(crate) fn expr<'a>(&'a self, example: &str, errors: &Errors) -> Option<&'a Expr> {
        self.value.as_ref().or_else(|| self.wrong("a value", example, errors))
    }

    fn wrong<T>(&self, expected: &str, example: &str, errors: &Errors) -> Option<T> {
        let key = &self.key;
        let message = format!("`{key}` takes {expected}");
        errors.report(self.tokens(), message, format!("write `{key} = {example}`"));
        None
    }

    /// Tokens to show a fault of the value at.
    pub(crate) fn tokens(&self) -> TokenStream {
        let Self { key, value } = self;
        value.as_ref().map_or_else(|| key.to_token_stream(), |value| value.to_token_stream())
    }
}
