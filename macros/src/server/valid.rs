//! Checks of `serve!()` on `mcp.toml` and on the files that follow from it.

use std::env;
use std::io;

use proc_macro2::TokenStream;
use toolgate_config::deploy::{self, ENVIRONMENT, Package};
use toolgate_config::{Checked, Diagnostic};
use toolgate_policy_proof::lints;

use super::triggers::Triggers;
use crate::config_file::{ConfigOutcome, ConfigPath};
use crate::errors::Errors;
use crate::options;

/// Options of `serve!(…)`.
const OPTIONS: &[&str] = &["config"];

/// The file that `wrangler deploy` reads.
const WRANGLER: &str = "wrangler.jsonc";

/// A server whose files are in order.
pub(crate) struct Server {
    pub(crate) checked: Box<Checked>,
    pub(crate) config: ConfigPath,
    pub(crate) wrangler: ConfigPath,
    pub(crate) triggers: Triggers,
}

/// Checks the files. What is wrong is in `errors`.
pub(crate) fn check(tokens: TokenStream, errors: &Errors) -> Option<Server> {
    let entries = options::parse(tokens, OPTIONS, errors);
    let option = match entries.iter().find(|entry| entry.key == "config") {
        Some(entry) => Some(entry.text(errors)?),
        // Which file was meant is not known.
        None if !errors.is_empty() => return None,
        None => None,
    };
    let config = ConfigPath::of_config(option.as_ref());
    let checked = match config.check() {
        ConfigOutcome::Good(checked) => {
            let contradictions = lints::contradictions(&checked);
            if !contradictions.is_empty() {
                let source = config.read().unwrap_or_default();
                report(&contradictions, &config, &source, errors);
                return None;
            }
            checked
        }
        ConfigOutcome::Unreadable(error) => {
            unreadable(&config, &error, errors);
            return None;
        }
        ConfigOutcome::Faulty(diagnostics, source) => {
            report(&diagnostics, &config, &source, errors);
            return None;
        }
    };
    let wrangler = config.sibling(WRANGLER);
    check_wrangler(&checked, &config, &wrangler, errors);
    let environment = env::var(ENVIRONMENT).ok().filter(|name| !name.is_empty());
    let whole = checked.clone();
    let checked = in_environment(checked, environment.as_deref(), errors)?;
    let triggers = Triggers::of(&whole, &checked, environment.as_deref());
    Some(Server { checked, config, wrangler, triggers })
}

/// Configuration in the environment that is compiled for; none is named by no value or an empty
/// one.
fn in_environment(
    checked: Box<Checked>,
    environment: Option<&str>,
    errors: &Errors,
) -> Option<Box<Checked>> {
    let Some(name) = environment.filter(|name| !name.is_empty()) else { return Some(checked) };
    let found = checked.environment(name).cloned();
    if found.is_none() {
        let message = format!("{ENVIRONMENT} is `{name}`, and mcp.toml has no `[env.{name}]`");
        let help = match checked.suggest_environment(name) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "unset the variable, or add the environment".to_owned(),
        };
        errors.report(TokenStream::new(), message, help);
    }
    found.map(Box::new)
}

fn unreadable(config: &ConfigPath, error: &io::Error, errors: &Errors) {
    let file = config.display();
    let (message, help) = if error.kind() == io::ErrorKind::NotFound {
        (
            format!("there is no `{file}`"),
            "it says who signs people in and which policies guard the tools; \
             the smallest one is\n          [server]\n          name = \"My server\"",
        )
    } else {
        (format!("`{file}` cannot be read: {error}"), "it is text in UTF-8")
    };
    errors.report(TokenStream::new(), message, help);
}

fn report(diagnostics: &[Diagnostic], config: &ConfigPath, source: &str, errors: &Errors) {
    for diagnostic in diagnostics {
        let text = diagnostic.render(&config.display(), source);
        errors.push(syn::Error::new(proc_macro2::Span::call_site(), text.trim_end()));
    }
}

