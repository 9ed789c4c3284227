//! Quotas, by the clock of the test.

use std::time::Duration;

use kit::server;
use toolgate::testing::{TestClient, TestServer, Value, json};

const HOUR: Duration = Duration::from_secs(3600);

/// A server whose clock stands still.
fn standing() -> TestServer {
    TestServer::new(server()).at("2026-01-01")
}

fn ada(server: &TestServer) -> TestClient {
    server.as_user("ada@example.com")
}

/// The units of `costly` that the person has left, which are used up by this.
fn left(client: &TestClient) -> u32 {
    let is_served = |_: &u32| client.call("draw", json!({})).error().is_none();
    u32::try_from((0..100).take_while(is_served).count()).expect("a few")
}

#[test]
fn a_person_has_the_units_of_an_hour_and_is_told_when_there_are_others() {
    let server = standing();
    assert_eq!(left(&ada(&server)), 20);
    server.advance(Duration::from_secs(1800));
    ada(&server).call("draw", json!({})).assert_error(
        "quota_spent: the quota `costly` (20 an hour for you) is used up; it resets at \
         2026-01-01T01:00:00Z, in 30 minutes. Do not call again before then",
    );
    assert_eq!(left(&server.as_user("bob@example.com")), 20, "everybody has their own");
    server.advance(Duration::from_secs(1800));
    assert_eq!(left(&ada(&server)), 20);
}

#[test]
fn another_client_of_the_person_brings_no_other_units() {
    let server = standing();
    assert_eq!(left(&ada(&server).revision("2025-06-18")), 20);
    let other = server.as_user("ada@example.com").name("Ada").groups(["design"]);
    assert_eq!(left(&other), 0);
}

#[test]
fn what_the_policy_or_the_arguments_refuse_costs_nothing() {
    let server = standing();
    let ada = ada(&server);
    ada.call("draw", json!({ "pictures": "many" })).assert_error("invalid arguments");
    ada.call("draw", json!({ "unknown": 1 })).assert_error("unknown argument");
    ada.call("draw_for_staff", json!({})).assert_denied();
    assert_eq!(left(&ada), 20);
}

#[test]
fn every_revision_charges_a_call_once() {
    let revisions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];
    for revision in revisions {
        let server = standing();
        let ada = ada(&server).revision(revision);
        ada.call("draw", json!({ "pictures": 4 })).assert_text("4 drawn");
        assert_eq!(left(&ada), 16, "{revision}");
    }
}

#[test]
fn a_call_of_a_session_is_charged_once() {
    for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let server = standing();
        let ada = ada(&server).revision(revision);
        let session = ada.clone().session();
        session.call("draw", json!({ "pictures": 4 })).assert_text("4 drawn");
        assert_eq!(left(&ada), 16, "{revision}");
        session.call("draw", json!({})).assert_error("quota_spent");
    }
}

#[test]
fn a_session_that_asks_charges_what_is_spent_once() {
    let server = standing();
    let ada = ada(&server).revision("2025-11-25");
    let session = ada.clone().answers([json!({ "pictures": 4 })]).session();
    session.call("draw_order", json!({})).assert_text("4 on paper");
    assert_eq!(left(&ada), 20 - 1 - 2 - 3 - 4);
}

#[test]
fn a_round_that_is_repeated_for_its_answer_charges_nothing_again() {
    let server = standing();
    let ada = ada(&server);
    let asked = ada.clone().answers([json!({ "pictures": 4 })]);
    asked.call("draw_order", json!({})).assert_text("4 on paper");
    assert_eq!(left(&ada), 20 - 1 - 2 - 3 - 4);
}

#[test]
fn what_is_spent_once_does_not_pay_for_anything_else() {
    let server = standing();
    let ada = ada(&server);
    let asked = ada.clone().answers([json!({ "pictures": 3 })]);
    asked.call("draw_order", json!({})).assert_text("3 on paper");
    assert_eq!(left(&ada), 20 - 1 - 2 - 3 - 3);
}

#[test]
fn a_task_that_runs_again_charges_nothing_again() {
    let server = standing();
    let ada = ada(&server);
    let task = ada.clone().answers([json!({ "pictures": 4 })]).start("draw_slowly", json!({}));
    // The run that only waits for its answer is given up, and another one goes on from the start.
    server.advance(Duration::from_secs(60));
    assert_eq!(task.status(), "input_required");
    task.result().assert_text("4 drawn slowly");
    assert_eq!(left(&ada), 20 - 1 - 2 - 4);
}

#[test]
fn a_task_without_units_fails_with_the_words_of_the_quota() {
    let server = standing();
    let ada = ada(&server);
    assert_eq!(left(&ada), 20);
    let task = ada.start("draw_slowly", json!({}));
    task.result().assert_error("quota_spent: the quota `costly`");
}

