//! The sessions and streams that one person has open in the legacy revisions. Each kind of
//! session has an object for each person, which keeps the count and ends what is one too many.
//!
//! The object knows when something began. Whether it is still there, and since when it is idle, is known
//! to the session itself, which is asked when there is one too many, and not before: most people never
//! come near the bound.

mod object;

use serde::Serialize;

use crate::http::object_client;
use crate::platform::bindings::Env;
use crate::ports::app::App;
use crate::ports::object::Object;
use toolgate_core::from_json::FromJson;

pub(crate) use self::object::{TABLE, look_after, serve};

/// The answer of a session that is over, or about a stream that is.
pub(crate) const GONE: &str = "gone";
/// The answer of a session that has a call under way or an open stream.
pub(crate) const BUSY: &str = "busy";
/// The answer of a session about a stream that is open.
pub(crate) const OPEN: &str = "open";

/// Something that a person begins or ends.
#[derive(Debug, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// A session wants to begin: its name.
    Begin(String),
    /// A stream was opened.
    Open {
        /// The session's name.
        session: String,
        /// The stream's number.
        stream: u64,
        /// The streams of this session that are open.
        open: Vec<u64>,
    },
    /// A session is over.
    End(String),
}

/// Tells the person's object. False where the person has too much open already, and nothing of it can
/// be ended. `kind` is what the names of the sessions begin with.
pub(crate) async fn tell(
    app: &App,
    env: &Env,
    kind: &str,
    subject_key: &str,
    entry: &Entry,
) -> worker::Result<bool> {
    // Both bounds are those of a person, so either tells whether there are any.
    if app.per_person(app.config.limits.sessions_per_person).is_none() {
        return Ok(true);
    }
    let name = ["roster:", kind, ":", subject_key].concat();
    let path = ["/", kind, "/roster"].concat();
    let answer = object_client::ask(app, env, &name, &path, &serde_json::to_string(entry)?).await?;
    Ok(answer.is_empty())
}

/// True if the object is one that keeps a count, for its alarm.
pub(crate) fn is_roster(object: &Object) -> worker::Result<bool> {
    object.has_table(TABLE)
}
