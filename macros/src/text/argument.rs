//! One parameter that is sent as text, with its `#[arg(…)]`.

use syn::{Ident, PatType, Type};

use super::complete::{self, Complete};
use crate::errors::Errors;
use crate::function::description::{self, Description};
use crate::function::signature::{self, Named};
use crate::function::types::{self, Plain};
use crate::function::{FunctionKind, name};
use crate::tool::argument::entries;

/// Options of `#[arg(…)]` for a prompt.
const OF_PROMPT: &[&str] = &["name", "description", "complete"];

/// Options of `#[arg(…)]` for a resource: MCP has no place for a description of a variable.
const OF_RESOURCE: &[&str] = &["name", "complete"];

/// A checked parameter.
pub(crate) struct TextArgument<'a> {
    /// Name for clients.
    pub(crate) name: String,
    /// Name in the function.
    pub(crate) ident: &'a Ident,
    /// Its type in the function.
    pub(crate) ty: &'a Type,
    /// Its type, or the type inside its `Option`.
    pub(crate) plain: Plain<'a>,
    /// An `Option`.
    pub(crate) optional: bool,
    pub(crate) description: Option<Description>,
    pub(crate) complete: Option<Complete>,
}

/// Checks one parameter. `None` when something about it was reported.
pub(crate) fn check<'a>(
    kind: FunctionKind,
    input: &'a PatType,
    errors: &Errors,
) -> Option<TextArgument<'a>> {
    let ident = signature::simple_name(kind, &input.pat, errors)?;
    let options = if kind == FunctionKind::Prompt { OF_PROMPT } else { OF_RESOURCE };
    let entries = entries(&input.attrs, options, errors);
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let complete = entry("complete").and_then(|entry| complete::check(entry, errors));
    let description = description::of_parameter(&input.attrs, entry("description"), errors);
    let name = name::of_parameter(ident, entry("name"), errors);
    let (plain, optional) = plain(kind, &input.ty, errors)?;
    Some(TextArgument { name: name?, ident, ty: &input.ty, plain, optional, description, complete })
}

/// The type, which has to be one that text can be read as.
fn plain<'a>(kind: FunctionKind, ty: &'a Type, errors: &Errors) -> Option<(Plain<'a>, bool)> {
    let inner = types::inside_option(ty);
    if kind == FunctionKind::Resource && inner.is_some() {
        let help = "write the type inside the `Option`";
        errors.report(ty, "a variable of a URI is always there", help);
        return None;
    }
    match Plain::of(inner.unwrap_or(ty)) {
        None | Some(Plain::List(_)) => {
            let message = match kind {
                FunctionKind::Prompt => "an argument of a prompt is sent as text",
                _ => "a variable of a URI is text",
            };
            let help = match kind {
                FunctionKind::Prompt => {
                    "write `String`, a number or `bool`, or an `Option` of one of them"
                }
                _ => "write `String`, a number or `bool`",
            };
            errors.report(ty, message, help);
            None
        }
        Some(plain) => Some((plain, inner.is_some())),
    }
}

impl Named for TextArgument<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn ident(&self) -> &Ident {
        self.ident
    }
}
