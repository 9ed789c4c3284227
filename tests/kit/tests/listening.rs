//! Clients that listen to what changes.

use std::time::Duration;

use kit::server;
use toolgate::testing::{TestServer, Value, json};

fn methods(messages: &[Value]) -> Vec<&str> {
    messages.iter().filter_map(|message| message["method"].as_str()).collect()
}

#[test]
fn a_client_hears_of_what_it_listens_to_and_of_nothing_else() {
    let server = TestServer::new(server());
    let ada = server.as_user("ada@example.com");
    let resources = ada.listen(json!({ "resourceSubscriptions": ["docs://handbook"] }));
    let lists = ada.listen(json!({ "toolsListChanged": true }));
    ada.call("rewrite_handbook", json!({})).assert_ok();
    let heard = resources.take();
    assert_eq!(methods(&heard), ["notifications/resources/updated"]);
    assert_eq!(heard[0]["params"]["uri"], "docs://handbook");
    assert_eq!(methods(&lists.take()), ["notifications/tools/list_changed"]);
    assert_eq!(resources.take(), Vec::<Value>::new());
}

#[test]
fn a_resource_that_a_person_may_not_read_is_not_heard_of() {
    let server = TestServer::new(server()).var("STAFF", "ada@example.com");
    let wanted = json!({ "resourceSubscriptions": ["docs://handbook/rules"] });
    let (ada, bob) = (server.as_user("ada@example.com"), server.as_user("bob@example.com"));
    let (hers, his) = (ada.listen(wanted.clone()), bob.listen(wanted));
    ada.call("rewrite_rules", json!({})).assert_ok();
    assert_eq!(methods(&hers.take()), ["notifications/resources/updated"]);
    assert_eq!(his.take(), Vec::<Value>::new());
}

#[test]
fn a_stream_ends_with_its_access_token() {
    let server = TestServer::new(server());
    let changes = server.as_user("ada@example.com").listen(json!({ "toolsListChanged": true }));
    assert!(!changes.is_over());
    server.advance(Duration::from_secs(24 * 3600));
    let last = changes.take();
    assert!(changes.is_over(), "{last:?}");
}

#[test]
fn a_test_that_does_not_listen_still_learns_of_the_changes() {
    let server = TestServer::new(server());
    server.as_user("ada@example.com").call("rewrite_handbook", json!({})).assert_ok();
    assert_eq!(server.take_changes(), ["docs://handbook", "tools"]);
}
