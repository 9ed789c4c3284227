//! `audience = …` and `priority = …`: what a client may make of a resource.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Expr, ExprArray, ExprLit, Lit};

use crate::errors::Errors;
use crate::function::emit::option;
use crate::options::Entry;

const AUDIENCE: &str = "write `audience = \"user\"`, `audience = \"assistant\"` or a list of both";
const PRIORITY: &str = "write a number from `0.0`, optional, to `1.0`, required";

/// Annotations of a resource.
#[derive(Default)]
pub(crate) struct Annotations {
    audience: Vec<Ident>,
    priority: Option<f64>,
}

/// Reads the options.
pub(crate) fn check(
    audience: Option<&Entry>,
    priority: Option<&Entry>,
    errors: &Errors,
) -> Annotations {
    let roles: Vec<&Expr> = match audience.and_then(|entry| entry.expr("\"user\"", errors)) {
        Some(Expr::Array(ExprArray { elems, .. })) => elems.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    Annotations {
        audience: roles.into_iter().filter_map(|expr| role(expr, errors)).collect(),
        priority: priority.and_then(|entry| number(entry, errors)),
    }
}

fn role(expr: &Expr, errors: &Errors) -> Option<Ident> {
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expr {
        match text.value().as_str() {
            "user" => return Some(format_ident!("User")),
            "assistant" => return Some(format_ident!("Assistant")),
            _ => {}
        }
    }
    errors.report(expr, "this is no audience of MCP", AUDIENCE);
    None
}

fn number(entry: &Entry, errors: &Errors) -> Option<f64> {
    let expr = entry.expr("0.5", errors)?;
    let number = match expr {
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| (0.0..=1.0).contains(number));
    if number.is_none() {
        errors.report(expr, "a priority is a number between 0 and 1", PRIORITY);
    }
    number
}

impl Annotations {
    /// The fields of `ResourceInfo`.
    pub(super) fn tokens(&self) -> TokenStream {
        let Self { audience, priority } = self;
        let priority = option(priority.as_ref());
        quote! {
            audience: &[#(::toolgate::__private::Role::#audience),*],
            priority: #priority,
        }
    }
}
