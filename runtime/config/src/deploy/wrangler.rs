//! `wrangler.jsonc`.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};
use serde_json::{Map, Value, json};

use super::Package;
use super::bindings::bindings;
use super::merge::merge;
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

/// The comments of the generated file; everything else comes from [`generated`] and `[wrangler]`.
const TEMPLATE: &str = include_str!("wrangler.jsonc.j2");

/// The text of `wrangler.jsonc`: commented, the same for the same input, ending in a line break.
///
/// # Errors
///
/// When the package's name cannot be the Worker's and `[wrangler] name` gives no other.
pub fn wrangler_jsonc(checked: &Checked, package: &Package<'_>) -> Result<String, Vec<Diagnostic>> {
    let name = match checked.wrangler.get("name").and_then(toml::Value::as_str) {
        Some(name) => name.to_owned(),
        None => package.name.to_ascii_lowercase(),
    };
    let name = worker_name(&name).map_err(|fault| vec![without_position(fault)])?;
    let mut config = generated(checked, &name);
    let generated: Vec<String> = config.keys().cloned().collect();
    merge(&mut config, &checked.wrangler);
    render(checked, &generated, &config).map_err(|error| {
        let message = format!("wrangler.jsonc could not be written: {error}");
        vec![without_position(Fault { code: Code::WranglerUnsupported, message, help: None })]
    })
}

fn without_position(Fault { code, message, help }: Fault) -> Diagnostic {
    Diagnostic { code, span: 0..0, message, help }
}

/// What the server needs, without `[wrangler]`.
fn generated(checked: &Checked, name: &str) -> Map<String, Value> {
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
    set("observability", json!({ "enabled": true }));
    let binding = json!({ "name": OBJECT_BINDING, "class_name": OBJECT_CLASS });
    set("durable_objects", json!({ "bindings": [binding] }));
    set("migrations", json!([{ "tag": OBJECT_MIGRATION, "new_sqlite_classes": [OBJECT_CLASS] }]));
    set("secrets", json!({ "required": required }));
    set("dev", json!({ "port": DEV_PORT }));
    config.extend(bindings(checked, name));
    config
}

/// The file, from the generated keys, for which the template has comments, and the others.
fn render(
    checked: &Checked,
    generated: &[String],
    config: &Map<String, Value>,
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build()?);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.add_template("wrangler.jsonc", TEMPLATE)?;

    let entry = |(key, value): (&String, &Value)| (key.clone(), entry(key, value));
    let (known, own): (Vec<_>, Vec<_>) =
        config.iter().map(entry).partition(|(key, _)| generated.contains(key));
    let known: BTreeMap<String, String> = known.into_iter().collect();
    let own: Vec<String> = own.into_iter().map(|(_, entry)| entry).collect();
    let is_dev = matches!(checked.config.identity.provider, Provider::Dev | Provider::None);
    environment.get_template("wrangler.jsonc")?.render(minijinja::context! { known, own, is_dev })
}

/// A key of the outermost object with its value; short values on one line.
fn entry(key: &str, value: &Value) -> String {
    /// Longest value that stays on one line, so that lines stay under 100 columns.
    const LONGEST_LINE: usize = 72;
    let mut text = spaced(value);
    if text.len() > LONGEST_LINE && (value.is_array() || value.is_object()) {
        text = format!("{value:#}").replace('\n', "\n  ");
    }
    format!("{}: {text}", Value::from(key))
}

/// JSON on one line, with the blanks that people write.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(array) => {
            format!("[{}]", array.iter().map(spaced).collect::<Vec<_>>().join(", "))
        }
        Value::Object(object) if !object.is_empty() => {
            let entry = |(key, value)| format!("{}: {}", Value::String(key), spaced(value));
            let entries = object.iter().map(|(key, value)| entry((key.clone(), value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
