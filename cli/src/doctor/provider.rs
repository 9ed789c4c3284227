//! Answers of the identity provider, read as the Worker reads them.

use axum::http::{Response, StatusCode};
use serde_json::Value;
use toolgate_core::upstream::discovery;
use toolgate_core::upstream::jwks::Jwks;
use toolgate_core::upstream::signature::Algorithm;

use super::address::{ProviderProbe, ServerUrl, TITLE};
use super::fetch::ProbeAnswer;
use super::finding::{Finding, shown};

/// The members of a discovery document that the Worker cannot do without.
const NEEDED: [&str; 4] = ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"];

pub(super) fn finding(
    question: &ProviderProbe,
    server: &ServerUrl,
    answer: &ProbeAnswer,
) -> Finding {
    match question {
        ProviderProbe::Discovery { named, .. } => {
            discovery(named, &question.place(), server, answer)
        }
        ProviderProbe::Keys(_) => keys(&question.place(), answer),
        ProviderProbe::GitHub => github(answer),
    }
}

fn discovery(issuer: &str, place: &str, server: &ServerUrl, answer: &ProbeAnswer) -> Finding {
    let exact = "write `issuer` exactly as the identity provider's page has it";
    if let Some(finding) = refused(place, answer, exact) {
        return finding;
    }
    let Ok(Value::Object(document)) = serde_json::from_str(&answer.body) else {
        return Finding::problem(TITLE, format!("{place} is not JSON"), exact);
    };
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    let missing: Vec<_> = NEEDED.into_iter().filter(|name| text(name).is_none()).collect();
    if !missing.is_empty() {
        let found = format!("{place} has no {}", missing.join(", "));
        return Finding::problem(TITLE, found, exact);
    }
    let named = text("issuer").unwrap_or_default();
    if named != issuer {
        let found =
            format!("the document of `{}` names another issuer: `{}`", shown(issuer), shown(named));
        let fix = "if that is your provider, write it as `issuer`, byte for byte; sign-in fails otherwise";
        return Finding::problem(TITLE, found, fix);
    }
    // The rest is for the Worker to judge: PKCE, encryption, how it would prove who it is.
    let response = Response::new(answer.body.clone().into_bytes());
    match discovery::read(issuer, &server.origin(), &response) {
        Ok(_) => Finding::ok(TITLE, format!("{} is found by its document", shown(issuer))),
        Err(reason) => {
            let found = format!("the Worker refuses {place}: {reason}");
            Finding::problem(TITLE, found, "the identity provider has to be set up for it")
        }
    }
}

fn keys(place: &str, answer: &ProbeAnswer) -> Finding {
    let copy = "copy the address of its keys from the Access application, or correct `team`";
    if let Some(finding) = refused(place, answer, copy) {
        return finding;
    }
    if Jwks::parse(answer.body.as_bytes(), 0).is_none_or(|keys| keys.is_empty()) {
        let known = Algorithm::ALL.map(Algorithm::name).join(", ");
        let found =
            format!("what {place} answers has no key that the Worker can use; it verifies {known}");
        return Finding::problem(TITLE, found, copy);
    }
    Finding::ok(TITLE, format!("{place} answers with its keys"))
}

/// Without a login GitHub allows few questions an hour: a refusal is an answer, too.
fn github(answer: &ProbeAnswer) -> Finding {
    if answer.status < 500 {
        return Finding::ok(TITLE, "api.github.com answers");
    }
    let found = format!("api.github.com answers {}", answer.status);
    Finding::problem(TITLE, found, "look at https://www.githubstatus.com")
}

