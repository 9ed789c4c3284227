//! Rules for signatures, and the sources of their parameters' values.

use syn::{
    Attribute, FnArg, GenericParam, Ident, Pat, PatType, ReturnType, Safety, Signature, Type,
};

use super::ast::{self, Function};
use super::kind::FunctionKind;
use super::types;
use crate::errors::Errors;

/// Source of a parameter's value.
pub(crate) enum Parameter<A> {
    /// `&Context`.
    Context,
    /// `&Caller`.
    Caller,
    /// The client.
    Argument(A),
}

/// A parameter that the client fills.
pub(crate) trait Named {
    /// Name for clients.
    fn name(&self) -> &str;
    /// Name in the function.
    fn ident(&self) -> &Ident;
}

impl<A: Named> Named for Box<A> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn ident(&self) -> &Ident {
        (**self).ident()
    }
}

/// Reports what no function may have that becomes one of the kinds.
pub(crate) fn check(kind: FunctionKind, function: &Function, errors: &Errors) {
    let noun = kind.noun();
    let sig = &function.sig;
    for attr in function.attrs.iter().filter(|attr| is_ours(attr)) {
        let message = format!("a function is one {noun}");
        errors.report(attr, message, "write a second function that calls it");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        let help = "the client calls it, and cannot promise what it demands";
        errors.report(token, format!("a {noun} cannot be `unsafe`"), help);
    }
    if let Some(abi) = &sig.abi {
        errors.report(abi, format!("a {noun} is a plain Rust function"), "leave `extern` out");
    }
    for parameter in &sig.generics.params {
        let help = match kind {
            FunctionKind::Tool => "a tool has one schema; write the types out",
            _ => "write the types out",
        };
        match parameter {
            GenericParam::Lifetime(_) => {}
            other => errors.report(other, format!("a {noun} cannot be generic"), help),
        }
    }
    if let ReturnType::Type(_, ty) = &sig.output
        && let Type::ImplTrait(ty) = types::ungrouped(ty)
    {
        let help = "the type decides what the client gets; write it out";
        errors.report(ty, format!("a {noun} cannot return `impl Trait`"), help);
    }
}

fn is_ours(attr: &Attribute) -> bool {
    use super::kind::TriggerKind::{Cron, Email, Queue};
    let triggers = [Cron, Queue, Email].map(FunctionKind::Trigger);
    let kinds =
        [FunctionKind::Tool, FunctionKind::Prompt, FunctionKind::Resource, FunctionKind::Route];
    kinds.iter().chain(&triggers).any(|kind| last_segment_is(attr.path(), kind.attribute()))
}

/// Sorts the parameters; `argument` checks one that the client fills.
pub(crate) fn parameters<'a, A: Named>(
    kind: FunctionKind,
    sig: &'a Signature,
    errors: &Errors,
    argument: impl Fn(&'a PatType) -> Option<A>,
) -> Vec<Parameter<A>> {
    let mut parameters: Vec<Parameter<A>> = Vec::new();
    for input in &sig.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                let help = "take `ctx: &Context` for what belongs to the call";
                errors.report(receiver, format!("a {} is a free function", kind.noun()), help);
            }
            FnArg::Typed(input) => parameters.extend(parameter(kind, input, errors, &argument)),
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for parameter in &parameters {
        if let Parameter::Argument(argument) = parameter {
            if names.contains(&argument.name()) {
                let message = format!("two arguments are named `{}`", argument.name());
                errors.report(argument.ident(), message, "give one of them another name");
            }
            names.push(argument.name());
        }
    }
    parameters
}

fn parameter<'a, A>(
    kind: FunctionKind,
    input: &'a PatType,
    errors: &Errors,
    argument: &impl Fn(&'a PatType) -> Option<A>,
) -> Option<Parameter<A>> {
    let (inner, reference) = referred(&input.ty);
    let noun = kind.noun();
    let injected = match (is(inner, "Context"), is(inner, "Caller")) {
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
            let message = format!("the {} is lent to the {noun}", name.to_lowercase());
            errors.report(&input.ty, message, format!("write `&{name}`"));
            None
        }
        (None, Some(reference)) => {
            let owned = match inner {
                Type::Path(path) if path.path.is_ident("str") => "write `String`",
                Type::Slice(_) => "write `Vec<…>`",
                _ => "write the type without `&`",
            };
            errors.report(reference, format!("an argument belongs to the {noun}"), owned);
            None
        }
        (None, None) => {
            if let Some(lifetime) = types::borrowed(&input.ty) {
                let help = "write a type that owns what it holds, such as `String`";
                errors.report(lifetime, format!("an argument belongs to the {noun}"), help);
                return None;
            }
            for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
                let help = "put `#[cfg]` on the whole function, and write the function twice";
                errors.report(attr, format!("a {noun}'s parameter cannot be conditional"), help);
            }
            argument(input).map(Parameter::Argument)
        }
    }
}

/// The name of an argument's parameter; one that is taken apart in the signature is reported.
pub(crate) fn simple_name<'a>(
    kind: FunctionKind,
    pat: &'a Pat,
    errors: &Errors,
) -> Option<&'a Ident> {
    let name = ast::simple_name(pat);
    if name.is_none() {
        let help = "the client needs a name for it; take it apart in the body";
        errors.report(pat, format!("a {}'s parameter is a plain name", kind.noun()), help);
    }
    name
}

/// The patterns of the parameters that are `&Context`.
pub(crate) fn contexts(sig: &Signature) -> impl Iterator<Item = &Pat> {
    patterns(sig, "Context")
}

/// The patterns of the parameters that are `&Caller`.
pub(crate) fn callers(sig: &Signature) -> impl Iterator<Item = &Pat> {
    patterns(sig, "Caller")
}

fn patterns<'a>(sig: &'a Signature, name: &'static str) -> impl Iterator<Item = &'a Pat> {
    sig.inputs.iter().filter_map(move |input| match input {
        FnArg::Typed(input) if is(referred(&input.ty).0, name) => Some(&*input.pat),
        _ => None,
    })
}

fn referred(ty: &Type) -> (&Type, Option<&syn::TypeReference>) {
    match types::ungrouped(ty) {
        Type::Reference(reference) => (types::ungrouped(&reference.elem), Some(reference)),
        other => (other, None),
    }
}

fn is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if last_segment_is(&path.path, name))
}

fn last_segment_is(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}

impl<A> Parameter<A> {
    /// The argument, if it is one.
    pub(crate) fn argument(&self) -> Option<&A> {
        match self {
            Self::Argument(argument) => Some(argument),
            _ => None,
        }
    }
}
