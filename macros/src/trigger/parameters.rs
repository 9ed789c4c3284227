//! The parameters of functions that no client starts.

use syn::{FnArg, GenericArgument, PathArguments, Signature, Type, TypeReference};

use crate::errors::Errors;
use crate::function::{TriggerKind, types};

/// The value of a parameter.
pub(crate) enum Given<'a> {
    /// `&Context`.
    Context,
    /// `Scheduled`.
    Scheduled,
    /// The message, whose body is of this type.
    Body(&'a Type),
    /// `Queued<T>`, with the type of the body.
    Queued(&'a Type),
    /// `Vec<Queued<T>>`, with the type of the bodies.
    Batch(&'a Type),
    /// `Email`.
    Email,
}

/// Reads the parameters. What is wrong is in `errors`.
pub(crate) fn read<'a>(kind: TriggerKind, sig: &'a Signature, errors: &Errors) -> Vec<Given<'a>> {
    let mut given = Vec::new();
    let mut has_own = false;
    for input in &sig.inputs {
        let input = match input {
            FnArg::Receiver(receiver) => {
                let help = "take `ctx: &Context` for what belongs to the run";
                errors.report(receiver, "such a function is a free function", help);
                continue;
            }
            FnArg::Typed(input) => input,
        };
        let Some(parameter) = parameter(kind, &input.ty, errors) else {
            has_own = true;
            continue;
        };
        if !matches!(parameter, Given::Context) && std::mem::replace(&mut has_own, true) {
            let (what, help) = wanted(kind);
            errors.report(&input.ty, format!("such a function takes {what} once"), help);
        }
        given.push(parameter);
    }
    if !has_own && kind != TriggerKind::Cron {
        let (what, help) = wanted(kind);
        errors.report(&sig.ident, format!("this function does not take {what}"), help);
    }
    given
}

/// The parameter that belongs to the kind, and how to write it.
fn wanted(kind: TriggerKind) -> (&'static str, &'static str) {
    match kind {
        TriggerKind::Cron => ("the time", "write `scheduled: Scheduled`"),
        TriggerKind::Queue => (
            "its message",
            "write `message: T` for a type that serde reads, `Queued<T>`, or `Vec<Queued<T>>` for all that \
             came at once",
        ),
        TriggerKind::Email => ("its mail", "write `mail: Email`"),
    }
}

fn parameter<'a>(kind: TriggerKind, ty: &'a Type, errors: &Errors) -> Option<Given<'a>> {
    let ty = types::ungrouped(ty);
    if let Type::Reference(reference) = ty {
        return lent(kind, reference, errors);
    }
    let name = last(ty).map(|(name, _)| name);
    match (kind, name.as_deref()) {
        (_, Some("Context")) => {
            errors.report(ty, "the context is lent to the function", "write `&Context`");
            None
        }
        (TriggerKind::Cron, Some("Scheduled")) => Some(Given::Scheduled),
        (TriggerKind::Email, Some("Email")) => Some(Given::Email),
        (TriggerKind::Queue, _) => Some(message(ty)),
        (kind, _) => {
            let help = match kind {
                TriggerKind::Cron => "it may take `ctx: &Context` and `scheduled: Scheduled`",
                _ => "it takes `mail: Email`, and may take `ctx: &Context`",
            };
            errors.report(ty, "nobody gives the function this parameter", help);
            None
        }
    }
}

fn lent<'a>(kind: TriggerKind, reference: &'a TypeReference, errors: &Errors) -> Option<Given<'a>> {
    let inner = types::ungrouped(&reference.elem);
    match last(inner).map(|(name, _)| name).as_deref() {
        Some("Context") if reference.mutability.is_none() => Some(Given::Context),
        Some("Context") => {
            errors.report(reference, "the context is lent to the function", "write `&Context`");
            None
        }
        Some("Caller") => {
            let help = "leave it out: nobody calls what a trigger starts";
            errors.report(reference, "this function has no caller", help);
            None
        }
        _ => {
            let (_, help) = wanted(kind);
            errors.report(reference, "the parameter belongs to the function", help);
            None
        }
    }
}

fn message(ty: &Type) -> Given<'_> {
    match last(ty) {
        Some((name, Some(body))) if name == "Queued" => Given::Queued(body),
        Some((name, Some(item))) if name == "Vec" => match last(types::ungrouped(item)) {
            Some((name, Some(body))) if name == "Queued" => Given::Batch(body),
            _ => Given::Body(ty),
        },
        _ => Given::Body(ty),
    }
}

/// The last name of a path, and its one type argument.
fn last(ty: &Type) -> Option<(String, Option<&Type>)> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last()?;
    let argument = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) if arguments.args.len() == 1 => {
            match arguments.args.first() {
                Some(GenericArgument::Type(ty)) => Some(ty),
                _ => None,
            }
        }
        _ => None,
    };
    Some((segment.ident.to_string(), argument))
}
