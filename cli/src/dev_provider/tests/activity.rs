//! The page at the root: who called what, and what was decided.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;

use super::super::routes;
use super::{HOST, Reply, of_worker, provider, send};

/// The page at the root after these lines of the Worker's log.
async fn activity(lines: &[String], query: &str) -> Reply {
    let provider = of_worker();
    lines.iter().for_each(|line| provider.activity.note(line));
    let request = Request::get(format!("/{query}")).header(header::HOST, HOST);
    let routes = routes::routes(Arc::new(provider));
    send(&routes, request.body(Body::empty()).expect("a request")).await
}

fn call(user: &str, tool: &str, event: &str) -> String {
    json!({
        "toolgate": "audit", "time": 1_790_000_000, "event": event,
        "reason": "policy_<b>", "user": user, "tool": tool, "policy": "image-makers",
    })
    .to_string()
}

#[tokio::test]
async fn the_page_names_person_function_decision_and_policy() {
    let provider = of_worker();
    let people = provider.people();
    let ada = people.pseudonyms.iter().find(|(_, email)| *email == "ada@example.com");
    let (ada, _) = ada.expect("she has a pseudonym");
    let page = activity(&[call(ada, "draw", "tool_denied")], "").await;
    assert_eq!(page.status, StatusCode::OK);
    for text in ["ada@example.com</a>", ">draw</a>", "denied", "image-makers", "14:13:20"] {
        assert!(page.body.contains(text), "{text} in {}", page.body);
    }
    assert!(page.body.contains("policy_&lt;b&gt;") && !page.body.contains("policy_<b>"));
    assert!(page.body.contains("Ada &lt;Lovelace&gt;") && page.body.contains("npx mcp-remote"));
}

#[tokio::test]
async fn the_page_can_be_narrowed_to_a_person_or_a_function() {
    let calls = [call("someone", "draw", "tool_denied"), call("other", "add", "tool_allowed")];
    let rows = |page: &Reply| page.body.matches("<tr><td>14:13:20").count();
    for (query, expected) in [
        ("", 2),
        ("?person=someone", 1),
        ("?function=add", 1),
        ("?person=someone&function=add", 0),
        ("?person=%3Cscript%3E", 0),
    ] {
        let page = activity(&calls, query).await;
        assert_eq!(rows(&page), expected, "{query}");
        assert!(!page.body.contains("<script>"));
    }
}

#[tokio::test]
async fn the_page_answers_no_other_host_name() {
    let request = Request::get("/").header(header::HOST, "rebound.example:8789");
    let request = request.body(Body::empty()).expect("a request");
    assert_eq!(send(&provider(), request).await.status, StatusCode::MISDIRECTED_REQUEST);
}
