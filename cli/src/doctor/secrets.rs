//! The variables and secrets that `mcp.toml` names: which of them have a value here.

use toolgate_config::deploy::{self, Variable};
use toolgate_config::{Checked, Provider};

use super::finding::Finding;
use super::vars::Vars;

const TITLE: &str = "secrets";

pub(super) fn findings(checked: &Checked, vars: &Vars, environment: Option<&str>) -> Vec<Finding> {
    let needed = deploy::variables(checked);
    if vars.is_there {
        return in_file(&needed, vars, environment);
    }
    // Such a server runs nowhere but under `cargo toolgate dev`, which invents them.
    let is_local = matches!(checked.config.identity.provider, Provider::Dev | Provider::None);
    vec![if is_local { invented() } else { without_file(&needed, &vars.file) }]
}

fn invented() -> Finding {
    Finding::ok(TITLE, "`cargo toolgate dev` makes what this server needs")
}

fn without_file(needed: &[Variable], file: &str) -> Finding {
    if needed.is_empty() {
        return Finding::ok(TITLE, "mcp.toml names none that has to be set");
    }
    let names: Vec<_> = needed.iter().map(|variable| variable.name.as_str()).collect();
    let found = format!("there is no {file}, which `wrangler dev` takes {} from", names.join(", "));
    let mut fix = format!(
        "`cp .dev.vars.example {file}` and fill it in; `cargo toolgate dev` needs none of it\n\
         a deployed server has them by:"
    );
    for Variable { name, purpose } in needed {
        fix.push_str(&format!("\n`npx wrangler secret put {name}`: {purpose}"));
    }
    Finding::warning(TITLE, found, fix)
}

fn in_file(needed: &[Variable], vars: &Vars, environment: Option<&str>) -> Vec<Finding> {
    let file = &vars.file;
    let there = environment.map(|name| format!(" --env {name}")).unwrap_or_default();
    let missing: Vec<_> = needed
        .iter()
        .filter(|variable| vars.get(&variable.name).is_none())
        .map(|Variable { name, purpose }| {
            let state = if vars.names(name) { "is empty" } else { "is missing" };
            let fix = format!(
                "write {name}=\"…\" into {file}; for a deployed server `npx wrangler secret put {name}{there}`"
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
        findings(&checked, &Vars::of(".dev.vars", text, &checked.wrangler), None)
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
                finding.fix.as_ref().is_some_and(|fix| fix.contains("wrangler secret put GITHUB_"))
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
            assert!(fix.contains(&format!("`npx wrangler secret put {name}`")), "{fix}");
        }
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
