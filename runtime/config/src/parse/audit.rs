//! `[audit]`: where security decisions are written to besides the log.

use super::form::Form;
use super::schema::{pattern, shape};
use super::text::{is_label, owned};
use super::value::{Section, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Audit, Str};

/// Longest name of an Analytics Engine data set; it is the table's name in SQL.
const LONGEST_DATASET: usize = 100;

/// The parts that `include` may list.
const PARTS: [&str; 2] = ["email", "arguments"];

pub(super) const DATASET: Form = Form::new(dataset, || {
    shape::with(shape::pattern(pattern::DATASET), "maxLength", LONGEST_DATASET)
});
pub(super) const QUEUE: Form = Form::new(queue, || shape::pattern(&pattern::label()));
pub(super) const AUDIT_PART: Form = Form::new(included, || shape::one_of(&PARTS));

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Audit> {
    let (analytics_engine, queue) = (Audit::analytics_engine(section), Audit::queue(section));
    let (include, required) = (Audit::include(section), Audit::required(section));
    let (analytics_engine, queue, include) = (analytics_engine?, queue?, include?);
    let includes = |name: &str| include.iter().any(|included| included == name);
    Some(Audit {
        analytics_engine,
        queue,
        email: includes("email"),
        arguments: includes("arguments"),
        required: required?,
    })
}

pub(super) fn dataset(text: &str) -> Result<Str, Fault> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let sound = text.bytes().all(allowed) && text.len() <= LONGEST_DATASET;
    if sound && text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not a name of an Analytics Engine data set", shown(text));
    let help = "names are letters, digits and `_`, for example `mcp_audit`";
    Err(Fault::new(Code::InvalidText, message, help))
}

pub(super) fn queue(text: &str) -> Result<Str, Fault> {
    if is_label(text) {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not a name of a queue", shown(text));
    let help = "names are up to 63 lower-case letters, digits and `-`, for example `mcp-audit`";
    Err(Fault::new(Code::InvalidText, message, help))
}

fn included(text: &str) -> Result<Str, Fault> {
    if PARTS.contains(&text) {
        return Ok(owned(text));
    }
    let message = format!("unsupported part of audit events `{}`", shown(text));
    Err(Fault::new(Code::UnsupportedValue, message, format!("supported: {}", names(&PARTS))))
}
