//! Rules for functions that no client starts, and no generated code.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use syn::LitStr;
use syn::parse::{ParseStream, Parser};
use toolgate_config::{Checked, nearest};

use super::parameters::{self, Given};
use crate::config_file::{ConfigOutcome, ConfigPath};
use crate::errors::Errors;
use crate::function::ast::Function;
use crate::function::needs::{self, Needs};
use crate::function::{FunctionKind, TriggerKind, signature};
use crate::options;

/// Options after the name.
const OPTIONS: &[&str] = &["config"];

/// Methods of `Context` that need a caller or a client, and what to do instead.
const FORBIDDEN: &[(&[&str], &str)] = &[
    (&["caller"], "leave it out: nobody calls what a trigger starts"),
    (
        &["ask", "ask_url", "sample", "roots", "client", "argument"],
        "leave it out: only a tool, prompt or resource can ask its client",
    ),
    (
        &["as_caller", "connection"],
        "send the request by `ctx.http()`, with a secret of the server's own: `ctx.secret(\"NAME\")`",
    ),
    (&["state"], "write `ctx.server_state()`: the state of the server, and of no person"),
    (&["sql"], "write `ctx.server_sql()`: the database of the server, and of no person"),
    (&["start_task"], "leave it out: only tools become tasks"),
    (&["quota"], "leave it out: a quota counts the calls of callers"),
    (
        &["progress", "log", "debug", "info", "warning", "error"],
        "write to the log of the Worker, by `toolgate::worker::console_log!`",
    ),
];

/// A function that passed every rule.
pub(crate) struct Trigger<'a> {
    pub(crate) kind: TriggerKind,
    /// The name of its section, with the place of the name; of mail none.
    pub(crate) name: Option<LitStr>,
    pub(crate) parameters: Vec<Given<'a>>,
    pub(crate) needs: Needs,
    pub(crate) config: ConfigPath,
}

/// Checks everything about the function. What is wrong is in `errors`.
pub(crate) fn check<'a>(
    kind: TriggerKind,
    tokens: TokenStream,
    function: &'a Function,
    errors: &Errors,
) -> Option<Trigger<'a>> {
    let (name, rest) = name(kind, tokens, function, errors);
    let entries = options::parse(rest, OPTIONS, errors);
    let config = entries.first().and_then(|entry| entry.text(errors));
    let config = ConfigPath::of_config(config.as_ref());
    signature::check(FunctionKind::Trigger(kind), function, errors);
    let parameters = parameters::read(kind, &function.sig, errors);
    for (methods, help) in FORBIDDEN {
        let why = "a function that a trigger starts has no caller and no client";
        needs::forbid(function, methods, (why, help), errors);
    }
    if errors.is_empty() {
        declared(kind, name.as_ref(), &config, function, errors);
    }
    // All else takes a client, or is said in mcp.toml.
    let needs = Needs { state: Needs::of(function).state, ..Needs::default() };
    Some(Trigger { kind, name, parameters, needs, config })
}

/// The name at the beginning, and what follows it.
fn name(
    kind: TriggerKind,
    tokens: TokenStream,
    function: &Function,
    errors: &Errors,
) -> (Option<LitStr>, TokenStream) {
    if kind == TriggerKind::Email {
        return (None, tokens);
    }
    let parser = |input: ParseStream<'_>| {
        let name = if input.peek(LitStr) { Some(input.parse::<LitStr>()?) } else { None };
        if name.is_some() && !input.is_empty() {
            input.parse::<syn::Token![,]>()?;
        }
        Ok((name, input.parse::<TokenStream>()?))
    };
    let section = kind.section();
    let help = format!(
        "write the name of a `[{section}.…]` of mcp.toml: `#[{}(\"…\")]`",
        kind.attribute()
    );
    match parser.parse2(tokens) {
        Ok((None, rest)) => {
            errors.report(&function.sig.ident, "nothing says what starts this function", help);
            (None, rest)
        }
        Ok(found) => found,
        Err(error) => {
            errors.push_with_help(&error, help);
            (None, TokenStream::new())
        }
    }
}

/// Reports a trigger that `mcp.toml` has in no environment. A broken file is for `serve!` to report, once.
fn declared(
    kind: TriggerKind,
    name: Option<&LitStr>,
    config: &ConfigPath,
    function: &Function,
    errors: &Errors,
) {
    let ConfigOutcome::Good(checked) = config.check() else { return };
    let file = config.display();
    let Some(literal) = name else {
        if kind == TriggerKind::Email && !everywhere(&checked).any(|one| one.triggers.has_email) {
            let help = format!("add `[email]` to {file}");
            errors.report(&function.sig.ident, "nothing starts this function", help);
        }
        return;
    };
    let (section, name) = (kind.section(), literal.value());
    let known: BTreeSet<&str> = everywhere(&checked).flat_map(|one| names(kind, one)).collect();
    if known.contains(name.as_str()) {
        return;
    }
    let all: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    let all = match all.as_slice() {
        [] => format!("add `[{section}.{name}]` to {file}"),
        names => format!("`[{section}]` of {file} has {}", names.join(", ")),
    };
    let help = match nearest(&name, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?\n= help: {all}"),
        None => all,
    };
    errors.report(literal, format!("unknown {} `{name}`", kind.attribute()), help);
}

/// The file as it is outside of environments, and in each.
fn everywhere(checked: &Checked) -> impl Iterator<Item = &Checked> {
    std::iter::once(checked).chain(checked.environments.iter().map(|one| &one.checked))
}

fn names(kind: TriggerKind, checked: &Checked) -> Vec<&str> {
    let triggers = &checked.triggers;
    match kind {
        TriggerKind::Cron => triggers.crons.iter().map(|cron| cron.name.as_str()).collect(),
        TriggerKind::Queue => triggers.queues.iter().map(|queue| queue.name.as_str()).collect(),
        TriggerKind::Email => Vec::new(),
    }
}
