//! `values = […]` of `#[arg]`: all that is allowed.

use syn::Expr;

use super::{json_literal, literal};
use crate::errors::Errors;
use crate::function::types::Plain;
use crate::options::Entry;

const EXAMPLE: &str = "write `values = [\"a\", \"b\"]`";

/// Reads the option.
pub(crate) fn check(entry: &Entry, plain: Option<Plain<'_>>, errors: &Errors) -> Option<Vec<Expr>> {
    let expr = entry.expr("[\"a\", \"b\"]", errors)?;
    let one = match plain {
        Some(Plain::List(item)) => Plain::of(item),
        other => other,
    };
    let Some(one @ (Plain::Text | Plain::Whole(_) | Plain::Number(_))) = one else {
        let help = "they are for `String`, numbers and a `Vec` of them; derive an `enum` for more";
        errors.report(&entry.key, "this parameter cannot have a list of values", help);
        return None;
    };
    let Expr::Array(list) = expr else {
        errors.report(expr, "`values` takes a list", EXAMPLE);
        return None;
    };
    if list.elems.is_empty() {
        errors.report(expr, "an empty list allows no value", EXAMPLE);
        return None;
    }
    let mut seen: Vec<String> = Vec::new();
    for value in list.elems.iter().filter(|value| literal::is_of("value", value, one, errors)) {
        let text = json_literal::literal(value)?;
        if seen.contains(&text) {
            errors.report(value, format!("{text} is given twice"), "leave one of them out");
        }
        seen.push(text);
    }
    (seen.len() == list.elems.len()).then(|| list.elems.iter().cloned().collect())
}

/// Message for the caller.
pub(crate) fn violation(values: &[Expr], is_list: bool) -> String {
    let values: Vec<_> = values.iter().filter_map(json_literal::literal).collect();
    let subject = if is_list { "each item must" } else { "must" };
    match &values[..] {
        [only] => format!("{subject} be {only}"),
        values => format!("{subject} be one of {}", values.join(", ")),
    }
}
