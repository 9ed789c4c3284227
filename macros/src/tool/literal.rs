//! The literals of `#[arg]`: the default, the example and the values of a type that the macro knows.

use syn::{Expr, ExprLit, Lit};

use super::limits::{self, LITERAL, Limits};
use super::schema;
use crate::errors::Errors;
use crate::function::types::Plain;

/// Reports a literal that is not of the type. `role` is what it is for: `default`, `example` or
/// `value`.
pub(crate) fn is_of(role: &str, expr: &Expr, plain: Plain<'_>, errors: &Errors) -> bool {
    let literal = match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    };
    match (plain, literal) {
        (Plain::Whole(_) | Plain::Number(_), _) => {
            return limits::number_of(plain, expr, errors).is_some();
        }
        (Plain::Bool, Some(Lit::Bool(_))) | (Plain::Text, Some(Lit::Str(_))) => return true,
        (Plain::Bool, _) => {
            errors.report(expr, format!("the {role} of a `bool` is `true` or `false`"), LITERAL);
        }
        (Plain::Text, _) => {
            errors.report(expr, format!("the {role} of a `String` is text in quotes"), LITERAL);
        }
        (Plain::List(item), _) => match (expr, Plain::of(item)) {
            (Expr::Array(list), Some(item)) => {
                let wrong = list.elems.iter().filter(|one| !is_of(role, one, item, errors));
                return wrong.count() == 0;
            }
            _ => errors.report(expr, format!("the {role} of a `Vec` is a list"), "write `[…]`"),
        },
    }
    false
}

/// Reports a literal of the right type that the tool itself would refuse.
pub(crate) fn is_allowed(role: &str, expr: &Expr, limits: &Limits, errors: &Errors) {
    let its_own = format!("the tool would refuse its own {role}");
    if let (Some(range), Some(number)) = (&limits.range, limits::number(expr))
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
        let allowed: Vec<_> = values.iter().map(schema::literal).collect();
        let items: Vec<_> = match expr {
            Expr::Array(list) => list.elems.iter().collect(),
            one => vec![one],
        };
        for item in items.into_iter().filter(|item| !allowed.contains(&schema::literal(item))) {
            errors.report(item, format!("the {role} is not among the values"), &its_own);
        }
    }
}

/// Checks a default or an example whose type is known. Of other types rustc checks it.
pub(crate) fn check(
    role: &str,
    expr: &Expr,
    plain: Option<Plain<'_>>,
    limits: &Limits,
    errors: &Errors,
) {
    if let Some(plain) = plain
        && is_of(role, expr, plain, errors)
    {
        is_allowed(role, expr, limits, errors);
    }
}
