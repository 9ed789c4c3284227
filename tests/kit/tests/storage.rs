//! R2 and queues, of a test's own.

use std::time::Duration;

use kit::server;
use toolgate::testing::{TestClient, TestServer, json};

fn ada(server: &TestServer) -> TestClient {
    server.as_user("ada@example.com")
}

#[test]
fn a_file_is_read_as_it_was_written_with_its_metadata() {
    let server = TestServer::new(server()).bucket("FILES", []);
    let ada = ada(&server);
    ada.call("write_file", json!({ "name": "a/1.md", "text": "# Ä" })).assert_text("4");
    ada.call("read_file", json!({ "name": "a/1.md" }))
        .assert_text("text/markdown of ada@example.com: # Ä");
    ada.call("file_size", json!({ "name": "a/1.md" })).assert_text("4");
    ada.call("delete_files", json!({ "names": ["a/1.md", "never"] })).assert_ok();
    ada.call("read_file", json!({ "name": "a/1.md" })).assert_error("no such file");
}

#[test]
fn a_test_fills_a_bucket_and_looks_into_it() {
    let server = TestServer::new(server()).at(1_767_225_600).bucket("FILES", [("one", "1")]);
    ada(&server).call("read_file", json!({ "name": "one" })).assert_text(" of : 1");
    ada(&server).call("write_file", json!({ "name": "one", "text": "2" })).assert_ok();
    server.run(async {
        let bucket = server.env().bucket("FILES").expect("a bucket");
        let object = bucket.get("one").execute().await.expect("R2").expect("an object");
        assert_eq!(object.uploaded().as_millis(), 1_767_225_600_000);
        assert_eq!(object.body().expect("content").text().await.expect("text"), "2");
        assert!(object.body().expect("content").bytes().await.is_err(), "it is read once");
    });
}

#[test]
fn a_stream_is_written_whole_and_a_condition_is_obeyed() {
    let server = TestServer::new(server()).bucket("FILES", []);
    let write = || {
        let pieces = json!({ "name": "new", "pieces": ["a", "b", "c"] });
        ada(&server).call("write_new_file", pieces).text()
    };
    assert_eq!(write(), "true");
    assert_eq!(write(), "false");
    ada(&server).call("read_file", json!({ "name": "new" })).assert_text(" of : abc");
}

#[test]
fn parts_are_read_within_a_file_and_not_outside_of_it() {
    let server = TestServer::new(server()).bucket("FILES", [("abc", "abcdef")]);
    let read = |offset: u32, length: u32| {
        let part = json!({ "name": "abc", "offset": offset, "length": length });
        ada(&server).call("read_part", part)
    };
    read(1, 2).assert_text("bc of 6");
    read(4, 9).assert_text("ef of 6");
    read(7, 1).assert_error("range is not satisfiable");
}

#[test]
fn lists_come_in_pages_and_show_folders_once() {
    let server = TestServer::new(server())
        .bucket("FILES", [("d/a", ""), ("d/b/1", ""), ("d/b/2", ""), ("d/c", ""), ("e", "")]);
    ada(&server).call("write_file", json!({ "name": "d/d", "text": "" })).assert_ok();
    ada(&server)
        .call("list_folder", json!({ "folder": "d/" }))
        .assert_text("d/b/ d/a@ | d/c@ d/d@ada@example.com");
}

#[test]
fn a_key_that_r2_does_not_take_is_an_error() {
    let server = TestServer::new(server()).bucket("FILES", []);
    let write = ada(&server).call("write_file", json!({ "name": "x".repeat(1025), "text": "" }));
    write.assert_internal_error("The specified object name is not valid");
}

#[test]
fn bindings_that_a_test_does_not_give_are_named() {
    let server = TestServer::new(server());
    for (tool, arguments, name) in [
        ("file_size", json!({ "name": "x" }), "FILES` is undefined: `TestServer::bucket`"),
        ("begin_job", json!({ "job": "x" }), "JOBS` is undefined: `TestServer::queue`"),
        ("bill", json!({ "customer": "x" }), "BILLING` is undefined: `TestServer::service`"),
        ("do_seldom", json!({}), "PER_PERSON` is undefined: `TestServer::rate_limiter`"),
    ] {
        ada(&server).call(tool, arguments).assert_internal_error(name);
    }
}

#[test]
fn a_test_reads_what_was_sent_to_a_queue() {
    let server = TestServer::new(server()).queue("JOBS");
    ada(&server).call("begin_job", json!({ "job": "export" })).assert_ok();
    ada(&server).call("begin_job", json!({ "job": "report", "delay": 90 })).assert_ok();
    let sent = server.take_messages("JOBS");
    let by = "ada@example.com";
    assert_eq!(sent[0].body, json!({ "job": "export", "by": by }));
    assert_eq!(sent[0].delay, None);
    assert_eq!(sent[1].body, json!({ "job": "report", "by": by }));
    assert_eq!(sent[1].delay, Some(Duration::from_secs(90)));
    assert_eq!(server.take_messages("JOBS"), []);
}

#[test]
fn a_batch_is_sent_whole_or_not_at_all() {
    let server = TestServer::new(server()).queue("JOBS");
    ada(&server).call("begin_jobs", json!({ "jobs": ["one", "two"] })).assert_ok();
    let sent = server.take_messages("JOBS");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1].delay, Some(Duration::from_secs(60)));
    ada(&server)
        .call("begin_jobs", json!({ "jobs": ["one", "x".repeat(128_001)] }))
        .assert_error("a message has at most 128000 bytes");
    let many = vec!["x"; 101];
    ada(&server).call("begin_jobs", json!({ "jobs": many })).assert_error("1 to 100 messages");
    assert_eq!(server.take_messages("JOBS"), []);
}
