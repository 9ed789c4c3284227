//! Rules that make a function a tool, and no generated code.

use proc_macro2::TokenStream;
use syn::LitStr;

use super::argument::{self, Argument};
use super::header;
use super::input_schema::{self, InputSchema};
use super::schema;
use crate::config_file::ConfigPath;
use crate::errors::Errors;
use crate::function::ast::Function;
use crate::function::description::{self, Description};
use crate::function::icon::{self, Icon};
use crate::function::name::{self, Name};
use crate::function::needs::{self, Needs};
use crate::function::signature::{self, Parameter};
use crate::function::{FunctionKind, connections, invariants, policy, quota};
use crate::options::{self, Entry};

/// Options of `#[mcp_tool(…)]`.
const OPTIONS: &[&str] = &[
    "allow",
    "name",
    "title",
    "description",
    "read_only",
    "destructive",
    "idempotent",
    "open_world",
    "icon",
    "icons",
    "task",
    "as_caller",
    "quota",
    "connections",
    "input_schema",
    "config",
];

/// A function that passed every rule.
pub(crate) struct Tool<'a> {
    pub(crate) name: Name,
    pub(crate) title: Option<LitStr>,
    pub(crate) description: Description,
    pub(crate) hints: Hints,
    pub(crate) icons: Vec<Icon>,
    pub(crate) task: Task,
    pub(crate) input_schema: Option<InputSchema>,
    pub(crate) policy: LitStr,
    pub(crate) quota: Option<LitStr>,
    pub(crate) connections: Vec<LitStr>,
    pub(crate) parameters: Vec<Parameter<Box<Argument<'a>>>>,
    pub(crate) needs: Needs,
    pub(crate) config: ConfigPath,
}

/// MCP tool annotations; `None` says nothing.
pub(crate) struct Hints {
    pub(crate) read_only: Option<bool>,
    pub(crate) destructive: Option<bool>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) open_world: Option<bool>,
}

/// Execution of calls as tasks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Forbidden,
    Optional,
    Required,
}

/// Checks everything about the function. What is wrong is in `errors`.
pub(crate) fn check<'a>(
    tokens: TokenStream,
    function: &'a Function,
    errors: &Errors,
) -> Option<Tool<'a>> {
    let entries = options::parse(tokens, OPTIONS, errors);
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let text = |key: &str| entry(key).and_then(|entry| entry.text(errors));
    let flag = |key: &str| entry(key).and_then(|entry| entry.flag(errors));
    let sig = &function.sig;
    let config = ConfigPath::of_config(text("config").as_ref());
    let policy = policy::check(FunctionKind::Tool, entry("allow"), &config, sig, errors);
    let title = text("title");
    let description =
        description::of_function(FunctionKind::Tool, function, entry("description"), errors);
    let hints = Hints {
        read_only: flag("read_only"),
        destructive: flag("destructive"),
        idempotent: flag("idempotent"),
        open_world: flag("open_world"),
    };
    contradictions(&hints, entry("destructive"), errors);
    let icons = icon::check(entry("icon"), entry("icons"), errors);
    let task = task(entry("task"), errors);
    let input_schema = entry("input_schema").map(|entry| input_schema::check(entry, errors));
    let name = name::of_function(FunctionKind::Tool, sig, entry("name"), errors);
    signature::check(FunctionKind::Tool, function, errors);
    let parameters = signature::parameters(FunctionKind::Tool, sig, errors, |input| {
        argument::check(input, errors).map(Box::new)
    });
    let arguments = parameters.iter().filter_map(Parameter::argument);
    header::distinct(arguments.filter_map(|argument| argument.header.as_ref()), errors);
    prove((&name, &policy), &input_schema, &parameters, &config, errors);
    let mut needs = Needs::of(function);
    needs.task |= task != Task::Forbidden;
    if task == Task::Forbidden {
        let help = "say `task = \"optional\"` or `task = \"required\"` in `#[mcp_tool(…)]`";
        needs::forbid_start_task(function, help, errors);
    }
    needs.as_caller = as_caller(entry("as_caller"), function, task, &parameters, errors);
    let quota = quota::check(entry("quota"), policy.as_ref(), function, &config, errors);
    let used = connections(entry("connections"), task, (function, &parameters), &config, errors);
    // A person is asked to connect an account, for which a legacy revision needs a session.
    (needs.quota, needs.session) = (quota.is_some(), needs.session || !used.is_empty());
    Some(Tool {
        name: name?,
        title,
        description: description?,
        hints,
        icons,
        task,
        input_schema: input_schema.flatten(),
        policy: policy?,
        quota,
        connections: used,
        parameters,
        needs,
        config,
    })
}