/// Compares the generated file with what it would be now.
fn check_wrangler(checked: &Checked, config: &ConfigPath, wrangler: &ConfigPath, errors: &Errors) {
    let package = env::var("CARGO_PKG_NAME").unwrap_or_default();
    let expected = match deploy::wrangler_jsonc(checked, &Package { name: &package }) {
        Ok(expected) => expected,
        Err(diagnostics) => {
            let source = config.read().unwrap_or_default();
            return report(&diagnostics, config, &source, errors);
        }
    };
    let file = wrangler.display();
    let help = format!("run `cargo toolgate sync`, which writes it from {}", config.display());
    match wrangler.read() {
        // Git may have checked it out with the line endings of Windows.
        Ok(found) if found.replace("\r\n", "\n") == expected => {}
        Ok(_) => {
            let message = format!("`{file}` is not what {} says", config.display());
            errors.report(TokenStream::new(), message, help);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            errors.report(TokenStream::new(), format!("there is no `{file}`"), help);
        }
        Err(error) => {
            let message = format!("`{file}` cannot be read: {error}");
            errors.report(TokenStream::new(), message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process;

    use super::*;

    const CONFIG: &str = "[server]\nname = \"Test\"\n";

    /// A folder with a `mcp.toml` and, if any, this `wrangler.jsonc`; what is said about the two.
    fn faults(name: &str, wrangler: Option<&str>) -> String {
        let folder = env::temp_dir().join(format!("toolgate-macros-{}", process::id())).join(name);
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join(WRANGLER);
        match wrangler {
            Some(text) => fs::write(&file, text).expect("a file"),
            None => drop(fs::remove_file(&file)),
        }
        let errors = Errors::default();
        let config = ConfigPath::at(folder.join("mcp.toml"));
        check_wrangler(&checked(), &config, &config.sibling(WRANGLER), &errors);
        fs::remove_dir_all(&folder).expect("the folder can go");
        errors.into_tokens().to_string()
    }

    fn checked() -> Checked {
        toolgate_config::check(CONFIG).expect("no faults")
    }

    fn generated() -> String {
        let package = Package { name: env!("CARGO_PKG_NAME") };
        deploy::wrangler_jsonc(&checked(), &package).expect("no faults")
    }

    #[test]
    fn the_generated_file_is_accepted() {
        assert_eq!(faults("fresh", Some(&generated())), "");
    }

    #[test]
    fn line_endings_of_windows_do_not_make_it_stale() {
        assert_eq!(faults("windows", Some(&generated().replace('\n', "\r\n"))), "");
    }

    #[test]
    fn an_edited_file_is_stale() {
        let found = faults("edited", Some(&format!("{}// mine\n", generated())));
        assert!(found.contains("cargo toolgate sync"), "{found}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let found = faults("missing", None);
        assert!(
            found.contains("there is no `") && found.contains("cargo toolgate sync"),
            "{found}"
        );
    }

    #[test]
    fn a_server_is_compiled_for_the_environment_that_is_named() {
        let config = format!("{CONFIG}[env.preview.server]\nname = \"Preview\"\n");
        let name = |environment: Option<&str>| {
            let errors = Errors::default();
            let checked = Box::new(toolgate_config::check(&config).expect("no faults"));
            let found = in_environment(checked, environment, &errors);
            let name = found.map(|checked| checked.config.server.name.to_string());
            (name.unwrap_or_default(), errors.into_tokens().to_string())
        };
        for (environment, expected) in
            [(None, "Test"), (Some(""), "Test"), (Some("preview"), "Preview")]
        {
            assert_eq!(name(environment), (expected.to_owned(), String::new()));
        }
        let (none, error) = name(Some("preveiw"));
        assert_eq!(none, "");
        assert!(error.contains("mcp.toml has no `[env.preveiw]`"), "{error}");
        assert!(error.contains("did you mean `preview`?"), "{error}");
    }
}
