//! Texts and defaults, out of the reference `mcp.toml`.

use std::collections::BTreeMap;

use serde_json::Value;

/// The reference. In the repository it is a link to the file at the root, so that a package of this
/// crate contains it, too.
const SOURCE: &str = include_str!("reference.toml");

/// The sections in which every key that is written has its default: a test compares the reference
/// with an empty file.
const DEFAULTS: [&str; 9] = [
    "identity",
    "storage",
    "registration",
    "transport",
    "tokens",
    "consent",
    "limits",
    "audit",
    "observability",
];

/// The reference `mcp.toml`, by section and key.
pub(super) struct Reference {
    texts: BTreeMap<(String, String), String>,
    values: toml::Table,
}

impl Reference {
    pub(super) fn read() -> Self {
        // A test reads it.
        let values = SOURCE.parse().unwrap_or_default();
        let mut reader = Reader::default();
        for line in SOURCE.lines() {
            reader.line(line.trim());
        }
        Self { texts: reader.texts, values }
    }

    /// The meaning of the key.
    pub(super) fn text(&self, section: &str, key: &str) -> Option<&str> {
        self.texts.get(&(section.to_owned(), key.to_owned())).map(String::as_str)
    }

    /// The value that holds when the key is absent.
    pub(super) fn default(&self, section: &str, key: &str) -> Option<Value> {
        let value = self.values.get(section).filter(|_| DEFAULTS.contains(&section))?.get(key)?;
        serde_json::to_value(value).ok()
    }
}

/// Goes through the lines. A comment is about the keys below it, up to the next comment or blank
/// line.
#[derive(Default)]
struct Reader {
    texts: BTreeMap<(String, String), String>,
    section: String,
    comment: String,
    /// Set once keys of the comment have been seen, so that another line of comment begins a new one.
    is_used: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if line.is_empty() {
            self.comment.clear();
        } else if line == "#" || line.starts_with("# ") {
            self.comment_line(line.trim_start_matches('#').trim());
        } else {
            self.code(line.trim_start_matches('#'));
        }
    }

    fn comment_line(&mut self, line: &str) {
        if std::mem::take(&mut self.is_used) {
            self.comment.clear();
        }
        let comment = &mut self.comment;
        // Values are explained one by one, each on a line of its own.
        match line {
            "" => comment.push_str("\n\n"),
            line if line.starts_with('"') && line.contains("\": ") => {
                comment.push_str(if comment.is_empty() { "" } else { "\n\n" });
                comment.push_str(line);
            }
            line => {
                comment.push_str(if comment.is_empty() || comment.ends_with('\n') {
                    ""
                } else {
                    " "
                });
                comment.push_str(line);
            }
        }
    }

    /// A header, or a line of TOML that begins with a key, maybe inside an inline table.
    fn code(&mut self, line: &str) {
        if let Some(header) = line.strip_prefix('[').filter(|_| line.ends_with(']')) {
            self.section = section(header.trim_matches(['[', ']']));
            let section = self.section.clone();
            for (parent, key) in parents(&section) {
                self.tell(parent, key);
            }
        } else if let Some((key, _)) = line.trim_start_matches("{ ").split_once(" = ") {
            self.tell(&self.section.clone(), key);
        }
        self.is_used = true;
    }

    /// The first place that explains a key counts.
    fn tell(&mut self, section: &str, key: &str) {
        if !self.comment.is_empty() {
            let place = (section.to_owned(), key.to_owned());
            self.texts.entry(place).or_insert_with(|| self.comment.clone());
        }
    }
}

/// The section that a header opens, as the list of keys calls it.
fn section(header: &str) -> String {
    let mut parts: Vec<&str> = header.split('.').collect();
    if let ["policies" | "cron" | "queues" | "quotas" | "connections", name, ..] = &mut parts[..] {
        *name = "*";
    }
    parts.join(".")
}

/// The keys that a header stands for: `dev.users` is about `dev`, too.
fn parents(section: &str) -> Vec<(&str, &str)> {
    let Some((parent, key)) = section.rsplit_once('.') else { return vec![("", section)] };
    vec![("", parent), (parent, key)]
}
