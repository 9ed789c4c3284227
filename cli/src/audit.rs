//! `cargo toolgate audit`: tells whether the audit trail in a log is this server's, and whole.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use toolgate_core::audit;
use toolgate_core::seal::Keyring;

use crate::project::Project;
use crate::{Doing, Error, Result, dotenv, files};

/// Text after the list of options.
pub const HELP: &str = "\
Reads the plain lines of a log, and what `cargo toolgate wrangler -- tail --format json` prints. A line
counts when its MAC was made with the encryption key, or with one that was rotated out and is still in the list.

Exit status: 0 all lines are of this server and none is missing, 1 otherwise, 2 wrong usage";

/// Arguments of `cargo toolgate audit`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// File of log lines; standard input without one
    file: Option<PathBuf>,
    /// File with the encryption key, as wrangler reads it; by default the server's .dev.vars
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// Does it. False when a line is not of this server, or one is missing.
///
/// # Errors
///
/// When the log or the key cannot be read.
pub fn run(project: &Project, arguments: &Arguments) -> Result<bool> {
    let key_file = arguments.key_file.clone();
    let keys = keys(project, &key_file.unwrap_or_else(|| project.root.join(".dev.vars")))?;
    let report = Report::of(&read(arguments.file.as_deref())?, &keys);
    print!("{}", report.text());
    Ok(report.is_good())
}

fn keys(project: &Project, file: &Path) -> Result<Keyring> {
    let name = project.config()?.config.tokens.encryption_key.to_string();
    let text = files::read_if_present(file)?.unwrap_or_default();
    let list = dotenv::parse(&text).remove(&name).unwrap_or_default();
    Keyring::parse(&list).map_err(|error| {
        Error::new(format!("{name} in {}: {error}", file.display()))
            .or_help("name the file that has the server's key: `--key-file`")
    })
}

fn read(file: Option<&Path>) -> Result<String> {
    let mut bytes = Vec::new();
    match file {
        Some(file) => bytes = std::fs::read(file).doing(|| format!("read {}", file.display()))?,
        None => drop(
            std::io::stdin().read_to_end(&mut bytes).doing(|| "read standard input".to_owned())?,
        ),
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The members that are looked at.
#[derive(Deserialize)]
struct Numbered {
    instance: String,
    seq: u64,
}

/// Result of reading a log.
#[derive(Debug, Default, PartialEq, Eq)]
struct Report {
    /// Lines with a good MAC.
    good: usize,
    /// Numbers of lines that are not of this server.
    forged: Vec<usize>,
    /// Numbers of lines whose number was there before.
    repeated: Vec<usize>,
    /// The numbers of each instance.
    seen: BTreeMap<String, BTreeSet<u64>>,
}

impl Report {
    fn of(log: &str, keys: &Keyring) -> Self {
        let mut report = Self::default();
        for (index, line) in log.lines().enumerate() {
            let Some(line) = candidate(line) else { continue };
            let numbered: Option<Numbered> = serde_json::from_str(&line).ok();
            let Some(numbered) = numbered.filter(|_| audit::verify(&line, keys)) else {
                report.forged.push(index + 1);
                continue;
            };
            report.good += 1;
            if !report.seen.entry(numbered.instance).or_default().insert(numbered.seq) {
                report.repeated.push(index + 1);
            }
        }
        report
    }

    /// Numbers that are missing between the first and the last of each instance.
    fn missing(&self) -> Vec<(&str, Vec<u64>)> {
        let missing = self.seen.iter().map(|(instance, seen)| {
            let numbers = seen.iter().zip(seen.iter().skip(1));
            (instance.as_str(), numbers.flat_map(|(one, next)| one + 1..*next).collect::<Vec<_>>())
        });
        missing.filter(|(_, numbers)| !numbers.is_empty()).collect()
    }

    fn is_good(&self) -> bool {
        self.forged.is_empty() && self.repeated.is_empty() && self.missing().is_empty()
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{} lines of the audit trail, by {} instances of the server\n",
            self.good,
            self.seen.len()
        );
        let list = |numbers: &[usize]| {
            numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        if !self.forged.is_empty() {
            text += &format!("not of this server: line {} of the log\n", list(&self.forged));
        }
        if !self.repeated.is_empty() {
            text += &format!("written twice: line {} of the log\n", list(&self.repeated));
        }
        for (instance, numbers) in self.missing() {
            text += &format!(
                "missing from instance {instance}: {} lines, the first is number {}\n",
                numbers.len(),
                numbers[0]
            );
        }
        text
    }
}

/// The audit line of a log's line: the line itself, or the text that it is in JSON.
fn candidate(line: &str) -> Option<String> {
    const BEGINNING: &str = "{\"toolgate\":\"audit\"";
    let line = line.trim();
    if line.starts_with(BEGINNING) {
        return Some(line.to_owned());
    }
    let text: String = serde_json::from_str(line.trim_end_matches(',')).ok()?;
    text.starts_with(BEGINNING).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn line(instance: &str, seq: u64, keys: &Keyring) -> String {
        let line = format!("{{\"toolgate\":\"audit\",\"instance\":\"{instance}\",\"seq\":{seq}}}");
        audit::sign(&line, Some(keys))
    }

    #[test]
    fn lines_of_others_and_missing_ones_are_named() {
        let keys = Keyring::parse(KEY).expect("a key");
        let json = format!("    {},", serde_json::Value::from(line("b", 7, &keys)));
        let log = [
            "something else",
            &line("a", 0, &keys),
            "{\"toolgate\":\"audit\",\"instance\":\"a\",\"seq\":1}",
            &line("a", 4, &keys),
            &json,
            &line("a", 4, &keys),
        ];
        let report = Report::of(&log.join("\n"), &keys);
        assert_eq!((report.good, &*report.forged, &*report.repeated), (4, &[3][..], &[6][..]));
        assert_eq!(report.missing(), [("a", vec![1, 2, 3])]);
        assert!(!report.is_good());
    }

    #[test]
    fn a_whole_log_is_good_wherever_it_begins() {
        let keys = Keyring::parse(KEY).expect("a key");
        let log = [line("a", 5, &keys), line("b", 0, &keys), line("a", 6, &keys)];
        let report = Report::of(&log.join("\n"), &keys);
        assert!(report.is_good(), "{}", report.text());
    }
}
