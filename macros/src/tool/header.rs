//! `#[arg(header = "…")]`: arguments that clients repeat in an HTTP header (MCP 2026-07-28,
//! Streamable HTTP, `x-mcp-header`).
//!
//! Clients leave out the whole tool where one of the rules is broken, so each is checked here.

use syn::LitStr;

use crate::errors::Errors;
use crate::function::types::Plain;
use crate::options::Entry;

/// The header of one parameter.
pub(crate) fn check(entry: &Entry, plain: Option<Plain<'_>>, errors: &Errors) -> Option<LitStr> {
    let header = entry.text(errors)?;
    if !matches!(plain, Some(Plain::Text | Plain::Whole(_) | Plain::Bool)) {
        let help = "a header takes `String`, `bool`, or a type of whole numbers";
        errors.report(&entry.key, "this parameter cannot be in a header", help);
        return None;
    }
    if header.value().is_empty() || !header.value().bytes().all(is_tchar) {
        let message = format!("`{}` cannot be part of a header's name", header.value());
        let help = "RFC 9110 takes A-Z a-z 0-9 and !#$%&'*+-.^_`|~ here; the header is called \
                    `Mcp-Param-` and this";
        errors.report(&header, message, help);
        return None;
    }
    Some(header)
}

/// `tchar` of RFC 9110, section 5.6.2.
fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Reports headers that differ in nothing or in their case only.
pub(crate) fn distinct<'a>(headers: impl Iterator<Item = &'a LitStr>, errors: &Errors) {
    let mut seen: Vec<String> = Vec::new();
    for header in headers {
        let name = header.value().to_ascii_lowercase();
        if seen.contains(&name) {
            let message = format!("two arguments are in the header `Mcp-Param-{}`", header.value());
            errors.report(
                header,
                message,
                "give one of them another name; the case of letters does not tell headers apart",
            );
        }
        seen.push(name);
    }
}
