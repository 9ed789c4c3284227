//! What makes a function a tool: every rule, and no generated code.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{FnArg, GenericParam, LitStr, PatType, ReturnType, Safety, Signature, Type};
use toolgate_config::Checked;

use super::argument::{self, Argument};
use super::ast::{self, ToolFn};
use super::types;
use crate::config_file::{Outcome, Place};
use crate::errors::Errors;
use crate::options::{self, Entry};

/// What `#[mcp_tool(…)]` can say.
const OPTIONS: &[&str] = &[
    "allow",
    "name",
    "title",
    "description",
    "read_only",
    "destructive",
    "idempotent",
    "open_world",
    "config",
];

/// The longest name of a tool (MCP 2025-11-25, "Tool Names").
const LONGEST_NAME: usize = 128;

/// A function that passed every rule.
pub(crate) struct Tool<'a> {
    pub(crate) name: String,
    /// The tokens that give it its name.
    pub(crate) name_tokens: TokenStream,
    pub(crate) title: Option<LitStr>,
    pub(crate) description: Option<String>,
    pub(crate) hints: Hints,
    pub(crate) policy: LitStr,
    pub(crate) parameters: Vec<Parameter<'a>>,
    pub(crate) config: Place,
}

/// MCP tool annotations; `None` says nothing.
pub(crate) struct Hints {
    pub(crate) read_only: Option<bool>,
    pub(crate) destructive: Option<bool>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) open_world: Option<bool>,
}

/// Where a parameter's value comes from.
pub(crate) enum Parameter<'a> {
    /// `&Context`.
    Context,
    /// `&Caller`.
    Caller,
    /// The client.
    Argument(Box<Argument<'a>>),
}

/// Checks everything about the function. What is wrong is in `errors`.
pub(crate) fn check<'a>(
    tokens: TokenStream,
    function: &'a ToolFn,
    errors: &Errors,
) -> Option<Tool<'a>> {
    let entries = options::parse(tokens, OPTIONS, errors);
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let text = |key: &str| entry(key).and_then(|entry| entry.text(errors));
    let flag = |key: &str| entry(key).and_then(|entry| entry.flag(errors));
    for attr in function.attrs.iter().filter(|attr| last_segment_is(attr.path(), "mcp_tool")) {
        errors.report(attr, "a function is one tool", "write a second function that calls it");
    }
    let config = Place::of_config(text("config").as_ref());
    let policy = policy(entry("allow"), &config, &function.sig, errors);
    let title = text("title");
    let description = text("description").map(|text| text.value());
    let hints = Hints {
        read_only: flag("read_only"),
        destructive: flag("destructive"),
        idempotent: flag("idempotent"),
        open_world: flag("open_world"),
    };
    contradictions(&hints, entry("destructive"), errors);
    let name = name(&function.sig, entry("name"), errors);
    signature(&function.sig, errors);
    let parameters = parameters(&function.sig, errors);
    let (name, name_tokens) = name?;
    Some(Tool {
        name,
        name_tokens,
        title,
        description: description.or_else(|| ast::documentation(&function.attrs)),
        hints,
        policy: policy?,
        parameters,
        config,
    })
}

fn policy(
    allow: Option<&Entry>,
    config: &Place,
    sig: &Signature,
    errors: &Errors,
) -> Option<LitStr> {
    let Some(entry) = allow else {
        let help = "name a policy of mcp.toml, as in `#[mcp_tool(allow = \"…\")]`; \
                    `allow = \"everyone\"` opens the tool to every signed-in user on purpose";
        errors.report(&sig.ident, "every tool says who may call it", help);
        return None;
    };
    let policy = entry.text(errors)?;
    // A broken mcp.toml is for `serve!` to report, once.
    if let Outcome::Good(checked) = config.check()
        && !checked.has_policy(&policy.value())
    {
        let message = format!("unknown policy `{}`", policy.value());
        errors.report(&policy, message, policy_help(&checked, &policy.value(), config));
        return None;
    }
    Some(policy)
}

fn policy_help(checked: &Checked, wrong: &str, config: &Place) -> String {
    let file = config.display();
    let names: Vec<_> = checked.policy_names().map(|name| format!("`{name}`")).collect();
    let known = format!("the policies of {file} are {}", names.join(", "));
    let Some(meant) = checked.suggest_policy(wrong) else { return known };
    match checked.policy_position(meant) {
        Some(at) => {
            format!("did you mean `{meant}` ({file}:{}:{})?\n= help: {known}", at.line, at.column)
        }
        None => format!("did you mean `{meant}`?\n= help: {known}"),
    }
}

