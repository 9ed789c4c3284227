//! `[[never]]` and `[[always]]` of `mcp.toml`, proved for all functions of the program: those of other crates, too,
//! which were compiled beside another file.

use serde_json::Value;
use toolgate_config::Invariant;
use toolgate_core::mcp::tool::Schema;
use toolgate_policy_proof::case_words;
use toolgate_policy_proof::invariants::{self, Function, Kind, Verdict};

use super::def::{Def, ToolDef};
use super::registry::registry;
use crate::ports::app::App;

/// One line for each that does not hold.
pub(crate) fn violated(app: &App, all: &[Invariant]) -> Vec<String> {
    // Functions that cannot be told apart are told by the other test.
    let Ok(registry) = registry() else { return Vec::new() };
    let schemas: Vec<Value> = registry.tools().iter().map(|def| schema(def)).collect();
    let tools = registry.tools().iter().zip(&schemas);
    let mut functions: Vec<Function<'_>> = tools
        .map(|(def, schema)| Function { schema: Some(schema), ..function(Kind::Tool, *def) })
        .collect();
    functions.extend(registry.prompts().iter().map(|def| function(Kind::Prompt, *def)));
    functions.extend(registry.resources().iter().map(|def| function(Kind::Resource, *def)));
    match invariants::check(&app.config, all, &functions) {
        Ok(found) => found.iter().filter_map(|(one, of, verdict)| line(one, of, verdict)).collect(),
        Err(fault) => vec![fault.to_string()],
    }
}

fn function(kind: Kind, def: &'static dyn Def) -> Function<'static> {
    Function { kind, name: def.name(), policy: def.policy(), schema: None }
}

fn schema(def: &ToolDef) -> Value {
    match def.info.input_schema {
        // Text that is no JSON is told by the other test.
        Schema::Static(text) => toolgate_core::json::from_str(text).unwrap_or_default(),
        Schema::Build(build) => build(),
    }
}

fn line(invariant: &Invariant, function: &Function<'_>, verdict: &Verdict) -> Option<String> {
    let Invariant { name, line, column, always, .. } = invariant;
    let (kind, of) = (function.kind.as_str(), function.name);
    let what = match verdict {
        Verdict::Holds { .. } => return None,
        Verdict::Undecided => format!("whether it holds for {kind} `{of}` is not decided"),
        Verdict::Violated { case, .. } => {
            let verb = if *always { "cannot call" } else { "can call" };
            format!("{} {verb} {kind} `{of}`", case_words(case))
        }
    };
    Some(format!("mcp.toml:{line}:{column}: `{name}`: {what}"))
}
