//! Functions that no client starts, by way of `toolgate::testing`.

use std::time::Duration;

use toolgate::testing::{Delivered, TestServer, json};
use triggers::server;

fn test_server() -> TestServer {
    TestServer::new(server()).queue("JOBS").var("API_KEY", "of the test")
}

fn job(name: &str) -> toolgate::testing::Value {
    json!({ "name": name })
}

#[test]
fn a_cron_runs_and_uses_the_state_of_the_server() {
    let server = test_server();
    server.cron("nightly").assert_ok();
    server.cron("nightly").assert_ok();
    server.as_user("ada@example.com").call("runs", json!({})).assert_text("2");
}

#[test]
fn a_cron_has_the_secrets_of_the_server() {
    test_server().cron("hourly").assert_ok();
    TestServer::new(server()).cron("hourly").assert_failed("the secret `API_KEY` is not set");
}

#[test]
fn a_cron_that_fails_leaves_one_line_of_json() {
    let run = test_server().cron("broken");
    run.assert_failed("the disk");
    let [line] = run.log() else { panic!("one line: {:?}", run.log()) };
    assert!(!line.contains('\n'), "{line}");
    let event: toolgate::testing::Value = line.parse().expect("JSON");
    assert_eq!(
        event,
        json!({
            "toolgate": "trigger", "trigger": "cron", "name": "broken", "function": "broken",
            "outcome": "failed", "error": "the disk\nis full",
        })
    );
}

#[test]
#[should_panic(expected = "mcp.toml has no cron `nihgtly`")]
fn a_test_of_a_cron_that_is_not_there_says_so() {
    test_server().cron("nihgtly");
}

#[test]
fn messages_are_acknowledged_and_retried_each_by_itself() {
    let delivery = test_server().deliver("jobs", [job("works"), job("fails"), job("works, too")]);
    assert_eq!((delivery.acknowledged(), delivery.retried()), (vec![0, 2], vec![1]));
    let [line] = delivery.run().log() else { panic!("one line") };
    let event: toolgate::testing::Value = line.parse().expect("JSON");
    assert_eq!(
        (&event["error"], &event["message"]),
        (&json!("it cannot be done"), &json!("message-1"))
    );
}

#[test]
fn a_message_that_is_no_job_hinders_no_other_and_is_not_quoted() {
    let bad = [json!("my secret"), json!({ "nmae": "my secret" }), json!(null)];
    for bad in bad {
        let delivery = test_server().deliver("jobs", [bad, job("works")]);
        assert_eq!((delivery.acknowledged(), delivery.retried()), (vec![1], vec![0]));
        delivery.run().assert_failed("the body is not a `triggers::Job`");
        assert!(!delivery.run().log()[0].contains("my secret"), "{:?}", delivery.run().log());
    }
}

#[test]
fn the_number_of_the_attempt_is_known() {
    let server = test_server();
    assert_eq!(server.deliver("jobs", [job("fails once")]).retried(), [0]);
    let second = Delivered::new(job("fails once")).attempt(2);
    assert_eq!(server.deliver("jobs", [second]).acknowledged(), [0]);
}

#[test]
fn what_a_function_decides_itself_counts() {
    let server = test_server();
    assert_eq!(server.deliver("jobs", [job("acknowledges and fails")]).acknowledged(), [0]);
    let delivery = server.deliver("jobs", [job("waits")]);
    assert_eq!((delivery.retried(), delivery.delay(0)), (vec![0], Some(Duration::from_secs(60))));
}

#[test]
fn a_batch_that_fails_comes_again_but_for_what_was_acknowledged() {
    let server = test_server();
    let delivery = server.deliver("batches", [job("done"), job("fails"), job("waits"), json!(1)]);
    assert_eq!((delivery.acknowledged(), delivery.retried()), (vec![0], vec![1, 2, 3]));
    let delivery = server.deliver("batches", [job("done"), json!(1), job("other")]);
    assert_eq!((delivery.acknowledged(), delivery.retried()), (vec![0, 2], vec![1]));
    delivery.run().assert_failed("the body is not a `triggers::Job`");
}

#[test]
fn what_needs_a_caller_fails_and_says_that_there_is_none() {
    let server = test_server();
    for name in ["asks", "acts"] {
        let delivery = server.deliver("jobs", [job(name)]);
        assert_eq!(delivery.retried(), [0]);
        delivery.run().assert_failed("it has no caller and no client");
    }
    let delivery = server.deliver("jobs", [job("remembers")]);
    assert_eq!(delivery.retried(), [0]);
    delivery.run().assert_failed("there is no caller");
}

#[test]
fn a_job_that_a_tool_adds_can_be_delivered() {
    let server = test_server();
    server.as_user("ada@example.com").call("add_job", json!({ "name": "works" })).assert_ok();
    let added = server.take_messages("JOBS").into_iter().map(|message| message.body);
    let added: Vec<_> = added.collect();
    assert_eq!(server.deliver("jobs", added).acknowledged(), [0]);
}

#[test]
fn mail_is_forwarded_refused_or_fails() {
    let server = test_server();
    let mail = |subject: &str| format!("Subject: {subject}\r\nX: y\r\n\r\nHello.\r\n");
    let forwarded = server.mail("grace@example.com", "list@example.org", mail("hello"));
    forwarded.run().assert_ok();
    assert_eq!(
        (forwarded.forwarded(), forwarded.rejected()),
        (vec!["ada@example.com".to_owned()], None)
    );
    let refused = server.mail("grace@example.com", "list@example.org", mail("unsubscribe"));
    assert_eq!(refused.rejected().as_deref(), Some("nobody reads this"));
    assert!(refused.forwarded().is_empty());
    let failed = server.mail("grace@example.com", "list@example.org", mail("fail"));
    failed.run().assert_failed("the mailbox is full");
    assert!(
        !failed.run().log().iter().any(|line| line.contains("grace")),
        "{:?}",
        failed.run().log()
    );
}
