//! `icon = "…"` and `icons = [icon("…", …)]`: pictures that clients may show.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprArray, ExprAssign, ExprCall, ExprLit, ExprPath, Lit, LitStr};

use super::emit;
use crate::errors::Errors;
use crate::options::Entry;

/// Options of an icon, apart from its address.
const OPTIONS: &[&str] = &["mime_type", "sizes", "theme"];

const EXAMPLE: &str = "[icon(\"https://…\", sizes = \"48x48\", theme = \"dark\")]";

/// One picture.
pub(crate) struct Icon {
    src: LitStr,
    mime_type: Option<LitStr>,
    sizes: Vec<String>,
    theme: Option<LitStr>,
}

/// The icons that the options name.
pub(crate) fn check(icon: Option<&Entry>, icons: Option<&Entry>, errors: &Errors) -> Vec<Icon> {
    if let (Some(_), Some(icons)) = (icon, icons) {
        let help = "put the one among the others";
        errors.report(&icons.key, "`icon` and `icons` are both given", help);
    }
    let mut found = Vec::new();
    if let Some(src) =
        icon.and_then(|entry| entry.text(errors)).and_then(|src| address(src, errors))
    {
        found.push(Icon { src, mime_type: None, sizes: Vec::new(), theme: None });
    }
    if let Some(entry) = icons {
        match &entry.value {
            Some(Expr::Array(ExprArray { elems, .. })) => {
                found.extend(elems.iter().filter_map(|element| one(element, errors)));
            }
            _ => {
                let message = "`icons` takes a list of icons";
                let help = format!("write `icons = {EXAMPLE}`");
                errors.report(entry.tokens(), message, help);
            }
        }
    }
    found
}

fn one(element: &Expr, errors: &Errors) -> Option<Icon> {
    let call = match element {
        Expr::Call(call) if is_path(&call.func, "icon") => call,
        other => {
            errors.report(other, "this is not an icon", format!("write `icons = {EXAMPLE}`"));
            return None;
        }
    };
    let ExprCall { func, args, .. } = call;
    let mut args = args.iter();
    let Some(src) = args.next().and_then(text) else {
        let help = "write `icon(\"https://…\")`";
        errors.report(func, "an icon begins with its address in quotes", help);
        return None;
    };
    let mut icon =
        Icon { src: address(src, errors)?, mime_type: None, sizes: Vec::new(), theme: None };
    for option in args {
        match option {
            Expr::Assign(ExprAssign { left, right, .. })
                if OPTIONS.iter().any(|option| is_path(left, option)) =>
            {
                let Some(value) = text(right) else {
                    errors.report(right, "this option takes text in quotes", "write `\"…\"`");
                    continue;
                };
                match () {
                    () if is_path(left, "mime_type") => icon.mime_type = Some(value),
                    () if is_path(left, "sizes") => icon.sizes = sizes(&value, errors),
                    () => icon.theme = theme(value, errors),
                }
            }
            other => {
                let help = format!("the options of an icon are {}", OPTIONS.join(", "));
                errors.report(other, "unknown option of an icon", help);
            }
        }
    }
    Some(icon)
}

/// MCP has icons fetched without the user's credentials, from `https:` or out of the URI itself.
fn address(src: LitStr, errors: &Errors) -> Option<LitStr> {
    let value = src.value();
    let known = ["https://", "data:"].iter().any(|scheme| {
        value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && value.len() > scheme.len()
    });
    if known && !value.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Some(src);
    }
    let help = "clients take a picture from an `https:` or `data:` address";
    errors.report(&src, "this is not the address of an icon", help);
    None
}

fn sizes(value: &LitStr, errors: &Errors) -> Vec<String> {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = value.value();
    let sizes: Vec<_> = text.split_whitespace().collect();
    let known = |size: &&str| {
        *size == "any" || size.split_once('x').is_some_and(|(w, h)| number(w) && number(h))
    };
    if sizes.is_empty() || !sizes.iter().all(known) {
        let help = "write `\"48x48\"`, several with spaces between them, or `\"any\"`";
        errors.report(value, "these are not the sizes of an icon", help);
    }
    sizes.into_iter().map(str::to_owned).collect()
}

fn theme(value: LitStr, errors: &Errors) -> Option<LitStr> {
    if !["light", "dark"].contains(&value.value().as_str()) {
        let help = "write `\"light\"` or `\"dark\"`: the background it is made for";
        errors.report(&value, "this is not the theme of an icon", help);
    }
    Some(value)
}

fn text(expr: &Expr) -> Option<LitStr> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}

fn is_path(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Path(ExprPath { path, .. }) if path.is_ident(name))
}

/// The list of the definition.
pub(crate) fn tokens(icons: &[Icon]) -> TokenStream {
    let icons = icons.iter().map(|icon| {
        let Icon { src, mime_type, sizes, theme } = icon;
        let mime_type = emit::option(mime_type.as_ref());
        let theme = emit::option(theme.as_ref());
        quote! {
            ::toolgate::__private::Icon {
                src: #src,
                mime_type: #mime_type,
                sizes: &[#(#sizes),*],
                theme: #theme,
            }
        }
    });
    quote!(&[#(#icons),*])
}
