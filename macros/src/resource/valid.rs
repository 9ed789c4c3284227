//! Rules that make a function a resource, and no generated code.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;
use syn::{LitStr, Signature};

use super::annotations::{self, Annotations};
use super::uri::{self, Uri};
use crate::config_file::ConfigPath;
use crate::errors::Errors;
use crate::function::ast::Function;
use crate::function::description::{self, Description};
use crate::function::icon::{self, Icon};
use crate::function::name::{self, Name};
use crate::function::needs::{self, Needs};
use crate::function::signature::{self, Parameter};
use crate::function::{FunctionKind, invariants, policy};
use crate::options::{self, Entry};
use crate::text::{self, TextArgument};

/// Options of `#[mcp_resource(…)]`.
const OPTIONS: &[&str] = &[
    "allow",
    "uri",
    "mime_type",
    "name",
    "title",
    "description",
    "icon",
    "icons",
    "audience",
    "priority",
    "config",
];

/// A function that passed every rule.
pub(crate) struct Resource<'a> {
    pub(crate) uri: Uri,
    pub(crate) name: Name,
    pub(crate) title: Option<LitStr>,
    pub(crate) description: Description,
    pub(crate) mime_type: Option<LitStr>,
    pub(crate) icons: Vec<Icon>,
    pub(crate) annotations: Annotations,
    pub(crate) policy: LitStr,
    pub(crate) parameters: Vec<Parameter<TextArgument<'a>>>,
    pub(crate) needs: Needs,
    pub(crate) config: ConfigPath,
}

/// The URI may stand first without its key: `#[mcp_resource("docs://handbook", …)]`.
fn with_uri_first(tokens: TokenStream) -> TokenStream {
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Literal(uri)) => {
            let key = Ident::new("uri", uri.span());
            quote!(#key = #tokens)
        }
        _ => tokens,
    }
}

/// Checks everything about the function. What is wrong is in `errors`.
pub(crate) fn check<'a>(
    tokens: TokenStream,
    function: &'a Function,
    errors: &Errors,
) -> Option<Resource<'a>> {
    let entries = options::parse(with_uri_first(tokens), OPTIONS, errors);
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let text = |key: &str| entry(key).and_then(|entry| entry.text(errors));
    let sig = &function.sig;
    let config = ConfigPath::of_config(text("config").as_ref());
    let policy = policy::check(FunctionKind::Resource, entry("allow"), &config, sig, errors);
    let uri = uri(entry("uri"), sig, errors);
    let title = text("title");
    let description =
        description::of_function(FunctionKind::Resource, function, entry("description"), errors);
    let mime_type = text("mime_type").and_then(|text| media_type(text, errors));
    let icons = icon::check(entry("icon"), entry("icons"), errors);
    let annotations = annotations::check(entry("audience"), entry("priority"), errors);
    let name = name::of_function(FunctionKind::Resource, sig, entry("name"), errors);
    signature::check(FunctionKind::Resource, function, errors);
    let parameters = signature::parameters(FunctionKind::Resource, sig, errors, |input| {
        text::check(FunctionKind::Resource, input, errors)
    });
    let guard = (name.as_ref(), policy.as_ref());
    invariants::check(FunctionKind::Resource, guard, || None, &config, errors);
    let arguments: Vec<_> = parameters.iter().filter_map(Parameter::argument).collect();
    // A parameter that was reported already would be missed here as well.
    if let (Some(uri), true) = (&uri, errors.is_empty()) {
        uri.compare(&arguments, errors);
    }
    needs::forbid_start_task(function, "only tools become tasks; leave the call out", errors);
    needs::forbid_as_caller(function, "only tools act as their caller; leave the call out", errors);
    let help = "only tools use accounts of their caller; leave the call out";
    needs::forbid_connection(function, help, errors);
    let needs = text::needs(Needs::of(function), arguments.into_iter());
    Some(Resource {
        uri: uri?,
        name: name?,
        title,
        description: description?,
        mime_type,
        icons,
        annotations,
        policy: policy?,
        parameters,
        needs,
        config,
    })
}

fn uri(entry: Option<&Entry>, sig: &Signature, errors: &Errors) -> Option<Uri> {
    let Some(entry) = entry else {
        let help = "write `uri = \"docs://handbook\"`, or a template such as \
                    `uri = \"docs://chapters/{chapter}\"`";
        errors.report(&sig.ident, "every resource has a URI", help);
        return None;
    };
    uri::check(entry.text(errors)?, errors)
}

/// `type/subtype` of RFC 6838, with parameters or without.
fn media_type(text: LitStr, errors: &Errors) -> Option<LitStr> {
    let value = text.value();
    let essence = value.split(';').next().unwrap_or_default().trim_end();
    let is_name = |name: &str| {
        let letters = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        !name.is_empty() && name.bytes().all(letters)
    };
    let visible = value.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    let whole = essence.split_once('/').is_some_and(|(kind, sub)| is_name(kind) && is_name(sub));
    if whole && visible {
        return Some(text);
    }
    let help = "write `mime_type = \"text/plain\"`";
    errors.report(&text, format!("`{value}` is not a media type"), help);
    None
}

impl Resource<'_> {
    /// The variables, in the order of the template.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &TextArgument<'_>> {
        self.uri.variables.iter().filter_map(|name| {
            let mut arguments = self.parameters.iter().filter_map(Parameter::argument);
            arguments.find(|argument| argument.name == *name)
        })
    }
}
