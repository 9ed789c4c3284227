//! Redirect URIs to enter at the identity provider and at third parties, and the check that the server answers
//! to its own name.

use axum::http::Uri;
use toolgate_config::provider::RedirectUri;
use toolgate_config::{Config, Provider};
use toolgate_core::host::is_served;
use toolgate_core::paths::{ACCOUNT_RETURN_PATH, CALLBACK_PATH};

use super::address::ServerUrl;
use super::finding::Finding;

const TITLE: &str = "redirect URI";

pub(super) fn findings(config: &Config, server: &ServerUrl) -> Vec<Finding> {
    let mut findings = vec![redirect(config.identity.provider, server)];
    findings.extend(config.connections.iter().map(|connection| {
        let title = format!("connection {}", connection.name);
        Finding::ok(title, account_redirect_uri(&server.origin(), &connection.name))
            .with_fix(format!("enter it as the redirect URI at {}", connection.title))
    }));
    findings.extend(host(config, server));
    findings
}

/// Redirect URI for the identity provider, on a server of this origin.
pub(crate) fn redirect_uri(origin: &str) -> String {
    format!("{origin}{CALLBACK_PATH}")
}

/// Redirect URI for the third party of a connection, on a server of this origin.
pub(crate) fn account_redirect_uri(origin: &str, connection: &str) -> String {
    format!("{origin}{ACCOUNT_RETURN_PATH}{connection}")
}

fn redirect(provider: Provider, server: &ServerUrl) -> Finding {
    if provider.is_local() && !server.is_local() {
        return refused(provider, server);
    }
    let place = match provider.facts().redirect_uri {
        RedirectUri::Entered(place) => place,
        RedirectUri::None(why) => return Finding::ok(TITLE, why),
    };
    let fix = format!("enter it {place}");
    let fix = if server.is_local() {
        format!("{fix}; that of a deployed server is shown with `--url https://…`")
    } else {
        fix
    };
    Finding::ok(TITLE, redirect_uri(&server.origin())).with_fix(fix)
}

fn refused(provider: Provider, server: &ServerUrl) -> Finding {
    let name = provider.name();
    let found =
        format!("a server with `provider = \"{name}\"` refuses to serve {}", server.origin());
    Finding::problem(TITLE, found, "choose another `provider` in [identity] of mcp.toml")
}

/// The problem that the server refuses its own name; `None` where it answers to it.
fn host(config: &Config, server: &ServerUrl) -> Option<Finding> {
    let uri: Uri = server.origin().parse().ok()?;
    let allowed = config.transport.allowed_hosts.iter().map(AsRef::as_ref);
    if is_served(&uri, allowed, false) {
        return None;
    }
    let host = uri.host().unwrap_or_default();
    let found = format!("the server answers 421 to {host}, which `allowed_hosts` does not list");
    let fix = format!("add \"{host}\" to `allowed_hosts` in [transport] of mcp.toml");
    Some(Finding::problem("host name", found, fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Status;

    fn found(config: &str, url: &str) -> Vec<Finding> {
        let config = format!("[server]\nname = \"A server\"\n{config}");
        let config = toolgate_config::check(&config).expect("sound").config;
        findings(&config, &url.parse().expect("an address"))
    }

    fn identity(provider: &str) -> String {
        format!("[identity]\nprovider = \"{provider}\"\n")
    }

    #[test]
    fn it_is_the_callback_with_where_each_provider_wants_it() {
        let issuer = "issuer = \"https://login.example.com\"\n";
        for (config, place) in [
            (identity("cloudflare-access"), "`Redirect URLs`"),
            (identity("github"), "`Authorization callback URL`"),
            (identity("oidc") + issuer, "`redirect URI`"),
        ] {
            let findings = found(&config, "https://mcp.example.com/mcp");
            assert_eq!(findings.len(), 1);
            assert_eq!(findings[0].found, "https://mcp.example.com/callback");
            let fix = findings[0].fix.as_deref().unwrap_or_default();
            assert!(fix.contains(place) && !fix.contains("--url"), "{fix}");
        }
    }

    #[test]
    fn each_third_party_has_one_of_its_own() {
        let config = identity("github")
            + "[connections.linear]\ntitle = \"Linear\"\nissuer = \"https://linear.example\"\n\
               client_id = \"ours\"\nscopes = [\"read\"]\nhosts = [\"api.linear.example\"]\n";
        let findings = found(&config, "https://mcp.example.com");
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[1].found, "https://mcp.example.com/connections/return/linear");
        assert!(findings[1].fix.as_ref().is_some_and(|fix| fix.contains("Linear")));
    }

    #[test]
    fn of_this_machine_it_says_how_to_see_the_other_one() {
        let findings = found(&identity("github"), "http://localhost:8788");
        assert_eq!(findings[0].found, "http://localhost:8788/callback");
        assert!(findings[0].fix.as_ref().is_some_and(|fix| fix.contains("--url https://")));
    }

    #[test]
    fn access_in_front_and_local_sign_in_have_none() {
        let team = identity("cloudflare-access-jwt") + "team = \"acme\"\n";
        assert!(found(&team, "https://mcp.example.com")[0].found.starts_with("none"));
        assert!(found(&identity("dev"), "http://localhost:8788")[0].found.starts_with("none"));
    }

    #[test]
    fn local_sign_in_does_not_guard_a_public_server() {
        for provider in ["dev", "none"] {
            let findings = found(&identity(provider), "https://mcp.example.com");
            assert_eq!(findings[0].status, Status::Problem);
        }
    }

    #[test]
    fn a_host_name_that_the_server_does_not_answer_to_is_a_problem() {
        let config = "[transport]\nallowed_hosts = [\"mcp.example.com\"]\n";
        assert_eq!(found(config, "https://mcp.example.com").len(), 1);
        assert_eq!(found(config, "http://localhost:8788").len(), 1);
        let findings = found(config, "https://other.example.com");
        assert_eq!(findings[1].status, Status::Problem);
        assert!(findings[1].fix.as_ref().is_some_and(|fix| fix.contains("\"other.example.com\"")));
    }
}
