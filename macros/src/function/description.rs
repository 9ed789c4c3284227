//! Descriptions: by them models and people choose what to use, and fill arguments in.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

use super::FunctionKind;
use super::ast::Function;
use crate::errors::Errors;
use crate::options::Entry;

const HELP: &str = "write a `///` comment above the function, or `description = \"…\"`";

/// Description of a function or a parameter.
pub(crate) enum Description {
    /// Text that the macro has read.
    Text(String),
    /// An expression that only the compiler can read: a constant, `include_str!`, `concat!`.
    Constant(TokenStream),
}

impl Description {
    /// The text, where it is known.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Constant(_) => None,
        }
    }

    /// The expression, where the text is not known.
    pub(crate) fn constant(&self) -> Option<&Self> {
        matches!(self, Self::Constant(_)).then_some(self)
    }
}

impl ToTokens for Description {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Text(text) => text.to_tokens(tokens),
            Self::Constant(expr) => tokens.extend(quote_spanned! {expr.span()=>
                const { ::toolgate::__private::description(#expr) }
            }),
        }
    }
}

/// Value of `description = …`, or else the doc comment. A missing one is reported.
pub(crate) fn of_function(
    kind: FunctionKind,
    function: &Function,
    entry: Option<&Entry>,
    errors: &Errors,
) -> Option<Description> {
    let message = format!("every {} has a description", kind.noun());
    let Some(entry) = entry else {
        let documentation = documentation(&function.attrs, errors);
        if documentation.is_none() {
            errors.report(&function.sig.ident, message, HELP);
        }
        return documentation;
    };
    let description = written(entry, errors)?;
    if description.text().is_some_and(|text| text.trim().is_empty()) {
        errors.report(entry.tokens(), message, HELP);
    }
    Some(description)
}

/// Value of `description = …` of a parameter, or else its doc comment.
pub(crate) fn of_parameter(
    attrs: &[Attribute],
    entry: Option<&Entry>,
    errors: &Errors,
) -> Option<Description> {
    match entry {
        Some(entry) => written(entry, errors),
        None => documentation(attrs, errors),
    }
}

/// The value of `description = …`.
fn written(entry: &Entry, errors: &Errors) -> Option<Description> {
    match entry.value.as_ref().map(ungrouped) {
        Some(expr @ (Expr::Path(_) | Expr::Macro(_))) => {
            Some(Description::Constant(expr.to_token_stream()))
        }
        _ => entry.text(errors).map(|text| Description::Text(text.value())),
    }
}

/// A part of a documentation.
enum Part<'a> {
    Line(String),
    Expr(&'a Expr),
}

/// Text of the doc comments.
fn documentation(attrs: &[Attribute], errors: &Errors) -> Option<Description> {
    let mut parts = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        let Meta::NameValue(meta) = &attr.meta else { continue };
        match (text(&meta.value), ungrouped(&meta.value)) {
            (Some(text), _) => parts.extend(text.value().split('\n').map(|line| {
                Part::Line(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned())
            })),
            (None, expr) => parts.push(Part::Expr(expr)),
        }
    }
    let mut lines = Vec::new();
    for part in &parts {
        match part {
            Part::Line(line) => lines.push(line.as_str()),
            Part::Expr(_) => return constant(&parts, errors),
        }
    }
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(Description::Text(text))
}

/// One expression as it is, or several parts put together by the compiler.
fn constant(parts: &[Part<'_>], errors: &Errors) -> Option<Description> {
    if let [Part::Expr(expr)] = parts {
        return Some(Description::Constant(expr.to_token_stream()));
    }
    let mut pieces = Vec::new();
    for part in parts {
        match part {
            Part::Line(line) => pieces.push(quote!(#line)),
            Part::Expr(expr @ Expr::Macro(_)) => pieces.push(expr.to_token_stream()),
            Part::Expr(expr) => {
                let help = "leave the other lines out, or write `concat!(…)` of texts";
                errors.report(expr, "a constant is a whole description", help);
                return None;
            }
        }
    }
    Some(Description::Constant(quote!(::core::concat!(#(#pieces, "\n"),*))))
}

/// A text literal; one that comes out of a `macro_rules!` has invisible parentheses around it.
fn text(expr: &Expr) -> Option<&LitStr> {
    match ungrouped(expr) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

fn ungrouped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => ungrouped(&group.expr),
        other => other,
    }
}

/// A warning at each of these parameters that it has no description. Macros cannot warn on stable;
/// the use of a deprecated constant does, with a note of ours.
pub(crate) fn missing<'a>(
    function: &Function,
    parameters: impl Iterator<Item = &'a Ident>,
) -> TokenStream {
    // `#[allow(deprecated)]` on the function silences them.
    let allows: Vec<_> =
        function.attrs.iter().filter(|attr| attr.path().is_ident("allow")).collect();
    let warning = |parameter: &Ident| {
        let note = format!(
            "`{}` has no description for those who fill it in: write a `///` comment above the \
             parameter, or `#[arg(description = \"…\")]`",
            parameter.unraw()
        );
        let constant = Ident::new("ARGUMENT_WITHOUT_DESCRIPTION", parameter.span());
        let used = quote_spanned!(parameter.span()=> const _: () = #constant;);
        quote! {
            #(#allows)*
            const _: () = {
                #[deprecated(note = #note)]
                const #constant: () = ();
                #used
            };
        }
    };
    parameters.map(warning).collect()
}

#[cfg(test)]
mod tests {
    use syn::Field;
    use syn::parse::Parser;

    use super::*;

    fn of(attributes: &str) -> (Option<String>, String) {
        let field = Field::parse_named.parse_str(&format!("{attributes} x: u8")).expect("a field");
        let errors = Errors::default();
        let description = documentation(&field.attrs, &errors);
        let text = description.map(|description| description.to_token_stream().to_string());
        (text, errors.into_tokens().to_string())
    }

    #[test]
    fn a_constant_is_a_whole_description_and_macros_are_put_together_with_lines() {
        let (text, _) = of("#[doc = \" A\"] #[doc = \" b\"]");
        assert_eq!(text.as_deref(), Some(r#""A\nb""#));
        let (text, _) = of("#[doc = WORDS]");
        assert!(text.is_some_and(|text| text.contains("description (WORDS)")));
        let (text, _) = of("#[doc = \"A\"] #[doc = include_str!(\"b\")]");
        let text = text.expect("a description");
        assert!(text.contains(r#"concat ! ("A" , "\n" , include_str ! ("b")"#), "{text}");
        let (text, errors) = of("#[doc = \"A\"] #[doc = WORDS]");
        assert_eq!(text, None);
        assert!(errors.contains("a constant is a whole description"), "{errors}");
    }
}
