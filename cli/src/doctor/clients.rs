//! Clients that need a line of `mcp.toml`.

use std::path::Path;

use toolgate_config::{Config, Provider};

use super::finding::Finding;
use crate::connect::needs_line;

/// Finding if Cursor cannot sign in, on a server that it was connected to in this folder.
pub(super) fn finding(config: &Config, root: &Path) -> Option<Finding> {
    let line = needs_line(config)?;
    let is_meant = config.identity.provider != Provider::None
        && config.registration.dynamic
        && root.join(".cursor/mcp.json").is_file();
    is_meant.then(|| {
        Finding::warning(
            "clients",
            "Cursor is connected in .cursor/mcp.json and cannot sign in: it comes back by a scheme \
             of its own, which mcp.toml does not list",
            format!("write {line} into [registration] of mcp.toml"),
        )
    })
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
