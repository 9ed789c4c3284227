//! `complete = …`: what completes a parameter that is sent as text.

use syn::{Expr, ExprArray, ExprLit, ExprPath, Lit, LitStr};

use crate::errors::Errors;
use crate::options::Entry;

/// Completion of a parameter.
pub(crate) enum Complete {
    /// One of these.
    List(Vec<LitStr>),
    /// `fn(&str)` or `fn(&Context, &str)`, async or not.
    Function(Box<ExprPath>),
}

const EXAMPLE: &str = "write the name of a `fn(&str) -> Vec<String>`, or a list of texts such as \
                       `[\"a\", \"b\"]`";

/// Reads the option.
pub(crate) fn check(entry: &Entry, errors: &Errors) -> Option<Complete> {
    match &entry.value {
        Some(Expr::Path(path)) => Some(Complete::Function(Box::new(path.clone()))),
        Some(Expr::Array(ExprArray { elems, .. })) => {
            let mut texts = Vec::new();
            for element in elems {
                match element {
                    Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => texts.push(text.clone()),
                    other => errors.report(other, "a value to complete is text in quotes", EXAMPLE),
                }
            }
            if elems.is_empty() {
                errors.report(entry.tokens(), "an empty list completes nothing", EXAMPLE);
            }
            Some(Complete::List(texts))
        }
        _ => {
            let message = "`complete` takes a function or a list";
            errors.report(entry.tokens(), message, EXAMPLE);
            None
        }
    }
}
