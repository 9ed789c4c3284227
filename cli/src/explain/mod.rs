//! `cargo toolgate explain`: whether a person may call a function, and why.

mod answer;
mod changes;

use clap::{ArgGroup, Args};
use serde_json::{Map, Value};
use toolgate_config::Checked;
use toolgate_policy::Vars;
use toolgate_policy::explain::explain;
use toolgate_policy_proof::invariants::Kind;

use crate::lock::{self, Function, FunctionKind, Lock};
use crate::project::Project;
use crate::who::{Variables, Who, json_pair};
use crate::{Error, Result, proof};

use answer::PolicyAnswer;
use changes::{Call, WaysIn};

/// Text at the end of `--help`.
pub const HELP: &str = "\
Functions are those of mcp.lock, policies those of mcp.toml; nothing is compiled. The decision is that
of the Worker, by the same code.

Exit status: 0 allowed, 1 denied, 2 no answer (it depends on arguments or a variable, or something is
missing), or wrong usage

Example:
    cargo toolgate explain --user ada@example.com --group design --tool draw";

/// Arguments of `cargo toolgate explain`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true)))]
pub struct Arguments {
    /// The tool that is called
    #[arg(long, group = "what", value_name = "NAME")]
    tool: Option<String>,
    /// The prompt that is asked for
    #[arg(long, group = "what", value_name = "NAME")]
    prompt: Option<String>,
    /// The resource that is read, by its name, or its URI or template as in mcp.lock
    #[arg(long, group = "what", value_name = "NAME|URI")]
    resource: Option<String>,
    /// A policy itself
    #[arg(long, group = "what", value_name = "NAME")]
    policy: Option<String>,
    #[command(flatten)]
    who: Who,
    /// An argument of the call, its value as JSON or else as text; may be repeated
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = json_pair)]
    arguments: Vec<(String, Value)>,
    #[command(flatten)]
    variables: Variables,
    /// Environment of mcp.toml, `[env.NAME]`
    #[arg(long = "env", value_name = "NAME")]
    environment: Option<String>,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

/// Says who decides what: true for allowed, false for denied.
///
/// # Errors
///
/// When `mcp.toml` or `mcp.lock` cannot be read or has no such function, and when the answer depends on
/// arguments or a variable that were not given.
pub fn run(project: &Project, arguments: &Arguments) -> Result<bool> {
    let (file, source) = project.config_and_source()?;
    let checked = project.config_in(arguments.environment.as_deref())?;
    let named = arguments.function();
    let function = match named {
        Some((kind, name)) => Some(find(&lock::under(project, &file, &source)?, kind, name)?),
        None => None,
    };
    let policy = match &function {
        Some(function) => {
            arguments
                .arguments
                .iter()
                .try_for_each(|(name, _)| require_argument(function, name))?;
            function.policy.clone()
        }
        None => arguments.policy.clone().unwrap_or_default(),
    };
    let schema = function.as_ref().filter(|_| arguments.tool.is_some());
    let schema = schema.and_then(|function| proof::schema(Kind::Tool, function));
    let quota = function.as_ref().and_then(|function| function.quota.clone());
    let function = named.zip(function.as_ref()).map(|((kind, _), found)| (kind, &*found.name));
    require_policy(&checked, &policy)?;
    let config = &checked.config;
    let given: Map<_, _> = arguments.arguments.iter().cloned().collect();
    let given = (!given.is_empty()).then_some(&given);
    let caller = arguments.who.caller(config)?;
    let vars = arguments.variables.over(&checked);
    let decide = |vars: &dyn Vars| explain(config, &policy, &caller, given, vars).outcome.into();
    let variable = vars.deciding(&caller, &decide);
    let explanation = explain(config, &policy, &caller, given, &vars);
    let answer = PolicyAnswer::of(&explanation, function, &policy, variable, &checked);
    let mut answer = answer.charged_to(quota);
    if answer.is_allowed() == Some(false) {
        let schema = schema.as_ref();
        let call = Call {
            config,
            policy: &policy,
            caller: &caller,
            arguments: given,
            vars: &vars,
            schema,
        };
        answer = answer.with_ways(WaysIn::of(&call)?);
    }
    print!("{}", if arguments.json { answer.json()? } else { answer.text() });
    answer.is_allowed().ok_or_else(|| match answer.variable() {
        Some(name) => Error::new(format!("the answer depends on {name}, a variable of the Worker"))
            .help(format!("mcp.toml does not have its value; give it: `--var {name}=…`")),
        None => Error::new("the answer depends on the arguments of the call")
            .help("give them, for example `--arg name=value`"),
    })
}

impl Arguments {
    fn function(&self) -> Option<(FunctionKind, &str)> {
        let named = [
            (FunctionKind::Tool, &self.tool),
            (FunctionKind::Prompt, &self.prompt),
            (FunctionKind::Resource, &self.resource),
        ];
        named.into_iter().find_map(|(kind, name)| Some((kind, name.as_deref()?)))
    }
}

/// A function by its name, or a resource by its URI.
fn find(lock: &Lock, kind: FunctionKind, name: &str) -> Result<Function> {
    let by_uri = || lock.of(kind).iter().find(|function| function.uri.as_deref() == Some(name));
    if let Some(function) = lock.function(kind, name).or_else(by_uri) {
        return Ok(function.clone());
    }
    let shown = |function: &Function| match &function.uri {
        Some(uri) => format!("{} ({uri})", function.name),
        None => function.name.clone(),
    };
    let names: Vec<_> = lock.of(kind).iter().map(shown).collect();
    let kind = kind.as_str();
    let known = match names.as_slice() {
        [] => format!("there is no {kind}"),
        names => format!("{kind}s: {}", names.join(", ")),
    };
    Err(Error::new(format!("{} has no {kind} `{name}`", lock::NAME))
        .help(format!("{known}; a new one is there after `cargo toolgate lock`")))
}

/// Refuses an argument that the schema in `mcp.lock` does not have: it would decide nothing. Where a schema
/// takes others, or is not there, every name passes.
fn require_argument(function: &Function, name: &str) -> Result<()> {
    let schema = function.schema.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let schema: Value = schema.unwrap_or_default();
    let Some(known) = schema["properties"].as_object() else { return Ok(()) };
    if known.contains_key(name) || schema["additionalProperties"] != false {
        return Ok(());
    }
    let known: Vec<_> = known.keys().map(|known| format!("`{known}`")).collect();
    let known = if known.is_empty() {
        "it has none".to_owned()
    } else {
        format!("it has {}", known.join(", "))
    };
    Err(Error::new(format!("`{}` has no argument `{name}`", function.name))
        .help(format!("{known}; a new one is there after `cargo toolgate lock`")))
}

fn require_policy(checked: &Checked, policy: &str) -> Result<()> {
    if checked.has_policy(policy) {
        return Ok(());
    }
    let known: Vec<_> = checked.policy_names().collect();
    let help = match checked.suggest_policy(policy) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("policies: {}", known.join(", ")),
    };
    Err(Error::new(format!("mcp.toml has no policy `{policy}`")).help(help))
}
