//! The literals of `#[arg]`: the default, the example and the values of a type that the macro knows.

use syn::{Expr, ExprLit, Lit};

use super::number::{LITERAL, number_of};
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
            return number_of(plain, expr, errors).is_some();
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
