//! The variables and secrets that `mcp.toml` names: which of them have a value here.

use toolgate_config::Checked;
use toolgate_config::deploy::{self, Variable};

use super::finding::Finding;
use super::vars::{DEV_VARS, Vars};
use crate::Result;
use crate::project::Project;

const TITLE: &str = "secrets";

/// Which server is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject<'a> {
    /// That of `cargo toolgate dev`, which invents everything but the server's own secrets.
    Local,
    /// A deployed one, in this environment.
    Deployed(Option<&'a str>),
}

pub(super) fn findings(checked: &Checked, vars: &Vars, subject: Subject<'_>) -> Vec<Finding> {
    let mut needed = deploy::variables(checked);
    // Such a server runs nowhere else.
    let is_local = checked.config.identity.provider.is_local();
    match subject {
        Subject::Deployed(environment) if !is_local => {
            if vars.is_there {
                in_file(&needed, vars, environment)
            } else {
                vec![without_file(&needed, &vars.file)]
            }
        }
        _ => {
            needed.retain(|variable| variable.is_own);
            here(&needed, vars)
        }
    }
}

/// Findings on values that `cargo toolgate dev` takes from the file, since they cannot be invented.
fn here(own: &[Variable], vars: &Vars) -> Vec<Finding> {
    let missing = missing_here(own, vars);
    let mut findings: Vec<_> =
        missing.into_iter().map(|(found, fix)| Finding::warning(TITLE, found, fix)).collect();
    if findings.is_empty() {
        let found = "`cargo toolgate dev` makes what sign-in needs; `--url https://HOST` or `--vars FILE` \
                     looks at the secrets of a deployed server";
        findings.push(Finding::ok(TITLE, found));
    }
    findings
}

/// Secrets of the server's own without a value in the file, each with its fix.
fn missing_here(own: &[Variable], vars: &Vars) -> Vec<(String, String)> {
    let file = &vars.file;
    let missing = own.iter().filter(|variable| vars.get(&variable.name).is_none());
    missing
        .map(|Variable { name, purpose, .. }| {
            let found = format!("{name}, which is your own, has no value in {file}: {purpose}");
            let fix =
                format!("write {name}=\"…\" into {file}: `cargo toolgate dev` takes it from there");
            (found, fix)
        })
        .collect()
}

/// The same, as `cargo toolgate dev` warns of it.
///
/// # Errors
///
/// When `.dev.vars` is there and cannot be read.
pub(crate) fn warnings(project: &Project, checked: &Checked) -> Result<Vec<String>> {
    let mut own = deploy::variables(checked);
    own.retain(|variable| variable.is_own);
    let vars = Vars::read(&project.root.join(DEV_VARS), DEV_VARS, &checked.wrangler)?;
    let warning = |(found, fix)| format!("warning: {found}\n  = help: {fix}");
    Ok(missing_here(&own, &vars).into_iter().map(warning).collect())
}

fn without_file(needed: &[Variable], file: &str) -> Finding {
    if needed.is_empty() {
        return Finding::ok(TITLE, "mcp.toml names none that has to be set");
    }
    let names: Vec<_> = needed.iter().map(|variable| variable.name.as_str()).collect();
    let found = format!("whether it has {} cannot be seen from here", names.join(", "));
    let mut fix = format!(
        "`cargo toolgate setup` looks and asks for what is missing; `--vars FILE` looks at a file, {file} for \
         example. One by one:"
    );
    for Variable { name, purpose, .. } in needed {
        fix.push_str(&format!("\n`cargo toolgate wrangler -- secret put {name}`: {purpose}"));
    }
    Finding::warning(TITLE, found, fix)
}