/// The problem of an answer with another status than 200; `None` for that one. As the Worker, it
/// follows no redirect.
fn refused(place: &str, answer: &ProbeAnswer, fix: &str) -> Option<Finding> {
    let status = answer.status;
    if status == StatusCode::OK.as_u16() {
        return None;
    }
    let found = match status {
        300..400 => format!("{place} sends elsewhere ({status}), where the Worker does not follow"),
        _ => format!("{place} answers {status}"),
    };
    let fix =
        if status >= 500 { "try again later; it is the provider's to put right" } else { fix };
    Some(Finding::problem(TITLE, found, fix))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::finding::Status;

    const ISSUER: &str = "https://login.example.com";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://login.example.com/authorize",
            "token_endpoint": "https://login.example.com/token",
            "jwks_uri": "https://login.example.com/jwks",
        })
    }

    fn answer(status: u16, body: impl ToString) -> ProbeAnswer {
        ProbeAnswer { status, body: body.to_string(), ..ProbeAnswer::default() }
    }

    fn of_discovery(answer: &ProbeAnswer) -> Finding {
        let question =
            ProviderProbe::Discovery { issuer: ISSUER.to_owned(), named: ISSUER.to_owned() };
        finding(&question, &ServerUrl::of_dev(), answer)
    }

    #[test]
    fn a_document_that_the_worker_takes_is_fine() {
        assert_eq!(of_discovery(&answer(200, document())).status, Status::Ok);
    }

    #[test]
    fn every_missing_member_is_named() {
        let mut bad = document();
        bad["jwks_uri"] = Value::Null;
        bad.as_object_mut().expect("an object").remove("token_endpoint");
        let finding = of_discovery(&answer(200, bad));
        assert_eq!(finding.status, Status::Problem);
        assert!(finding.found.ends_with("has no token_endpoint, jwks_uri"), "{}", finding.found);
    }

    #[test]
    fn another_issuer_is_shown_and_cannot_steer_the_terminal() {
        let mut bad = document();
        bad["issuer"] = json!("https://login.example.com/\u{1b}[2J");
        let finding = of_discovery(&answer(200, bad));
        assert_eq!(finding.status, Status::Problem);
        assert!(
            finding.found.contains("`https://login.example.com/\\u{1b}[2J`"),
            "{}",
            finding.found
        );
    }

    #[test]
    fn what_else_the_worker_refuses_is_a_problem_in_its_words() {
        let mut bad = document();
        bad["code_challenge_methods_supported"] = json!(["plain"]);
        let finding = of_discovery(&answer(200, bad));
        assert_eq!(finding.status, Status::Problem);
        assert!(finding.found.contains("PKCE"), "{}", finding.found);
    }

    #[test]
    fn an_answer_that_is_no_document_says_what_it_was() {
        for (answer, words) in [
            (answer(404, ""), "answers 404"),
            (answer(301, ""), "sends elsewhere (301)"),
            (answer(200, "<html>"), "is not JSON"),
            (answer(200, "[]"), "is not JSON"),
        ] {
            let finding = of_discovery(&answer);
            assert_eq!(finding.status, Status::Problem);
            assert!(finding.found.contains(words), "{}", finding.found);
        }
    }

    #[test]
    fn a_key_set_has_keys() {
        let found = |answer| {
            finding(&ProviderProbe::Keys(format!("{ISSUER}/jwks")), &ServerUrl::of_dev(), &answer)
        };
        let key = json!({
            "kty": "EC", "crv": "P-256", "kid": "1",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        });
        assert_eq!(found(answer(200, json!({ "keys": [key] }))).status, Status::Ok);
        for body in ["{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\"}]}", "{}", "<html>", ""] {
            let finding = found(answer(200, body));
            assert_eq!(finding.status, Status::Problem, "{body}");
            assert!(finding.found.contains("has no key that"), "{}", finding.found);
        }
        assert_eq!(found(answer(404, "{}")).status, Status::Problem);
    }

    #[test]
    fn github_answers_also_when_it_refuses() {
        let found = |status| {
            finding(&ProviderProbe::GitHub, &ServerUrl::of_dev(), &answer(status, "{}")).status
        };
        assert_eq!((found(200), found(403)), (Status::Ok, Status::Ok));
        assert_eq!(found(503), Status::Problem);
    }
}
