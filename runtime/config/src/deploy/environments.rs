//! `env` of `wrangler.jsonc`, from `[env.<name>]` of `mcp.toml`.

use serde_json::{Map, Value, json};

use super::generated::generated;
use super::merge::merge;
use super::text::entry;
use super::triggers;
use super::worker::worker_in;
use crate::diagnostic::Diagnostic;
use crate::parse::{Checked, Environment, TOP_LEVEL_ONLY};

/// The variable that says for which environment `serve!()` is compiled.
pub const ENVIRONMENT: &str = "TOOLGATE_ENV";

/// The keys that an environment takes over from the top level when it has none itself (wrangler 4.164).
/// Everything else it has to have itself: bindings, variables and secrets above all.
const INHERITED: &[&str] = &[
    "access",
    "account_id",
    "assets",
    "base_dir",
    "build",
    "cache",
    "compatibility_date",
    "compatibility_flags",
    "compliance_region",
    "find_additional_modules",
    "first_party_worker",
    "jsx_factory",
    "jsx_fragment",
    "keep_names",
    "limits",
    "logfwdr",
    "logpush",
    "main",
    "migrations",
    "minify",
    "no_bundle",
    "observability",
    "placement",
    "preserve_file_names",
    "preview_urls",
    "previews",
    "python_modules",
    "route",
    "routes",
    "rules",
    "triggers",
    "tsconfig",
    "upload_source_maps",
    "workers_dev",
];

/// The entry of every environment of the Worker; `top` is what stands at the top level of the file.
pub(super) fn environments(
    checked: &Checked,
    worker: &str,
    top: &Map<String, Value>,
) -> Result<Vec<String>, Vec<Diagnostic>> {
    let section = |environment: &Environment| {
        let name = environment.name.as_str();
        let worker = worker_in(checked, worker, name)?;
        triggers::check(&environment.checked, &worker)?;
        let config = config(environment, &worker, top);
        let entries = config.iter().map(|(key, value)| entry(key, value, 6));
        let entries = entries.collect::<Vec<_>>().join(",\n      ");
        Ok(format!("{}: {{\n      {entries}\n    }}", Value::from(name)))
    };
    checked.environments.iter().map(section).collect()
}

/// The parts that wrangler does not take over from the top level, or must not.
fn config(environment: &Environment, worker: &str, top: &Map<String, Value>) -> Map<String, Value> {
    let mut config = generated(&environment.checked, worker);
    if top.contains_key("triggers") && !config.contains_key("triggers") {
        // What runs at the top level, such as the purge of D1, has no place where nothing asks for it.
        config.insert("triggers".to_owned(), json!({ "crons": [] }));
    }
    merge(&mut config, &environment.checked.wrangler);
    if let Some(command) = config["build"].get("command").and_then(Value::as_str) {
        // For the whole line, which may be one of the user's own.
        let command = format!("export {ENVIRONMENT}={} && {command}", environment.name);
        config["build"]["command"] = command.into();
    }
    config.retain(|key, value| {
        let is_inherited = INHERITED.contains(&key.as_str()) && top.get(key) == Some(value);
        !is_inherited && !TOP_LEVEL_ONLY.contains(&key.as_str())
    });
    config
}
