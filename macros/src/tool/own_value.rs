//! The default and the example of `#[arg]`: values that the tool itself has to take.

use syn::{Expr, ExprLit, Lit};

use super::limits::Limits;
use super::number::number;
use super::{json_literal, literal};
use crate::errors::Errors;
use crate::function::types::Plain;

/// Checks a default or an example whose type is known. Of other types rustc checks it.
pub(crate) fn check(
    role: &str,
    expr: &Expr,
    plain: Option<Plain<'_>>,
    limits: &Limits,
    errors: &Errors,
) {
    if let Some(plain) = plain
        && literal::is_of(role, expr, plain, errors)
    {
        is_allowed(role, expr, limits, errors);
    }
}

/// Reports a literal of the right type that the tool itself would refuse.
fn is_allowed(role: &str, expr: &Expr, limits: &Limits, errors: &Errors) {
    let its_own = format!("the tool would refuse its own {role}");
    if let (Some(range), Some(number)) = (&limits.range, number(expr))
        && !range.contains(number)
    {
        let help = format!("it {}", range.violation());
        errors.report(expr, format!("the {role} is outside the range"), help);
    }
    let text = match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    };
    let count = match expr {
        Expr::Array(list) => Some(list.elems.len()),
        _ => text.as_ref().map(|text| text.chars().count()),
    };
    if let (Some(length), Some(count)) = (&limits.length, count)
        && !length.contains(count)
    {
        errors.report(expr, format!("the {role} has a length that is not allowed"), &its_own);
    }
    if let (Some(pattern), Some(text)) = (&limits.pattern, &text)
        && !pattern.allows(text)
    {
        errors.report(expr, format!("the {role} does not match the pattern"), &its_own);
    }
    if let Some(values) = &limits.values {
        let allowed: Vec<_> = values.iter().map(json_literal::literal).collect();
        let items: Vec<_> = match expr {
            Expr::Array(list) => list.elems.iter().collect(),
            one => vec![one],
        };
        for item in items.into_iter().filter(|item| !allowed.contains(&json_literal::literal(item)))
        {
            errors.report(item, format!("the {role} is not among the values"), &its_own);
        }
    }
}