fn in_file(needed: &[Variable], vars: &Vars, environment: Option<&str>) -> Vec<Finding> {
    let file = &vars.file;
    let there = environment.map(|name| format!(" --env {name}")).unwrap_or_default();
    let missing: Vec<_> = needed
        .iter()
        .filter(|variable| vars.get(&variable.name).is_none())
        .map(|Variable { name, purpose, .. }| {
            let state = if vars.names(name) { "is empty" } else { "is missing" };
            let fix = format!(
                "write {name}=\"…\" into {file}; for a deployed server `cargo toolgate wrangler -- secret put {name}{there}`"
            );
            Finding::problem(TITLE, format!("{name} {state} in {file}: {purpose}"), fix)
        })
        .collect();
    if !missing.is_empty() {
        return missing;
    }
    let found = format!("{file} has a value for each of the {} that mcp.toml needs", needed.len());
    vec![Finding::ok(TITLE, found)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Status;

    fn found(config: &str, text: Option<&str>) -> Vec<Finding> {
        let config = format!("[server]\nname = \"A server\"\n{config}");
        let checked = toolgate_config::check(&config).expect("sound");
        let vars = Vars::of(".dev.vars", text, &checked.wrangler);
        findings(&checked, &vars, Subject::Deployed(None))
    }

    const GITHUB: &str = "[identity]\nprovider = \"github\"\n";

    #[test]
    fn each_missing_or_empty_name_comes_with_its_command() {
        let text = "GITHUB_CLIENT_ID=\"\"\nCOOKIE_ENCRYPTION_KEY=never-shown\n";
        let findings = found(GITHUB, Some(text));
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].found.starts_with("GITHUB_CLIENT_ID is empty in .dev.vars"));
        assert!(findings[1].found.starts_with("GITHUB_CLIENT_SECRET is missing in .dev.vars"));
        for finding in &findings {
            assert_eq!(finding.status, Status::Problem);
            assert!(
                finding
                    .fix
                    .as_ref()
                    .is_some_and(|fix| fix.contains("wrangler -- secret put GITHUB_"))
            );
        }
        assert!(!format!("{findings:?}").contains("never-shown"));
    }

    #[test]
    fn a_complete_file_is_fine() {
        let text = "GITHUB_CLIENT_ID=a\nGITHUB_CLIENT_SECRET=never-shown\nCOOKIE_ENCRYPTION_KEY=c";
        let findings = found(GITHUB, Some(text));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].status, Status::Ok);
        assert!(!findings[0].found.contains("never-shown"));
    }

    #[test]
    fn without_a_file_every_name_is_listed_as_a_warning() {
        let findings = found(GITHUB, None);
        assert_eq!(findings[0].status, Status::Warning);
        for name in ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", "COOKIE_ENCRYPTION_KEY"] {
            let fix = findings[0].fix.as_deref().unwrap_or_default();
            assert!(
                fix.contains(&format!("`cargo toolgate wrangler -- secret put {name}`")),
                "{fix}"
            );
        }
    }

    #[test]
    fn on_this_machine_only_own_secrets_are_asked_for() {
        let own = "[secrets]\nWEATHER_TOKEN = \"token of the weather service\"\n";
        let here = |config: &str, text| {
            let config = format!("[server]\nname = \"A server\"\n{GITHUB}{config}");
            let checked = toolgate_config::check(&config).expect("sound");
            let vars = Vars::of(".dev.vars", text, &checked.wrangler);
            findings(&checked, &vars, Subject::Local)
        };
        assert_eq!(here("", None)[0].status, Status::Ok);
        assert_eq!(here("", Some("GITHUB_CLIENT_ID=\n"))[0].status, Status::Ok);
        assert_eq!(here(own, Some("WEATHER_TOKEN=a\n"))[0].status, Status::Ok);
        let missing = here(own, None);
        assert_eq!((missing.len(), missing[0].status), (1, Status::Warning));
        let said = "WEATHER_TOKEN, which is your own, has no value in .dev.vars: token of the weather service";
        assert_eq!(missing[0].found, said);
        // A deployed server needs it too.
        let deployed = found(&format!("{GITHUB}{own}"), Some("GITHUB_CLIENT_ID=a\n"));
        let said = "WEATHER_TOKEN is missing in .dev.vars: token of the weather service";
        assert!(deployed.iter().any(|one| one.found == said), "{deployed:?}");
        // Without a file, its purpose stands beside the command that sets it.
        let deployed = found(&format!("{GITHUB}{own}"), None);
        let said = "secret put WEATHER_TOKEN`: token of the weather service";
        assert!(deployed[0].fix.as_ref().is_some_and(|fix| fix.contains(said)), "{deployed:?}");
    }

    #[test]
    fn a_server_for_this_machine_only_needs_no_file() {
        assert_eq!(found("[identity]\nprovider = \"dev\"\n", None)[0].status, Status::Ok);
    }

    #[test]
    fn what_wrangler_sets_is_not_asked_for() {
        let config = format!("{GITHUB}[wrangler.vars]\nGITHUB_CLIENT_ID = \"public\"\n");
        let text = "GITHUB_CLIENT_SECRET=b\nCOOKIE_ENCRYPTION_KEY=c\n";
        assert_eq!(found(&config, Some(text))[0].status, Status::Ok);
    }
}
