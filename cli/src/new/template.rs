//! The templates, as this program has them in itself.

use clap::ValueEnum;
use toolgate_config::Provider;
use toolgate_config::deploy::{self, Package};

use super::provider;
use crate::{Result, project};

/// A file of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path in the server's folder, with `/`.
    pub path: &'static str,
    /// Its text.
    pub text: String,
}

/// Template of a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// Cloudflare Access; a tool for everyone, and one for some
    #[default]
    Access,
    /// Cloudflare Access; one tool, and as few lines as a server can have
    Minimal,
    /// Any OpenID provider: Okta, Auth0, Keycloak, Google, Microsoft Entra ID
    Oidc,
    /// GitHub, with organisations and teams as groups
    Github,
    /// Cloudflare Access; tools with a memory of the person, a D1 database and an R2 bucket
    Agent,
}

/// Storage for grants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Storage {
    /// Strongly consistent, and nothing to create
    #[default]
    DurableObject,
    /// Workers KV: eventually consistent, so that "used once" is best effort
    Kv,
    /// One SQLite database for everybody, in one region
    D1,
}

/// Every template has these files; some have more.
macro_rules! files {
    ($template:literal $(, $more:literal)*) => {
        files!($template:
            ".cargo/config.toml", ".dev.vars.example", ".github/workflows/deploy.yml", ".gitignore",
            "Cargo.lock", "Cargo.toml", "README.md", "ci.sh", "mcp.lock", "mcp.toml", "src/lib.rs",
            "workers-builds.sh", "wrangler.jsonc" $(, $more)*)
    };
    ($template:literal: $($path:literal),*) => {
        &[$(($path, include_str!(concat!("../../../templates/", $template, "/", $path)))),*]
    };
}

impl Template {
    /// All of them.
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// As `--template` and the folder have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Minimal => "minimal",
            Self::Oidc => "oidc",
            Self::Github => "github",
            Self::Agent => "agent",
        }
    }

    fn sources(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Access => files!("access"),
            Self::Minimal => files!("minimal"),
            Self::Oidc => files!("oidc"),
            Self::Github => files!("github"),
            Self::Agent => files!(
                "agent",
                "migrations/0001_work.sql",
                "src/memory.rs",
                "src/reports.rs",
                "src/work.rs"
            ),
        }
    }

    /// The files of a server of this name, whose dependency on `toolgate` says `source`.
    ///
    /// # Errors
    ///
    /// When the name cannot be a Worker's.
    pub fn files(
        self,
        name: &str,
        source: &str,
        storage: Storage,
        provider: Option<Provider>,
    ) -> Result<Vec<File>> {
        let sources = self.sources();
        let config = sources.iter().find(|(path, _)| *path == "mcp.toml");
        let config = config.map_or("", |(_, text)| text);
        let config = storage.write_into(&provider::write_into(config, provider));
        let config = config.replace("{{project-name}}", name);
        let [wrangler, variables] = generated(name, &config)?;
        let text = |(path, text): &(&'static str, &str)| match *path {
            "mcp.toml" => config.clone(),
            "mcp.lock" => provider::write_lock(text, provider).replace("{{project-name}}", name),
            "wrangler.jsonc" => wrangler.clone(),
            ".dev.vars.example" => variables.clone(),
            _ => text.replace("{{project-name}}", name).replace("{{toolgate_source}}", source),
        };
        Ok(sources.iter().map(|file| File { path: file.0, text: text(file) }).collect())
    }
}

/// Files that `cargo toolgate sync` would write: `wrangler.jsonc` and `.dev.vars.example`.
fn generated(name: &str, config: &str) -> Result<[String; 2]> {
    let fault = |faults: Vec<_>| project::render(&faults, config, "mcp.toml");
    let checked = toolgate_config::check(config).map_err(fault)?;
    let wrangler = deploy::wrangler_jsonc(&checked, &Package { name }).map_err(fault)?;
    Ok([wrangler, deploy::dev_vars_example(&checked)])
}

