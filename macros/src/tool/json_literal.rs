//! Literals as JSON text.

use syn::{Expr, ExprLit, Lit};

use super::number::number;

/// JSON text of a literal.
pub(super) fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Array(array) => list(array.elems.iter()),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(quoted(&text.value())),
        Expr::Lit(ExprLit { lit: Lit::Bool(flag), .. }) => Some(flag.value.to_string()),
        other => number(other).map(|number| number.to_string()),
    }
}

/// JSON text of a list of literals.
pub(super) fn list<'a>(items: impl Iterator<Item = &'a Expr>) -> Option<String> {
    let items: Option<Vec<_>> = items.map(literal).collect();
    Some(format!("[{}]", items?.join(",")))
}

/// JSON text of a string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
