//! Tools that run as tasks.

use std::time::Duration;

use kit::server;
use toolgate::testing::{TestClient, TestServer, TestTask, json};

fn ada(server: &TestServer) -> TestClient {
    server.as_user("ada@example.com")
}

fn convert(server: &TestServer) -> TestTask {
    let ada = ada(server).answers([json!({ "format": "av1" })]);
    ada.start("convert", json!({ "film": "Metropolis" }))
}

#[test]
fn a_tool_becomes_a_task_in_its_course_and_its_result_is_waited_for() {
    let server = TestServer::new(server()).at(1000);
    let task = ada(&server).start("export", json!({}));
    assert_eq!(task.status(), "working");
    task.result().assert_text("exported");
    assert_eq!(task.status(), "completed");
}

#[test]
fn without_the_client_s_wish_for_a_task_the_tool_is_a_plain_call() {
    let server = TestServer::new(server());
    ada(&server).call("export", json!({})).assert_text("exported");
}

#[test]
#[should_panic(expected = "tool `add`, called by ada@example.com, does not run as a task")]
fn a_tool_that_is_no_task_cannot_be_started() {
    let server = TestServer::new(server());
    let _ = ada(&server).start("add", json!({ "a": 1, "b": 2 }));
}

#[test]
fn a_task_asks_goes_on_and_tells_of_its_progress() {
    let server = TestServer::new(server()).at(1000);
    let task = convert(&server);
    assert_eq!(task.status(), "input_required");
    let question = task.get();
    let requests = question.raw()["inputRequests"].as_object().expect("questions");
    assert_eq!(requests.len(), 1);
    task.result().assert_text("Metropolis as av1 in 3600 s");
}

#[test]
fn the_clock_of_the_test_moves_a_task_on() {
    let server = TestServer::new(server()).at(1000);
    let task = ada(&server).start("export", json!({}));
    assert_eq!(task.status(), "working");
    server.advance(Duration::from_secs(5));
    assert_eq!(task.status(), "completed");
}

#[test]
fn a_question_that_waits_is_asked_again_from_the_start_and_once_is_once() {
    let server = TestServer::new(server()).at(1000);
    let task = convert(&server);
    // The run that only waits for its answer is given up, and another one goes on from the start.
    server.advance(Duration::from_secs(60));
    assert_eq!(task.status(), "input_required");
    task.result().assert_text("Metropolis as av1 in 3660 s");
}

#[test]
fn a_task_that_is_cancelled_stays_so() {
    let server = TestServer::new(server());
    let task = ada(&server).start("export", json!({}));
    task.cancel();
    assert_eq!(task.status(), "cancelled");
    server.advance(Duration::from_secs(60));
    assert_eq!(task.status(), "cancelled");
}

#[test]
fn a_task_is_its_person_s_and_nobody_else_s() {
    let server = TestServer::new(server());
    let task = ada(&server).start("export", json!({}));
    let others = task.seen_by(&server.as_user("bob@example.com"));
    others.get().assert_error("there is no such task");
    task.result().assert_text("exported");
}

#[test]
fn a_task_that_fails_says_so_and_only_those_who_may_begin_it() {
    let server = TestServer::new(server()).var("STAFF", "ada@example.com");
    let task = ada(&server).start("convert_broken", json!({}));
    task.result().assert_error("the film is broken");
    let bob = server.as_user("bob@example.com");
    bob.call("convert_broken", json!({})).assert_denied();
}

#[test]
fn a_task_is_forgotten_when_its_time_is_over() {
    let server = TestServer::new(server()).at(1000);
    let task = ada(&server).start("export", json!({}));
    task.result().assert_ok();
    server.advance(Duration::from_secs(30 * 24 * 3600));
    task.get().assert_error("there is no such task");
}

#[test]
fn a_client_that_listens_hears_of_its_task() {
    let server = TestServer::new(server()).at(1000);
    let ada = ada(&server);
    let task = ada.start("export", json!({}));
    let news = ada.listen(json!({ "taskIds": [task.id()] }));
    server.advance(Duration::from_secs(5));
    let told = news.take();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["method"], "notifications/tasks");
    assert_eq!(told[0]["params"]["status"], "completed");
}