impl Storage {
    /// As `--storage` and `mcp.toml` have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::DurableObject => "durable-object",
            Self::Kv => "kv",
            Self::D1 => "d1",
        }
    }

    /// `config` with `[storage]` after `[identity]`. The default needs no words.
    fn write_into(self, config: &str) -> String {
        let comment = match self {
            Self::DurableObject => return config.to_owned(),
            Self::Kv => {
                "# Grants are in Workers KV: a code or token is used once as far as KV can tell."
            }
            Self::D1 => "# Grants are in a D1 database.",
        };
        let table = format!("{comment}\n[storage]\nkind = \"{}\"\n", self.name());
        let identity = config.find("\n[identity]\n").map_or(0, |start| start + 1);
        match config[identity..].find("\n\n") {
            Some(end) => {
                let (before, after) = config.split_at(identity + end + 2);
                format!("{before}{table}\n{after}")
            }
            None => format!("{}\n\n{table}", config.trim_end()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    const SOURCE: &str = "version = \"1.2.3\"";

    fn folder(template: Template) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates").join(template.name())
    }

    fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }

    #[test]
    fn no_file_of_a_template_is_forgotten() {
        for template in Template::all() {
            let root = folder(*template);
            let mut found = Vec::new();
            walk(&root, &mut found);
            let found: BTreeSet<_> = found
                .iter()
                .filter_map(|path| path.strip_prefix(&root).ok()?.to_str())
                // For `cargo generate` alone, which leaves both out of the server.
                .filter(|path| !["cargo-generate.toml", "toolgate.rhai"].contains(path))
                .collect();
            let known: BTreeSet<_> = template.sources().iter().map(|(path, _)| *path).collect();
            assert_eq!(found, known, "{}", template.name());
        }
    }

    #[test]
    fn no_place_is_left_unfilled() {
        for template in Template::all() {
            for file in template.files("weather", SOURCE, Storage::Kv, None).expect("files") {
                // `${{ … }}` is GitHub's.
                let text = file.text.replace("${{ secrets.", "");
                assert!(!text.contains("{{"), "{}/{}", template.name(), file.path);
            }
        }
    }

    #[test]
    fn the_name_and_the_source_are_in_the_manifest() {
        for template in Template::all() {
            let files = template.files("weather", SOURCE, Storage::default(), None).expect("files");
            let manifest = files.iter().find(|file| file.path == "Cargo.toml").expect("a manifest");
            let manifest: toml::Table = toml::from_str(&manifest.text).expect("TOML");
            assert_eq!(manifest["package"]["name"].as_str(), Some("weather"));
            assert_eq!(manifest["dependencies"]["toolgate"]["version"].as_str(), Some("1.2.3"));
        }
    }

    #[test]
    fn a_storage_is_written_into_every_template_and_changes_nothing_else() {
        for template in Template::all() {
            for (storage, kind, binding) in [
                (Storage::DurableObject, "DurableObject", None),
                (Storage::Kv, "Kv", Some("\"OAUTH_KV\"")),
                (Storage::D1, "D1", Some("\"OAUTH_DB\"")),
            ] {
                let files = template.files("weather", SOURCE, storage, None).expect("files");
                let text = |path| &files.iter().find(|file| file.path == path).expect(path).text;
                let config = text("mcp.toml");
                let checked = toolgate_config::check(config).expect("a sound mcp.toml");
                assert_eq!(
                    format!("{:?}", checked.config.storage.kind),
                    kind,
                    "{}: {config}",
                    template.name()
                );
                let deployed = text("wrangler.jsonc");
                assert!(binding.is_none_or(|binding| deployed.contains(binding)), "{deployed}");
                let plain =
                    template.files("weather", SOURCE, Storage::default(), None).expect("files");
                let plain = plain.iter().find(|file| file.path == "mcp.toml").expect("mcp.toml");
                let added: Vec<_> =
                    config.lines().filter(|line| !plain.text.contains(line)).collect();
                assert_eq!(added.len(), if binding.is_some() { 3 } else { 0 }, "{added:?}");
                assert!(plain.text.lines().all(|line| config.contains(line)), "{config}");
            }
        }
    }
}
