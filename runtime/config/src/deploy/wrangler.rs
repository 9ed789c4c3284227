//! `wrangler.jsonc`.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};
use serde_json::{Map, Value, json};

use super::Package;
use super::bindings::bindings;
use super::environments::environments;
use super::merge::merge;
use super::text::entry;
use super::variables::variables;
use crate::diagnostic::{Code, Diagnostic, Fault};
use crate::model::Provider;
use crate::parse::{
    Checked, OBJECT_BINDING, OBJECT_CLASS, OBJECT_MIGRATION, STRICT_FETCH, worker_name,
};

/// `compatibility_date` of generated servers: the newest that the pinned workerd knows.
pub const COMPATIBILITY_DATE: &str = "2026-11-17";

/// Port of local development, the one that the seed demo uses.
pub const DEV_PORT: u16 = 8788;

/// The worker-build that belongs to the pinned `worker` crate.
pub const WORKER_BUILD_VERSION: &str = "0.8.7";

/// `limits.subrequests` of servers that announce changes. Telling 10,000 sessions takes as many requests,
/// and rounds that follow each other are one invocation; Cloudflare takes up to 10,000,000.
const SUBREQUESTS: u32 = 1_000_000;

/// The variable that says in which jurisdiction a Worker finds its Durable Objects: nothing reads it but
/// `cargo toolgate deploy`, from the Worker that is live.
pub const JURISDICTION: &str = "TOOLGATE_JURISDICTION";

/// The comments of the generated file; everything else comes from [`generated`] and `[wrangler]`.
const TEMPLATE: &str = include_str!("wrangler.jsonc.j2");

/// The text of `wrangler.jsonc`: commented, the same for the same input, ending in a line break.
///
/// # Errors
///
/// When the package's name cannot be the Worker's and `[wrangler] name` gives no other, or an
/// environment makes it too long.
pub fn wrangler_jsonc(checked: &Checked, package: &Package<'_>) -> Result<String, Vec<Diagnostic>> {
    let name = worker(checked, package, None)?;
    let mut config = generated(checked, &name);
    let generated: Vec<String> = config.keys().cloned().collect();
    merge(&mut config, &checked.wrangler);
    let environments = environments(checked, &name, &config)?;
    render(checked, &generated, &config, environments).map_err(|error| {
        let message = format!("wrangler.jsonc could not be written: {error}");
        vec![without_position(Fault { code: Code::WranglerUnsupported, message, help: None })]
    })
}

/// The name that the Worker of this package has in an environment, or outside of all.
///
/// # Errors
///
/// As [`wrangler_jsonc`].
pub fn worker(
    checked: &Checked,
    package: &Package<'_>,
    environment: Option<&str>,
) -> Result<String, Vec<Diagnostic>> {
    let name = sound_name(own_name(checked).unwrap_or(&package.name.to_ascii_lowercase()))?;
    match environment {
        None => Ok(name),
        Some(environment) => worker_in(checked, &name, environment),
    }
}

/// The same, for the Worker of this name outside of all environments.
pub(super) fn worker_in(
    checked: &Checked,
    worker: &str,
    environment: &str,
) -> Result<String, Vec<Diagnostic>> {
    let own = checked.environment(environment).and_then(own_name);
    own.map_or_else(|| sound_name(&format!("{worker}-{environment}")), sound_name)
}

fn own_name(checked: &Checked) -> Option<&str> {
    checked.wrangler.get("name").and_then(toml::Value::as_str)
}

fn sound_name(name: &str) -> Result<String, Vec<Diagnostic>> {
    worker_name(name).map_err(|fault| vec![without_position(fault)])
}

fn without_position(Fault { code, message, help }: Fault) -> Diagnostic {
    Diagnostic { code, span: 0..0, message, help }
}

/// What the server needs, without `[wrangler]`.
pub(super) fn generated(checked: &Checked, name: &str) -> Map<String, Value> {
    let required: Vec<String> =
        variables(checked).into_iter().map(|variable| variable.name).collect();
    let build = format!(
        "cargo install -q worker-build@{WORKER_BUILD_VERSION} --locked && worker-build --release"
    );
    let mut config = Map::new();
    let mut set = |key: &str, value| config.insert(key.to_owned(), value);
    set("$schema", json!("node_modules/wrangler/config-schema.json"));
    set("name", json!(name));
    set("main", json!("build/index.js"));
    set("minify", json!(true));
    set("keep_names", json!(false));
    set("compatibility_date", json!(COMPATIBILITY_DATE));
    set("compatibility_flags", json!([STRICT_FETCH]));
    set("build", json!({ "command": build }));
    set(
        "observability",
        // One line for a call: the platform's own for each request costs more than the call.
        json!({ "enabled": true, "logs": { "enabled": true, "invocation_logs": false } }),
    );
    // Said, because wrangler's own defaults have changed before.
    let has_routes = ["route", "routes"].iter().any(|key| checked.wrangler.contains_key(*key));
    set("workers_dev", json!(!has_routes));
    set("preview_urls", json!(false));
    let binding = json!({ "name": OBJECT_BINDING, "class_name": OBJECT_CLASS });
    set("durable_objects", json!({ "bindings": [binding] }));
    set("migrations", json!([{ "tag": OBJECT_MIGRATION, "new_sqlite_classes": [OBJECT_CLASS] }]));
    set("secrets", json!({ "required": required }));
    set("dev", json!({ "port": DEV_PORT }));
    if checked.config.transport.notifications {
        set("limits", json!({ "subrequests": SUBREQUESTS }));
    }
    if let Some(jurisdiction) = checked.config.storage.jurisdiction {
        set("vars", json!({ JURISDICTION: jurisdiction.name() }));
    }
    config.extend(bindings(checked, name));
    config
}

/// The file, from the generated keys, for which the template has comments, and the others.
fn render(
    checked: &Checked,
    generated: &[String],
    config: &Map<String, Value>,
    environments: Vec<String>,
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build()?);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.add_template("wrangler.jsonc", TEMPLATE)?;

    let entry = |(key, value): (&String, &Value)| (key.clone(), entry(key, value, 2));
    let (known, own): (Vec<_>, Vec<_>) =
        config.iter().map(entry).partition(|(key, _)| generated.contains(key));
    let known: BTreeMap<String, String> = known.into_iter().collect();
    let own: Vec<String> = own.into_iter().map(|(_, entry)| entry).collect();
    let is_dev = matches!(checked.config.identity.provider, Provider::Dev | Provider::None);
    let context = minijinja::context! { known, own, is_dev, environments };
    environment.get_template("wrangler.jsonc")?.render(context)
}
