//! Asking an address: by Node.js, which wrangler needs anyway, and which knows the proxies and
//! certificates of this machine.

use std::process::Command;

use serde::Deserialize;
use url::Url;

use super::address::{ProviderProbe, TITLE, is_local};
use super::finding::{Finding, shown};
use crate::tools::Tools;
use crate::{Doing, Result, process};

const SCRIPT: &str = include_str!("fetch.mjs");

/// Answer to a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct ProbeAnswer {
    pub(super) status: u16,
    pub(super) body: String,
    /// The server's clock, in seconds since 1970.
    pub(super) date: Option<i64>,
    /// This machine's clock at that moment.
    pub(super) now: i64,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Said {
    Answered(ProbeAnswer),
    Failed { error: String },
}

/// The answer to a question.
///
/// # Errors
///
/// Why there is none.
pub(super) fn ask(
    tools: &Tools,
    question: &ProviderProbe,
) -> std::result::Result<ProbeAnswer, Finding> {
    ask_at(tools, &question.url(), &question.place())
}

/// The answer of an address, which messages call `place`.
///
/// # Errors
///
/// Why there is none.
pub(super) fn ask_at(
    tools: &Tools,
    url: &str,
    place: &str,
) -> std::result::Result<ProbeAnswer, Finding> {
    match run(tools, url) {
        Ok(Said::Answered(answer)) => Ok(answer),
        Ok(Said::Failed { error }) => Err(unreachable(place, &error)),
        Err(error) => {
            let fix = "install Node.js from https://nodejs.org, or leave this out by `--offline`";
            Err(Finding::warning(TITLE, format!("not asked: {}", error.message()), fix))
        }
    }
}

fn run(tools: &Tools, url: &str) -> Result<Said> {
    let mut command = Command::new("node");
    command.args(["--no-warnings", "--input-type=module", "-e", SCRIPT, "--", url]);
    command.envs(tools.environment());
    // Newer ones then take the proxy that the environment names; it never knows this machine.
    let is_local = Url::parse(url).is_ok_and(|url| is_local(&url));
    command.env("NODE_USE_ENV_PROXY", if is_local { "0" } else { "1" });
    let output = process::run(&mut command, |_| ()).map_err(without_script)?;
    serde_json::from_str(&output).doing(|| "understand what Node.js printed".to_owned())
}

/// The command in full would be the whole script.
fn without_script(error: crate::Error) -> crate::Error {
    let message = error.message().split('`').next().unwrap_or_default().trim();
    match message {
        "cannot start" => crate::Error::new("cannot start `node`"),
        _ => crate::Error::new("`node` failed"),
    }
}

/// Meaning of an error code of Node.js.
fn unreachable(place: &str, code: &str) -> Finding {
    let network = "look at this machine's network, and at the address";
    let (reason, fix) = match code {
        "ENOTFOUND" | "EAI_AGAIN" => (
            "its name cannot be resolved".to_owned(),
            "look at the name, and at this machine's network",
        ),
        "ECONNREFUSED" => {
            ("nothing listens there".to_owned(), "look at host and port of the address")
        }
        "TIMEOUT" | "ETIMEDOUT" | "UND_ERR_CONNECT_TIMEOUT" | "UND_ERR_HEADERS_TIMEOUT" => {
            ("it did not answer within five seconds".to_owned(), network)
        }
        "ENETUNREACH" | "EHOSTUNREACH" => ("there is no way to it".to_owned(), network),
        "TOO_LONG" => (
            "its answer is too long for what was asked".to_owned(),
            "copy the address from the identity provider's page",
        ),
        "CERT_HAS_EXPIRED" | "CERT_NOT_YET_VALID" => (
            format!("its certificate is not valid now ({code})"),
            "look at this machine's clock; if that is right, the provider has to renew it",
        ),
        code if code.contains("CERT") || code.contains("SIGNED") || code.contains("ISSUER") => (
            format!("its certificate is not trusted ({})", shown(code)),
            "look at the name; a certificate of your own network goes into NODE_EXTRA_CA_CERTS",
        ),
        other => (shown(other), network),
    };
    let found = format!("{place} cannot be reached: {reason}");
    Finding::problem(TITLE, found, format!("{fix}; `--offline` leaves this out"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Status;

    #[test]
    fn each_reason_is_in_words_and_has_a_fix() {
        for (code, words) in [
            ("ENOTFOUND", "cannot be resolved"),
            ("ECONNREFUSED", "nothing listens there"),
            ("TIMEOUT", "within five seconds"),
            ("CERT_HAS_EXPIRED", "not valid now"),
            ("DEPTH_ZERO_SELF_SIGNED_CERT", "not trusted"),
            ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_VERIFY"),
            ("what\u{1b}?", "what\\u{1b}?"),
        ] {
            let finding = unreachable("https://login.example.com", code);
            assert_eq!(finding.status, Status::Problem);
            assert!(finding.found.contains(words), "{}", finding.found);
            assert!(finding.fix.is_some_and(|fix| fix.contains("--offline")));
        }
    }

    #[test]
    fn without_node_nothing_is_asked_and_the_script_is_not_printed() {
        let error = crate::Error::new("cannot start `node`: No such file or directory");
        assert_eq!(without_script(error).message(), "cannot start `node`");
        let error = crate::Error::new(format!("`node -e {SCRIPT}` failed (exit status: 9)"));
        assert_eq!(without_script(error).message(), "`node` failed");
    }
}
