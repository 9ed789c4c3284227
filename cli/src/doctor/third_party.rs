//! The metadata of the third parties at which people connect accounts, read as the Worker reads them.

use axum::http::{Response, StatusCode};
use serde_json::Value;
use toolgate_config::{Config, Connection};
use toolgate_core::account::party::{metadata_requests, read_metadata};

use super::fetch::{self, ProbeAnswer};
use super::finding::{Finding, shown};
use crate::tools::Tools;

/// The way to what is missing where a third party withdraws no token.
const NOT_WITHDRAWN: &str = "an account that is disconnected here is used no more, but its tokens are good until they expire";

/// One finding for each connection.
pub(super) fn findings(tools: &Tools, config: &Config) -> Vec<Finding> {
    let connections = config.connections.iter();
    connections.map(|connection| finding(tools, connection)).collect()
}

fn finding(tools: &Tools, connection: &Connection) -> Finding {
    let Some(issuer) = connection.issuer.as_deref() else { return described(connection) };
    let title = title(connection);
    let mut failure = None;
    for request in metadata_requests(issuer) {
        let url = request.uri().to_string();
        let found = fetch::ask_at(tools, &url, &shown(&url))
            .map_err(|finding| Finding { title: title.clone(), ..finding })
            .and_then(|answer| read(connection, issuer, &shown(&url), &answer));
        match found {
            Ok(finding) => return finding,
            // The first that answers says more than the last that is not there.
            Err(finding) => failure = failure.or(Some(finding)),
        }
    }
    failure.unwrap_or_else(|| Finding::problem(title, "the issuer is no address", EXACT))
}

const EXACT: &str =
    "write `issuer` exactly as the third party's page has it, or its addresses in place of it";

/// The finding about metadata that the Worker takes, or the problem that it does not.
fn read(
    connection: &Connection,
    issuer: &str,
    place: &str,
    answer: &ProbeAnswer,
) -> Result<Finding, Finding> {
    let title = title(connection);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = Response::new(answer.body.clone().into_bytes());
    *response.status_mut() = status;
    if let Err(why) = read_metadata(issuer, &response) {
        let found = format!("the Worker refuses {place}: {why}");
        let fix = match status.is_server_error() {
            true => "try again later; it is the third party's to put right",
            false => EXACT,
        };
        return Err(Finding::problem(title, found, fix));
    }
    let metadata: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let has = |name: &str| metadata.get(name).is_some_and(|value| !value.is_null());
    if !has("code_challenge_methods_supported") {
        let found =
            format!("{place} does not say that it supports PKCE, which the Worker always uses");
        let fix =
            "connect an account once, and see that it does: without PKCE a stolen code is of use";
        return Ok(Finding::warning(title, found, fix));
    }
    if !has("revocation_endpoint") {
        let found = format!(
            "{} is found by its metadata, which have no revocation endpoint",
            shown(issuer)
        );
        return Ok(Finding::ok(title, found).with_fix(NOT_WITHDRAWN));
    }
    Ok(Finding::ok(title, format!("{} is found by its metadata", shown(issuer))))
}

/// A third party whose addresses are in `mcp.toml`: there is nothing to ask that would not begin something.
fn described(connection: &Connection) -> Finding {
    let title = title(connection);
    match &connection.revocation_url {
        Some(_) => Finding::ok(title, "described by its addresses"),
        None => Finding::ok(title, "described by its addresses, without `revocation_url`")
            .with_fix(NOT_WITHDRAWN),
    }
}

fn title(connection: &Connection) -> String {
    format!("third party {}", connection.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::finding::Status;

    const ISSUER: &str = "https://tracker.example.com";

    fn connection(keys: &str) -> Connection {
        let source = format!(
            "[server]\nname = \"A server\"\n[identity]\nprovider = \"github\"\n[connections.tracker]\n\
             client_id = \"ours\"\nhosts = [\"tracker.example.com\"]\n{keys}"
        );
        toolgate_config::check(&source).expect("sound").config.connections[0].clone()
    }

    fn metadata() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://tracker.example.com/authorize",
            "token_endpoint": "https://tracker.example.com/token",
            "revocation_endpoint": "https://tracker.example.com/revoke",
            "code_challenge_methods_supported": ["S256"],
        })
    }

    fn of(status: u16, body: &Value) -> Finding {
        let answer = ProbeAnswer { status, body: body.to_string(), ..ProbeAnswer::default() };
        let connection = connection(&format!("issuer = \"{ISSUER}\"\n"));
        read(&connection, ISSUER, "the document", &answer).unwrap_or_else(|finding| finding)
    }

    #[test]
    fn metadata_that_the_worker_takes_are_fine() {
        let finding = of(200, &metadata());
        assert_eq!((finding.status, finding.fix), (Status::Ok, None));
        assert_eq!(finding.title, "third party tracker");
    }

    #[test]
    fn another_issuer_no_s256_and_no_document_are_problems() {
        for (status, member, value, words) in [
            (200, "issuer", json!("https://evil.example"), "names another issuer"),
            (200, "code_challenge_methods_supported", json!(["plain"]), "PKCE with S256"),
            (200, "token_endpoint", json!("http://tracker.example.com/token"), "not an https URL"),
            (404, "issuer", json!(ISSUER), "status 404"),
        ] {
            let mut bad = metadata();
            bad[member] = value;
            let finding = of(status, &bad);
            assert_eq!(finding.status, Status::Problem, "{member}");
            assert!(finding.found.contains(words), "{}", finding.found);
        }
    }

    #[test]
    fn what_is_left_unsaid_is_told() {
        let mut silent = metadata();
        silent.as_object_mut().expect("an object").remove("code_challenge_methods_supported");
        assert_eq!(of(200, &silent).status, Status::Warning);
        let mut keeps = metadata();
        keeps.as_object_mut().expect("an object").remove("revocation_endpoint");
        let finding = of(200, &keeps);
        assert_eq!(finding.status, Status::Ok);
        assert!(finding.found.contains("no revocation endpoint"), "{}", finding.found);
        let addresses = "authorization_url = \"https://tracker.example.com/authorize\"\n\
                         token_url = \"https://tracker.example.com/token\"\n";
        assert_eq!(described(&connection(addresses)).fix.as_deref(), Some(NOT_WITHDRAWN));
        let all = format!("{addresses}revocation_url = \"https://tracker.example.com/revoke\"\n");
        assert_eq!(described(&connection(&all)).fix, None);
    }
}