/// Reports invariants of `mcp.toml` that do not hold.
fn prove(
    (name, policy): (&Option<Name>, &Option<LitStr>),
    input_schema: &Option<Option<InputSchema>>,
    parameters: &[Parameter<Box<Argument<'_>>>],
    config: &ConfigPath,
    errors: &Errors,
) {
    let schema = || known_schema(input_schema.as_ref(), parameters);
    let guard = (name.as_ref(), policy.as_ref());
    invariants::check(FunctionKind::Tool, guard, schema, config, errors);
}

/// The schema of all arguments, where the macro knows it.
fn known_schema(
    own: Option<&Option<InputSchema>>,
    parameters: &[Parameter<Box<Argument<'_>>>],
) -> Option<String> {
    match own {
        Some(Some(InputSchema::Literal(text))) => Some(text.clone()),
        Some(_) => None,
        None => {
            let arguments = parameters.iter().filter_map(Parameter::argument);
            schema::whole(&arguments.map(|argument| &**argument).collect::<Vec<_>>())
        }
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

/// True for a tool that acts as its caller.
fn as_caller<T>(
    entry: Option<&Entry>,
    function: &Function,
    task: Task,
    parameters: &[Parameter<T>],
    errors: &Errors,
) -> bool {
    let said = entry.map(|entry| (entry, entry.flag(errors)));
    let entry = match said {
        Some((entry, Some(true))) => entry,
        // It was said, so that nothing else is reported for want of it.
        Some((_, None)) => return true,
        Some((_, Some(false))) | None => {
            let help =
                "add `as_caller` to `#[mcp_tool(…)]`, so that people who review access see it";
            needs::forbid_as_caller(function, help, errors);
            return false;
        }
    };
    if task != Task::Forbidden {
        let help = "a task goes on without its caller, whose sign-in may be over: leave out `task`, or \
                    `as_caller`";
        errors.report(&entry.key, "a task cannot act as its caller", help);
    } else if !parameters.iter().any(|parameter| matches!(parameter, Parameter::Context)) {
        let help = "take `ctx: &Context`, and send requests by `ctx.as_caller()`";
        errors.report(&entry.key, "a tool with `as_caller` needs a `&Context`", help);
    }
    true
}

/// The connections that a tool uses.
fn connections<T>(
    entry: Option<&Entry>,
    task: Task,
    (function, parameters): (&Function, &[Parameter<T>]),
    config: &ConfigPath,
    errors: &Errors,
) -> Vec<LitStr> {
    let Some(entry) = entry else {
        let help = "add `connections = [\"…\"]` to `#[mcp_tool(…)]`, with the names of those in mcp.toml, so that \
                    people who review access see it";
        needs::forbid_connection(function, help, errors);
        return Vec::new();
    };
    if task != Task::Forbidden {
        let help = "a task goes on without its caller, whose sign-in may be over: leave out `task`, or \
                    `connections`";
        errors.report(&entry.key, "a task cannot use the account of its caller", help);
    } else if !parameters.iter().any(|parameter| matches!(parameter, Parameter::Context)) {
        let help = "take `ctx: &Context`, and send requests by `ctx.connection(\"…\").fetch(…)`";
        errors.report(&entry.key, "a tool with `connections` needs a `&Context`", help);
    }
    connections::check(entry, config, errors)
}

fn task(entry: Option<&Entry>, errors: &Errors) -> Task {
    let Some(text) = entry.and_then(|entry| entry.text(errors)) else { return Task::Forbidden };
    match text.value().as_str() {
        "optional" => return Task::Optional,
        "required" => return Task::Required,
        _ => {}
    }
    let help = "write `task = \"optional\"` for a task where the client knows tasks, or \
                `task = \"required\"` for clients that know them only";
    errors.report(&text, format!("`{}` is not a kind of task", text.value()), help);
    Task::Forbidden
}

impl Tool<'_> {
    /// Arguments from the client, in the order of the signature.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Argument<'_>> {
        self.parameters.iter().filter_map(Parameter::argument).map(|argument| &**argument)
    }
}
