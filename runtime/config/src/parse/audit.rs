//! `[audit]`: where security decisions are written to besides the log.

use serde_json::Value as Json;

use super::form::Form;
use super::schema::{pattern, shape};
use super::text::{is_label, owned};
use super::value::{Section, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Audit, Str};
use crate::{AuditSink, SinkFacts, Target};

/// Longest name of an Analytics Engine data set; it is the table's name in SQL.
const LONGEST_DATASET: usize = 100;

/// The parts that `include` may list.
const PARTS: [&str; 2] = ["email", "arguments"];

pub(super) const AUDIT_PART: Form = Form::new(included, || shape::one_of(&PARTS));

/// `[audit]`, and what the sinks are called at Cloudflare.
pub(crate) struct Trail {
    pub(crate) audit: Audit,
    pub(crate) targets: Vec<(AuditSink, Str)>,
}

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Trail> {
    let targets = targets(section);
    let (include, required) = (Audit::include(section), Audit::required(section));
    let (targets, include) = (targets?, include?);
    let includes = |name: &str| include.iter().any(|included| included == name);
    let audit = Audit {
        sinks: targets.iter().map(|(sink, _)| *sink).collect::<Vec<_>>().into(),
        email: includes("email"),
        arguments: includes("arguments"),
        required: required?,
    };
    Some(Trail { audit, targets })
}

/// The sinks that are named; `None` where a name is none.
fn targets(section: &Section<'_, '_>) -> Option<Vec<(AuditSink, Str)>> {
    let named = |sink: AuditSink| {
        let SinkFacts { key, target, .. } = sink.facts();
        let value = section.get(key)?;
        Some(value.text(|text| name(text, *target)).map(|name| (sink, name)))
    };
    // All of them, so that every fault is told.
    let targets: Vec<_> = AuditSink::ALL.into_iter().filter_map(named).collect();
    targets.into_iter().collect()
}

/// The shape of a sink's key; `None` for one that is no sink's.
pub(super) fn shape_of_sink(key: &str) -> Option<Json> {
    let sink = AuditSink::ALL.into_iter().map(AuditSink::facts).find(|known| known.key == key);
    Some(match sink?.target {
        Target::DataSet => {
            shape::with(shape::pattern(pattern::DATASET), "maxLength", LONGEST_DATASET)
        }
        Target::Label { .. } => shape::pattern(&pattern::label()),
    })
}

/// A name of this form.
pub(super) fn name(text: &str, form: Target) -> Result<Str, Fault> {
    match form {
        Target::DataSet => dataset(text),
        Target::Label { .. } if is_label(text) => Ok(owned(text)),
        Target::Label { title, help } => {
            let message = format!("`{}` is not a name of a {title}", shown(text));
            Err(Fault::new(Code::InvalidText, message, help))
        }
    }
}

fn dataset(text: &str) -> Result<Str, Fault> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let sound = text.bytes().all(allowed) && text.len() <= LONGEST_DATASET;
    if sound && text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not a name of an Analytics Engine data set", shown(text));
    let help = "names are letters, digits and `_`, for example `mcp_audit`";
    Err(Fault::new(Code::InvalidText, message, help))
}

fn included(text: &str) -> Result<Str, Fault> {
    if PARTS.contains(&text) {
        return Ok(owned(text));
    }
    let message = format!("unsupported part of audit events `{}`", shown(text));
    Err(Fault::new(Code::UnsupportedValue, message, format!("supported: {}", names(&PARTS))))
}
