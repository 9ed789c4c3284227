//! `wrangler.jsonc`.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};
use serde_json::{Map, Value};

use super::Package;
use super::environments::environments;
use super::generated::generated;
use super::merge::merge;
use super::text::entry;
use super::triggers;
use super::worker::{without_position, worker};
use crate::AuditSink;
use crate::diagnostic::{Code, Diagnostic, Fault};
use crate::parse::Checked;

/// The comments of the generated file; everything else comes from [`generated`](fn@generated) and `[wrangler]`.
const TEMPLATE: &str = include_str!("wrangler.jsonc.j2");

/// The text of `wrangler.jsonc`: commented, the same for the same input, ending in a line break.
///
/// # Errors
///
/// When the package's name cannot be the Worker's and `[wrangler] name` gives no other, or an
/// environment makes it too long.
pub fn wrangler_jsonc(checked: &Checked, package: &Package<'_>) -> Result<String, Vec<Diagnostic>> {
    let name = worker(checked, package, None)?;
    triggers::check(checked, &name)?;
    let mut config = generated(checked, &name);
    let generated: Vec<String> = config.keys().cloned().collect();
    merge(&mut config, &checked.wrangler);
    let environments = environments(checked, &name, &config)?;
    render(checked, &generated, &config, environments).map_err(|error| {
        let message = format!("wrangler.jsonc could not be written: {error}");
        vec![without_position(Fault { code: Code::WranglerUnsupported, message, help: None })]
    })
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
    let is_dev = checked.config.identity.provider.is_local();
    let comments: BTreeMap<&str, &str> = AuditSink::ALL
        .map(AuditSink::facts)
        .map(|sink| (sink.kind.list().path[0], sink.comment))
        .into();
    let has_crons = !checked.triggers.crons.is_empty();
    let has_queues = !checked.triggers.queues.is_empty();
    let context =
        minijinja::context! { known, own, is_dev, environments, comments, has_crons, has_queues };
    environment.get_template("wrangler.jsonc")?.render(context)
}
