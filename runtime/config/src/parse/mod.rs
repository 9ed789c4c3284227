//! From the text of `mcp.toml` to a checked configuration, or to every fault at once.

mod audit;
mod bindings;
mod checked;
mod choice;
mod claims;
mod clients;
mod color;
mod comparison;
mod complexity;
mod condition;
mod connections;
mod declared;
mod dev;
mod enterprise;
mod environments;
mod exchange;
mod form;
mod groups;
mod identity;
mod invariants;
mod issuer;
mod keys;
mod kind;
mod networks;
mod policies;
mod policy_tests;
mod preset;
mod provider;
mod quotas;
mod rate;
mod redirect_uri;
mod references;
mod registration;
mod rows;
#[cfg_attr(
    not(feature = "schema"),
    allow(dead_code, reason = "shapes are of use to the schema only")
)]
pub mod schema;
mod secrets;
mod setting;
mod shared;
mod spot;
mod storage;
mod switch;
mod text;
mod tokens;
mod triggers;
mod upstream;
mod url;
mod value;
mod variables;
mod version;
mod whole;
mod workloads;
mod wrangler;

use toml::de::DeTable;

use self::value::Section;
use crate::diagnostic::{Code, Diagnostic, Fault, Sink};

pub use self::checked::{Checked, Environment};
pub use self::dev::{Dev, DevUser};
#[cfg(feature = "generate")]
pub(crate) use self::environments::TOP_LEVEL_ONLY;
pub use self::issuer::Warning;
pub use self::keys::SECTIONS;
pub use self::secrets::OwnSecret;
pub use self::storage::Existing;
#[cfg(feature = "generate")]
pub(crate) use self::text::is_label;
pub use self::triggers::{Cron, Queue, Triggers};
pub use self::version::SCHEMA_VERSION;
#[cfg(feature = "generate")]
pub(crate) use self::wrangler::{STRICT_FETCH, worker_name};

/// Reads and checks a `mcp.toml`.
///
/// # Errors
///
/// Every fault of the file, in its order. A file that is not TOML gets its syntax errors only,
/// since what could be read around them would cause misleading ones; one of a newer version gets that
/// it is.
pub fn check(source: &str) -> Result<Checked, Vec<Diagnostic>> {
    let (document, syntax_errors) = DeTable::parse_recoverable(source);
    let sink = Sink::default();
    if !syntax_errors.is_empty() {
        for error in syntax_errors {
            report_syntax_error(&sink, &error, source);
        }
        return Err(sink.into_diagnostics());
    }
    version::refuse_newer(document.get_ref())?;
    let root = Section::root(document.get_ref(), &sink);
    let checked = whole::read(&root, source);
    let environments = environments::read(&root, document.get_ref(), source, &sink);
    if let Some(checked) = &checked {
        let others = environments.iter().map(|environment| &environment.checked.config.identity);
        let identities = std::iter::once(&checked.config.identity).chain(others);
        claims::check(&checked.claims, identities, &sink);
    }
    match checked {
        Some(checked) if sink.is_empty() => Ok(Checked { environments, ..checked }),
        _ => Err(sink.into_diagnostics()),
    }
}

fn report_syntax_error(sink: &Sink, error: &toml::de::Error, source: &str) {
    let span = error.span().unwrap_or(source.len()..source.len());
    // The parser points between two characters where something is missing: mark the next one.
    let end = source.ceil_char_boundary(span.end.max(span.start + 1));
    let message = error.message().lines().collect::<Vec<_>>().join("; ");
    sink.report(span.start..end, Fault { code: Code::SyntaxError, message, help: None });
}