fn contradictions(hints: &Hints, destructive: Option<&Entry>, errors: &Errors) {
    if hints.read_only == Some(true)
        && hints.destructive == Some(true)
        && let Some(entry) = destructive
    {
        let help = "`read_only` says that it changes nothing; leave one of them out";
        errors.report(&entry.key, "a read-only tool destroys nothing", help);
    }
}

fn name(sig: &Signature, entry: Option<&Entry>, errors: &Errors) -> Option<(String, TokenStream)> {
    let (name, tokens) = match entry {
        None => (sig.ident.unraw().to_string(), sig.ident.to_token_stream()),
        Some(entry) => {
            let text = entry.text(errors)?;
            (text.value(), text.into_token_stream())
        }
    };
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if letters && (1..=LONGEST_NAME).contains(&name.len()) {
        return Some((name, tokens));
    }
    let help = format!(
        "MCP takes 1 to {LONGEST_NAME} of the characters A-Z a-z 0-9 _ - . here; \
         `name = \"…\"` names the tool apart from its function"
    );
    errors.report(tokens, format!("`{name}` cannot be the name of a tool"), help);
    None
}

fn signature(sig: &Signature, errors: &Errors) {
    if let Safety::Unsafe(token) = &sig.safety {
        let help = "the client calls it, and cannot promise what it demands";
        errors.report(token, "a tool cannot be `unsafe`", help);
    }
    if let Some(abi) = &sig.abi {
        errors.report(abi, "a tool is a plain Rust function", "leave `extern` out");
    }
    for parameter in &sig.generics.params {
        let help = "a tool has one schema; write the types out";
        match parameter {
            GenericParam::Lifetime(_) => {}
            other => errors.report(other, "a tool cannot be generic", help),
        }
    }
    if let ReturnType::Type(_, ty) = &sig.output
        && let Type::ImplTrait(ty) = types::ungrouped(ty)
    {
        let help = "the type decides what the client gets; write it out";
        errors.report(ty, "a tool cannot return `impl Trait`", help);
    }
}

fn parameters<'a>(sig: &'a Signature, errors: &Errors) -> Vec<Parameter<'a>> {
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                let help = "take `ctx: &Context` for what belongs to the call";
                errors.report(receiver, "a tool is a free function", help);
            }
            FnArg::Typed(input) => parameters.extend(parameter(input, errors)),
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for parameter in &parameters {
        if let Parameter::Argument(argument) = parameter {
            if names.contains(&argument.name.as_str()) {
                let message = format!("two arguments are named `{}`", argument.name);
                errors.report(argument.ident, message, "give one of them another name");
            }
            names.push(&argument.name);
        }
    }
    parameters
}

fn parameter<'a>(input: &'a PatType, errors: &Errors) -> Option<Parameter<'a>> {
    let ty = types::ungrouped(&input.ty);
    let (inner, reference) = match ty {
        Type::Reference(reference) => (types::ungrouped(&reference.elem), Some(reference)),
        other => (other, None),
    };
    let is = |name| matches!(inner, Type::Path(path) if last_segment_is(&path.path, name));
    let injected = match (is("Context"), is("Caller")) {
        (true, _) => Some((Parameter::Context, "Context")),
        (_, true) => Some((Parameter::Caller, "Caller")),
        _ => None,
    };
    match (injected, reference) {
        (Some((parameter, _)), Some(reference)) if reference.mutability.is_none() => {
            let arg = input.attrs.iter().find(|attr| attr.path().is_ident("arg"));
            if let Some(attr) = arg {
                let help = "leave `#[arg]` out; the client does not send this parameter";
                errors.report(attr, "this parameter is not an argument", help);
            }
            Some(parameter)
        }
        (Some((_, name)), _) => {
            let message = format!("the {} is lent to the tool", name.to_lowercase());
            errors.report(&input.ty, message, format!("write `&{name}`"));
            None
        }
        (None, Some(reference)) => {
            let owned = match inner {
                Type::Path(path) if path.path.is_ident("str") => "write `String`",
                Type::Slice(_) => "write `Vec<…>`",
                _ => "write the type without `&`",
            };
            errors.report(reference, "an argument belongs to the tool", owned);
            None
        }
        (None, None) => argument::check(input, errors).map(Box::new).map(Parameter::Argument),
    }
}

fn last_segment_is(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}

impl Tool<'_> {
    /// What the client sends, in the order of the signature.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Argument<'_>> {
        self.parameters.iter().filter_map(|parameter| match parameter {
            Parameter::Argument(argument) => Some(&**argument),
            _ => None,
        })
    }
}
