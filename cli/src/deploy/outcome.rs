//! Result of a deployment, read from wrangler's output, and the report with what comes next.

use std::fmt::Write as _;

use toolgate_config::Checked;
use toolgate_config::provider::RedirectUri;
use toolgate_core::paths::CALLBACK_PATH;

use super::arguments::Arguments;
use super::size::Size;
use super::wrangler::Wrangler;
use crate::plan;

/// Longest start of a Worker, in milliseconds:
/// <https://developers.cloudflare.com/workers/platform/limits/#worker-startup-time>.
const LONGEST_START: u32 = 1000;

/// Longest that is not worth a word, in milliseconds.
const UNREMARKABLE_START: u32 = LONGEST_START / 2;

/// Result of a deployment.
#[derive(Debug, Default, PartialEq)]
pub struct Deployment {
    size: Option<Size>,
    start: Option<u32>,
    /// Origin of the server, without a path.
    origin: Option<String>,
    version: Option<String>,
    warned: Vec<String>,
}

impl Deployment {
    /// From wrangler's lines.
    pub fn read(lines: &[String]) -> Self {
        let mut outcome = Self::default();
        for line in lines.iter().map(|line| line.trim()) {
            if let Some(size) = Size::read(line) {
                outcome.size = Some(size);
            } else if let Some(start) = line.strip_prefix("Worker Startup Time: ") {
                outcome.start = start.split(' ').next().and_then(|number| number.parse().ok());
            } else if let Some(host) = line.strip_suffix(" (custom domain)") {
                // The name that people know goes before that of the account.
                outcome.origin = Some(format!("https://{host}"));
            } else if line.starts_with("https://") && line.ends_with(".workers.dev") {
                outcome.origin.get_or_insert_with(|| line.to_owned());
            } else if let Some((_, version)) = line.split_once("Version ID: ") {
                outcome.version = Some(version.to_owned());
            }
        }
        outcome.warned = warned(lines);
        outcome
    }

    /// For people: what there is now, and what to do next.
    pub fn report(
        &self,
        checked: &Checked,
        wrangler: &Wrangler<'_>,
        arguments: &Arguments,
    ) -> String {
        let mut lines = vec![("Worker", wrangler.worker.to_owned())];
        lines.extend(self.size.map(|size| ("Size", size.to_string())));
        lines
            .extend(self.start.map(|start| ("Start", format!("{start} ms of {LONGEST_START} ms"))));
        lines.extend(plan::holds(&checked.config).into_iter().map(|held| ("Plan", held)));
        if arguments.dry_run {
            let gradual = if arguments.gradual { " --gradual" } else { "" };
            lines.push(("Next", format!("`{}`", wrangler.deploy(gradual))));
        } else if arguments.gradual {
            lines.extend(self.gradual(wrangler));
        } else {
            lines.extend(self.server(checked));
            let version = self.version.clone().map(|version| ("Version", version));
            lines.extend(version);
            lines.push(("Undo", format!("`{}`", wrangler.typed("rollback"))));
        }
        lines.iter().fold(String::new(), |mut text, (title, value)| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {title:<10}  {value}");
            text
        })
    }

    fn server(&self, checked: &Checked) -> Vec<(&'static str, String)> {
        let Some(origin) = &self.origin else { return Vec::new() };
        let mut lines = vec![("Server", format!("{origin}/mcp"))];
        let facts = checked.config.identity.provider.facts();
        if let RedirectUri::Entered(_) = facts.redirect_uri {
            let uri = format!("{origin}{CALLBACK_PATH}  (redirect URI at the identity provider)");
            lines.push(("Redirect", uri));
        }
        lines.push(("Connect", format!("`cargo toolgate connect claude-code --url {origin}`")));
        lines.push(("Look", format!("`cargo toolgate doctor --url {origin}`")));
        lines
    }

    fn gradual(&self, wrangler: &Wrangler<'_>) -> Vec<(&'static str, String)> {
        let Some(version) = &self.version else { return Vec::new() };
        let deploy = |share: &str| wrangler.typed(&format!("versions deploy {version}@{share}"));
        vec![
            ("Version", format!("{version}, which gets no requests yet")),
            ("Next", format!("`{}`, then more", deploy("10%"))),
            ("At last", format!("`{}`", deploy("100%"))),
        ]
    }

    /// Further things to know.
    pub fn warnings(&self) -> Vec<String> {
        let start = self.start.filter(|start| *start > UNREMARKABLE_START).map(|start| {
            format!("the Worker takes {start} ms to start, and Cloudflare takes none above {LONGEST_START} ms")
        });
        let warned = self.warned.iter().map(|line| format!("wrangler: {line}"));
        self.size.and_then(Size::warning).into_iter().chain(start).chain(warned).collect()
    }
}

/// A key of the imports that worker-build writes once for each function of an inline module, always
/// with the same value.
const HARMLESS: &str = "[duplicate-object-key]";

/// The first line of each of wrangler's warnings.
fn warned(lines: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in lines.iter().map(|line| without_colours(line)) {
        let Some((_, warning)) = line.split_once("WARNING") else { continue };
        let warning = warning.trim_start_matches(']').trim().to_owned();
        if !warning.contains(HARMLESS) && !found.contains(&warning) {
            found.push(warning);
        }
    }
    found
}

/// esbuild colours what it says, whatever it is told.
fn without_colours(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Deployment {
        Deployment::read(&text.lines().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_custom_domain_is_the_server_s_address_before_that_of_the_account() {
        let accounts = read("Deployed demo triggers\n  https://demo.acme.workers.dev\n");
        assert_eq!(accounts.origin.as_deref(), Some("https://demo.acme.workers.dev"));
        let both = read("  https://demo.acme.workers.dev\n  mcp.acme.example (custom domain)\n");
        assert_eq!(both.origin.as_deref(), Some("https://mcp.acme.example"));
    }

    #[test]
    fn a_slow_start_is_worth_a_warning() {
        assert!(read("Worker Startup Time: 12 ms").warnings().is_empty());
        let warnings = read("Worker Startup Time: 700 ms").warnings();
        assert!(warnings[0].contains("700 ms"), "{warnings:?}");
    }

    #[test]
    fn wrangler_s_warnings_are_told_once_but_for_the_harmless_one() {
        let warning = "\u{1b}[33m▲ [\u{1b}[43;30mWARNING\u{1b}[43;33m]\u{1b}[0m \u{1b}[1mUnexpected field\u{1b}[0m";
        let harmless = warning.replace("field", "key [duplicate-object-key]");
        let outcome = read(&format!("{warning}\n{harmless}\n{warning}\n"));
        assert_eq!(outcome.warnings(), ["wrangler: Unexpected field"]);
    }
}