#[test]
fn a_call_that_becomes_a_task_is_charged_once() {
    let server = standing();
    let ada = ada(&server);
    ada.start("draw_later", json!({})).result().assert_text("drawn later");
    assert_eq!(left(&ada), 20 - 1 - 2);
}

#[test]
fn all_units_are_spent_or_none() {
    let server = standing();
    let ada = ada(&server);
    ada.call("draw", json!({ "pictures": 15 })).assert_text("15 drawn");
    ada.call("draw", json!({ "pictures": 7 })).assert_error("quota_spent");
    // The call itself has cost one.
    assert_eq!(left(&ada), 4);
}

#[test]
fn amounts_that_cannot_be_spent_are_said_to_be_so() {
    let server = standing();
    let ada = ada(&server);
    ada.call("draw", json!({ "pictures": 0 })).assert_error("`spend` takes 1 unit or more, not 0");
    for pictures in [22, u32::MAX] {
        let units = pictures - 1;
        ada.call("draw", json!({ "pictures": pictures })).assert_error(&format!(
            "the quota `costly` has 20 an hour, so {units} units at once can never be had"
        ));
    }
    assert_eq!(left(&ada), 17, "each call has cost one");
}

#[test]
fn all_callers_share_the_units_of_the_server() {
    let server = standing();
    let (ada, bob) = (ada(&server), server.as_user("bob@example.com"));
    for _ in 0..3 {
        ada.call("scan", json!({})).assert_ok();
    }
    ada.call("scan", json!({})).assert_error("`scarce` (3 an hour for you)");
    for _ in 0..2 {
        bob.call("scan", json!({})).assert_ok();
    }
    let all = "`scarce` (5 a day for all users of this server together) is used up; it resets at \
               2026-01-02T00:00:00Z, in 24 hours";
    bob.call("scan", json!({})).assert_error(all);
    server.advance(24 * HOUR);
    bob.call("scan", json!({})).assert_ok();
}

#[test]
fn a_call_that_the_server_has_no_units_for_costs_the_person_nothing() {
    let server = standing();
    let others = ["a", "b"].map(|name| server.as_user(format!("{name}@example.com")));
    for other in others.iter().cycle().take(6) {
        other.call("scan", json!({}));
    }
    let ada = ada(&server);
    for _ in 0..9 {
        ada.call("scan", json!({})).assert_error("a day for all users");
    }
    server.advance(24 * HOUR);
    for _ in 0..3 {
        ada.call("scan", json!({})).assert_ok();
    }
}

#[test]
fn a_leased_quota_is_used_to_its_last_unit_and_no_further() {
    let server = standing();
    let ada = ada(&server);
    let served = (0..700).filter(|_| ada.call("look", json!({})).error().is_none()).count();
    assert_eq!(served, 600);
    ada.call("look", json!({})).assert_error("`plenty` (600 a minute for all users");
    server.advance(Duration::from_secs(60));
    ada.call("look", json!({})).assert_ok();
    ada.call("look", json!({ "units": 600 })).assert_error("quota_spent");
    // What the isolate holds is no hindrance. Each call has cost one.
    ada.call("look", json!({ "units": 598 })).assert_ok();
    ada.call("look", json!({})).assert_error("quota_spent");
}

#[test]
fn the_rate_of_a_policy_counts_all_that_it_guards() {
    let server = standing();
    let ada = ada(&server);
    ada.call("whisper", json!({})).assert_text("1 whispered");
    ada.prompt("whispering", json!({ "voice": "low" })).assert_ok();
    ada.resource("whisper://text").assert_text("psst");
    let words = "quota_spent: the rate of the policy `whisperers` (3 a minute for you) is used up";
    ada.call("whisper", json!({})).assert_error(words);
    ada.prompt("whispering", json!({ "voice": "low" })).assert_error(words);
    ada.resource("whisper://text").assert_error(words);
    assert_eq!(ada.complete_prompt("whispering", "voice", "low"), ["low", "lower"]);
    ada.list_tools().assert_has("whisper");
    server.advance(Duration::from_secs(60));
    ada.call("whisper", json!({ "words": 3 })).assert_text("3 whispered");
    ada.call("whisper", json!({})).assert_error("quota_spent");
}

#[test]
fn a_prompt_whose_arguments_are_refused_costs_nothing() {
    let server = standing();
    let ada = ada(&server);
    for _ in 0..9 {
        ada.prompt("whispering", json!({})).assert_error("voice");
    }
    ada.call("whisper", json!({ "words": 3 })).assert_ok();
}

#[test]
fn a_refusal_is_a_result_that_the_model_reads() {
    let server = standing();
    let ada = ada(&server);
    assert_eq!(left(&ada), 20);
    let refused = ada.call("draw", json!({}));
    assert_eq!(refused.raw()["isError"], Value::Bool(true));
}
