//! One parameter that comes from the client, with its `#[arg(…)]`.

use syn::{Attribute, Expr, Ident, LitStr, Meta, PatType, Type};

use super::limits::Limits;
use super::{header, own_value};
use crate::errors::Errors;
use crate::function::description::{self, Description};
use crate::function::signature::{self, Named};
use crate::function::types::{self, Plain};
use crate::function::{FunctionKind, name};
use crate::options::{self, Entry};

/// Options of `#[arg(…)]`.
const OPTIONS: &[&str] = &[
    "name",
    "description",
    "default",
    "example",
    "range",
    "min_len",
    "max_len",
    "pattern",
    "values",
    "header",
];

/// A checked parameter.
pub(crate) struct Argument<'a> {
    /// Name for clients.
    pub(crate) name: String,
    /// Name in the function.
    pub(crate) ident: &'a Ident,
    /// Its type in the function.
    pub(crate) ty: &'a Type,
    /// Its type, or the type inside its `Option`.
    pub(crate) value: &'a Type,
    /// [`Argument::value`], if the macro knows it.
    pub(crate) plain: Option<Plain<'a>>,
    pub(crate) presence: Presence,
    pub(crate) description: Option<Description>,
    pub(crate) example: Option<Expr>,
    pub(crate) limits: Limits,
    /// The part after `Mcp-Param-` of the header that repeats it.
    pub(crate) header: Option<LitStr>,
}

/// Presence of an argument.
pub(crate) enum Presence {
    Required,
    /// An `Option`.
    Optional,
    /// Has a default.
    Default(Box<Expr>),
}

/// Checks one parameter. `None` when something about it was reported.
pub(crate) fn check<'a>(input: &'a PatType, errors: &Errors) -> Option<Argument<'a>> {
    let ident = signature::simple_name(FunctionKind::Tool, &input.pat, errors)?;
    let entries = entries(&input.attrs, OPTIONS, errors);
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let inner = types::inside_option(&input.ty);
    let value = inner.unwrap_or(&input.ty);
    let plain = Plain::of(value);
    let limits = Limits::check(&entries, plain, errors);
    let example = entry("example").and_then(|entry| entry.expr("…", errors));
    if let Some(example) = example {
        own_value::check("example", example, plain, &limits, errors);
    }
    let description = description::of_parameter(&input.attrs, entry("description"), errors);
    let header = entry("header").and_then(|entry| header::check(entry, plain, errors));
    let name = name::of_parameter(ident, entry("name"), errors)?;
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
            check_default(default, plain, &limits, errors);
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
        example: example.cloned(),
        limits,
        header,
    })
}

impl Named for Argument<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn ident(&self) -> &Ident {
        self.ident
    }
}

/// The options of every `#[arg(…)]` of a parameter.
pub(crate) fn entries(attrs: &[Attribute], known: &[&str], errors: &Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("arg")) {
        match &attr.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                entries.extend(options::read(list.tokens.clone(), errors));
            }
            other => {
                let example = if known.contains(&"default") { "default" } else { "complete" };
                let help = format!("write `#[arg({example} = …)]`");
                errors.report(other, "`#[arg]` says nothing", help);
            }
        }
    }
    options::check(entries, known, errors)
}

/// Checks a default whose type is known.
fn check_default(default: &Expr, plain: Option<Plain<'_>>, limits: &Limits, errors: &Errors) {
    if matches!(plain, Some(Plain::List(_))) {
        let help = "take an `Option<Vec<…>>`, and say in the body what `None` means";
        errors.report(default, "a list cannot have a default", help);
        return;
    }
    own_value::check("default", default, plain, limits, errors);
}
