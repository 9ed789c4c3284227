//! Clients that need a line of `mcp.toml`.

use std::path::Path;

use toolgate_config::{Config, Provider};

use super::finding::Finding;
use crate::connect::{Refused, refused};

/// The client that is connected in this folder and cannot sign in on the server.
pub(super) fn finding(config: &Config, root: &Path) -> Option<Finding> {
    let signs_in = config.identity.provider != Provider::None && config.registration.dynamic;
    let Refused { title, file, line } = refused(config, root).filter(|_| signs_in)?;
    Some(Finding::warning(
        "clients",
        format!(
            "{title} is connected in {file} and cannot sign in: it comes back by a scheme of its own, \
             which mcp.toml does not list"
        ),
        format!("write {line} into [registration] of mcp.toml"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(config: &str, root: &Path) -> Option<Finding> {
        let config = format!("[server]\nname = \"A server\"\n{config}");
        finding(&toolgate_config::check(&config).expect("sound").config, root)
    }

    #[test]
    fn cursor_needs_its_scheme_where_it_is_used() {
        let root = std::env::temp_dir().join(format!("toolgate-clients-{}", std::process::id()));
        assert_eq!(found("", &root), None, "it is not used");
        std::fs::create_dir_all(root.join(".cursor")).expect("a folder");
        std::fs::write(root.join(".cursor/mcp.json"), "{}").expect("a file");
        let finding = found("", &root).expect("a finding");
        assert!(finding.fix.is_some_and(|fix| fix.contains("redirect_schemes = [\"cursor\"]")));
        assert_eq!(found("[registration]\nredirect_schemes = [\"cursor\"]\n", &root), None);
        assert_eq!(found("[identity]\nprovider = \"none\"\n", &root), None);
        std::fs::remove_dir_all(root).expect("it goes");
    }
}
