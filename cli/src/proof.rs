//! Functions of `mcp.lock` for the prover, and callers that it found for people and programs.

use serde_json::{Value, json};
use toolgate_policy_proof::invariants::{Function, Kind};
use toolgate_policy_proof::{Case, Disagreement, case_words};

use crate::Error;
use crate::lock::{self, FunctionKind, Lock};

/// Exit status where the prover and the evaluator disagree: no answer can be trusted.
pub const DISAGREES: u8 = 3;

/// The functions of a lock file that the prover is asked about, with their schemas.
pub struct Functions {
    all: Vec<(Kind, lock::Function, Option<Value>)>,
}

impl Functions {
    /// Tools, prompts and resources. Routes are not covered: their caller need not be a person.
    pub fn of(lock: &Lock) -> Self {
        let all = lock.functions().filter_map(|(kind, function)| {
            let kind = match kind {
                FunctionKind::Tool => Kind::Tool,
                FunctionKind::Prompt => Kind::Prompt,
                FunctionKind::Resource => Kind::Resource,
                FunctionKind::Route => return None,
            };
            Some((kind, function.clone(), schema(kind, function)))
        });
        Self { all: all.collect() }
    }

    /// As the prover takes them.
    pub fn guarded(&self) -> Vec<Function<'_>> {
        self.all
            .iter()
            .map(|(kind, function, schema)| Function {
                kind: *kind,
                name: &function.name,
                policy: &function.policy,
                schema: schema.as_ref(),
            })
            .collect()
    }
}

/// The input schema of a tool; others take texts by name, which are not checked.
pub fn schema(kind: Kind, function: &lock::Function) -> Option<Value> {
    let text = function.schema.as_deref().filter(|_| kind == Kind::Tool)?;
    serde_json::from_str(text).ok()
}

/// A caller for programs.
pub fn json(case: &Case) -> Value {
    json!({
        "words": case_words(case),
        "caller": case.caller,
        "arguments": case.arguments,
        "variables": case.variables,
    })
}

/// A fault of the prover, as it is shown.
pub fn fault(disagreement: &Disagreement) -> Error {
    Error::new(disagreement.to_string())
        .help("no answer of this command can be trusted: please report it with your mcp.toml")
}
