//! Numbers in options.

use std::fmt;

use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp};

use crate::errors::Errors;
use crate::function::types::{Plain, WholeNumber};

/// Why only literals are taken.
pub(crate) const LITERAL: &str = "it stands in the schema, so write the literal itself";

/// A number in an option.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(crate) enum Number {
    Whole(i128),
    Fraction(f64),
}

impl Number {
    pub(super) fn value(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Fraction(number) => number,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(f),
            Self::Fraction(number) => number.fmt(f),
        }
    }
}

/// The number that a literal is, if it is one.
pub(crate) fn number(expr: &Expr) -> Option<Number> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse().ok().map(Number::Whole),
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => {
            float.base10_parse().ok().map(Number::Fraction)
        }
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match number(expr)? {
            Number::Whole(number) => Some(Number::Whole(-number)),
            Number::Fraction(number) => Some(Number::Fraction(-number)),
        },
        Expr::Group(group) => number(&group.expr),
        _ => None,
    }
}

/// Reads a bound or default of a number type, and reports one that the type does not have.
pub(crate) fn number_of(plain: Plain<'_>, expr: &Expr, errors: &Errors) -> Option<Number> {
    let found = number(expr);
    match (plain, found) {
        (Plain::Whole(whole), Some(Number::Whole(number))) => {
            if (whole.min..=whole.max).contains(&number) {
                return found;
            }
            let WholeNumber { name, min, max, .. } = whole;
            let message = format!("`{number}` does not fit `{name}`");
            errors.report(expr, message, format!("`{name}` goes from {min} to {max}"));
        }
        (Plain::Whole(whole), _) => {
            let message = format!("a whole number is needed for `{}`", whole.name);
            errors.report(expr, message, LITERAL);
        }
        (Plain::Number(_), Some(Number::Fraction(_))) => return found,
        (Plain::Number(name), _) => {
            let message = format!("a number with a point is needed for `{name}`");
            errors.report(expr, message, format!("{LITERAL}, such as 1.0"));
        }
        _ => {}
    }
    None
}
