//! Events that start functions, checked against `mcp.toml`.

use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;
use toolgate_config::{Checked, deploy, nearest};

use crate::{Doing, Error, Result};

/// The largest mail that Cloudflare takes, in bytes.
const MAX_MAIL: u64 = 25 * 1024 * 1024;

/// An event as the process of the server reads it.
#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Event {
    /// The name of a cron, which stands for its schedule.
    Cron { cron: String },
    /// Messages, and the name of their queue at Cloudflare.
    Queue { queue: String, messages: Vec<Value> },
    /// A mail, in base64.
    Email { from: String, to: String, raw: String },
}

pub(super) fn cron(checked: &Checked, name: &str) -> Result<Event> {
    let names = checked.triggers.crons.iter().map(|cron| cron.name.as_str());
    known("cron", name, &names.collect::<Vec<_>>())?;
    Ok(Event::Cron { cron: name.to_owned() })
}

pub(super) fn queue(
    checked: &Checked,
    worker: &str,
    name: &str,
    messages: &[String],
) -> Result<Event> {
    let queues = &checked.triggers.queues;
    let names = queues.iter().map(|queue| queue.name.as_str());
    known("queues", name, &names.collect::<Vec<_>>())?;
    let queue = queues.iter().find(|queue| queue.name == name);
    let queue = queue.map(|queue| deploy::queue_name(queue, worker)).unwrap_or_default();
    let messages = messages.iter().map(|message| {
        serde_json::from_str(message).map_err(|error| {
            Error::new(format!("`{message}` is not JSON: {error}")).help(
                "put a message into single quotes, such as '{\"page\": \"a\"}', and text into double \
                 quotes inside of them, such as '\"a\"'",
            )
        })
    });
    Ok(Event::Queue { queue, messages: messages.collect::<Result<_>>()? })
}

pub(super) fn email(checked: &Checked, from: &str, to: &str, file: &Path) -> Result<Event> {
    if !checked.triggers.has_email {
        return Err(Error::new("mcp.toml has no `[email]`")
            .help("add it, and `#[email]` above the function that takes mail"));
    }
    let mut raw = Vec::new();
    let doing = || format!("read {}", file.display());
    if file == Path::new("-") {
        std::io::stdin().take(MAX_MAIL + 1).read_to_end(&mut raw).doing(doing)?;
    } else {
        let file = std::fs::File::open(file).doing(doing)?;
        file.take(MAX_MAIL + 1).read_to_end(&mut raw).doing(doing)?;
    }
    if raw.len() as u64 > MAX_MAIL {
        return Err(Error::new(format!("the mail is larger than {MAX_MAIL} bytes"))
            .help("Cloudflare takes no larger one"));
    }
    Ok(Event::Email { from: from.to_owned(), to: to.to_owned(), raw: STANDARD.encode(raw) })
}

/// Names that `mcp.toml` has.
fn known(section: &str, name: &str, names: &[&str]) -> Result<()> {
    if names.contains(&name) {
        return Ok(());
    }
    let help = match (nearest(name, names.iter().copied()), names) {
        (Some(meant), _) => format!("did you mean `{meant}`?"),
        (None, []) => format!("add `[{section}.{name}]`"),
        (None, names) => format!("it has {}", names.join(", ")),
    };
    Err(Error::new(format!("mcp.toml has no `[{section}.{name}]`")).help(help))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked() -> Checked {
        let text =
            "[server]\nname = \"A\"\n[cron.nightly]\nschedule = \"0 6 * * *\"\n[queues.jobs]\n";
        toolgate_config::check(text).expect("it is sound")
    }

    #[test]
    fn a_mistyped_name_says_which_one_is_meant() {
        let error = cron(&checked(), "nihgtly").expect_err("there is none").to_string();
        assert!(error.contains("did you mean `nightly`?"), "{error}");
        let error = queue(&checked(), "a", "mails", &[]).expect_err("there is none").to_string();
        assert!(error.contains("it has jobs"), "{error}");
        let error = email(&checked(), "a", "b", Path::new("-")).expect_err("none").to_string();
        assert!(error.contains("mcp.toml has no `[email]`"), "{error}");
    }

    #[test]
    fn a_queue_is_called_as_at_cloudflare_and_its_messages_are_json() {
        let event = queue(&checked(), "my_server", "jobs", &["{\"a\":1}".to_owned()]);
        let event = serde_json::to_value(event.expect("it is sound")).expect("JSON");
        let expected =
            json!({ "kind": "queue", "queue": "my-server-jobs", "messages": [{ "a": 1 }] });
        assert_eq!(event, expected);
        let error = queue(&checked(), "a", "jobs", &["a".to_owned()]).expect_err("no JSON");
        assert!(error.to_string().contains("`a` is not JSON"), "{error}");
    }
}
