//! Who may call what, and what is answered.

use kit::server;
use serde::Deserialize;
use toolgate::testing::{TestClient, TestServer, json};

fn staff() -> TestClient {
    TestServer::new(server()).as_user("ada@example.com").groups(["design"])
}

fn visitor() -> TestClient {
    TestServer::new(server()).as_user("visitor@example.org")
}

#[test]
fn functions_of_the_crate_are_served_to_tests_in_files_of_their_own() {
    visitor().call("add", json!({ "a": 23, "b": 19 })).assert_text("42");
}

#[test]
fn a_person_is_known_by_whatever_a_policy_looks_at() {
    let server = TestServer::new(server()).var("STAFF", "bob@example.com, eve@example.com");
    let eve = server.as_user("eve@example.com").subject("7").scopes(["mcp"]);
    eve.call("whoami", json!({})).assert_structured(json!({
        "subject": "7", "groups": [], "scopes": ["mcp"],
    }));
    server.as_user("x@example.com").claim("level", "senior").call("whoami", json!({})).assert_ok();
    server.as_subject("service:ci").groups(["design"]).call("whoami", json!({})).assert_ok();
    for outsider in [
        server.as_user("x@example.com"),
        server.as_user("x@example.com").claim("level", "junior"),
        server.as_user("eve@example.com").unverified_email(),
        server.as_subject("eve@example.com"),
    ] {
        outsider.call("whoami", json!({})).assert_denied();
    }
}

#[test]
fn a_denial_tells_its_policy_and_reason() {
    let denial = visitor().call("whoami", json!({})).denial().expect("a denial");
    assert_eq!((denial.policy, denial.reason), ("staff", "variable_missing"));
    assert_eq!(denial.detail.as_deref(), Some("STAFF"));
    assert_eq!(staff().call("whoami", json!({})).denial(), None);
}

#[test]
fn a_structured_result_is_read_into_a_type() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Who {
        groups: Vec<String>,
    }
    let who: Who = staff().call("whoami", json!({})).structured();
    assert_eq!(who, Who { groups: vec!["design".to_owned()] });
}

#[test]
fn arguments_that_are_wrong_are_errors_and_no_denials() {
    let wrong = visitor().call("add", json!({ "a": 1, "c": 2 }));
    wrong.assert_error("c: unknown argument").assert_error("b: is required");
    assert!(wrong.is_error() && wrong.denial().is_none());
}

#[test]
fn an_argument_goes_into_the_header_that_the_tool_wants() {
    for region in ["eu", "Zürich ", "=?base64?eA==?="] {
        visitor().call("route", json!({ "region": region })).assert_text(region);
    }
}

#[test]
fn older_revisions_are_spoken_as_their_clients_do() {
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] {
        let who = staff().revision(revision).call("whoami", json!({}));
        let has_structure = who.raw().get("structuredContent").is_some();
        assert_eq!(has_structure, revision >= "2025-06-18", "{revision}");
        visitor().revision(revision).call("whoami", json!({})).assert_denied();
        let names = staff().revision(revision).list_tools();
        names.assert_has("whoami");
    }
}

#[test]
fn a_list_has_all_its_pages_and_only_what_is_allowed() {
    let all = staff().list_tools();
    let mut shown = all.names();
    assert!(shown.len() > 8, "{shown:?}");
    assert_eq!(all.get("add").expect("add")["annotations"]["readOnlyHint"], true);
    shown.retain(|name| !["convert_broken", "draw_for_staff", "whoami"].contains(name));
    visitor().list_tools().assert_names(shown.iter().copied()).assert_lacks("whoami");
}

#[test]
fn prompts_and_resources_are_guarded_alike() {
    let staff = staff();
    staff.list_prompts().assert_names(["greet", "whispering"]);
    staff.prompt("greet", json!({ "name": "Ada" })).assert_text("Say hello to Ada");
    staff.list_resources().assert_names(["handbook", "whispered"]);
    staff.list_resource_templates().assert_names(["chapter"]);
    staff.resource("docs://handbook/rules").assert_text("No rules");
    staff.resource("docs://handbook/tools").assert_error("not found");

    let visitor = visitor();
    visitor.list_prompts().assert_lacks("greet");
    visitor.prompt("greet", json!({ "name": "Ada" })).assert_denied();
    visitor.resource("docs://handbook").assert_text("# Handbook");
    visitor.list_resource_templates().assert_lacks("chapter");
    visitor.resource("docs://handbook/rules").assert_denied();
}

#[test]
fn arguments_are_completed() {
    assert_eq!(staff().complete_prompt("greet", "name", "a"), ["Ada", "Alan"]);
    assert_eq!(staff().complete_resource("docs://handbook/{chapter}", "chapter", "t"), ["tools"]);
}

#[test]
#[should_panic(expected = "was to be denied, and it was answered with")]
fn a_call_that_is_allowed_is_not_denied() {
    staff().call("whoami", json!({})).assert_denied();
}

#[test]
#[should_panic(expected = "was to be denied, and it was answered with")]
fn a_call_that_fails_otherwise_is_not_denied() {
    visitor().call("add", json!({})).assert_denied();
}

#[test]
#[should_panic(expected = "tool `who`, called by visitor@example.org, was to be denied, \
                           and the server does not have it, but [\"add\"")]
fn what_does_not_exist_is_not_denied() {
    visitor().call("who", json!({})).assert_denied();
}

#[test]
#[should_panic(expected = "policy `staff` denied it: variable_missing (STAFF)")]
fn a_denial_is_no_text() {
    visitor().call("whoami", json!({})).assert_text("visitor@example.org");
}

#[test]
#[should_panic(expected = "policy `staff` denied it")]
fn a_denial_is_no_error_of_the_tool() {
    visitor().call("whoami", json!({})).assert_error("");
}

#[test]
#[should_panic(expected = "answers\n  \"42\", not\n  \"43\"")]
fn another_text_is_told_beside_the_expected_one() {
    visitor().call("add", json!({ "a": 23, "b": 19 })).assert_text("43");
}

#[test]
#[should_panic(expected = "was to fail with")]
fn what_went_well_is_no_error() {
    visitor().call("add", json!({ "a": 23, "b": 19 })).assert_error("");
}

#[test]
#[should_panic(expected = "visitor@example.org is shown `add`")]
fn what_is_shown_is_not_lacking() {
    visitor().list_tools().assert_lacks("add");
}

#[test]
fn a_client_has_all_scopes_unless_the_test_says_which() {
    let print = |client: TestClient| client.call("print", json!({ "text": "x" }));
    print(visitor()).assert_text("printed x");
    let answer = print(visitor().scopes(["mcp"]));
    answer.assert_denied();
    let denial = answer.denial().expect("a denial");
    assert_eq!((denial.policy, denial.reason), ("printers", "scope_missing"));
    assert_eq!(denial.detail.as_deref(), Some("print"));
}
