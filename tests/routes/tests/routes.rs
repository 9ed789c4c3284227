//! Routes of a server, by `TestServer::request`.

use std::time::Duration;

use toolgate::testing::{TestClient, TestResponse, TestServer, json};

const SECRET: &str = "of the billing service";

fn server() -> TestServer {
    TestServer::new(routes::server()).var("HOOK_SECRET", SECRET)
}

fn erin() -> TestClient {
    server().as_user("erin@example.com").groups(["staff"])
}

fn get(path: &str) -> TestResponse {
    server().request("GET", path).send()
}

#[test]
fn a_public_route_answers_anybody_under_an_origin_of_its_own() {
    let answer = get("/status");
    answer.assert_status(200).assert_text("up");
    assert_eq!(answer.header("content-security-policy"), Some("sandbox allow-scripts allow-forms"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.events(), ["route_allowed route_public"]);
}

#[test]
fn head_is_answered_as_get_without_a_body_and_other_methods_are_refused() {
    let server = server();
    server.request("HEAD", "/status").send().assert_status(200).assert_text("");
    let refused = server.request("POST", "/status").send();
    refused.assert_status(405);
    assert_eq!(refused.header("allow"), Some("GET, HEAD"));
    let refused = server.request("POST", "/items/7").send();
    assert_eq!(refused.header("allow"), Some("DELETE, GET, HEAD, PUT"));
}

#[test]
fn a_webhook_is_served_with_its_signature_and_not_without() {
    let server = server();
    let hook = |path| server.request("POST", path).json(&json!({ "number": 7, "paid": true }));
    let served = hook("/hooks/plain").signed().send();
    served.assert_status(200).assert_text("7 true");
    assert_eq!(served.events(), ["route_allowed signature_valid"]);
    hook("/hooks/timed").signed().send().assert_status(202);
    hook("/hooks/listed").signed().send().assert_status(200);
    for path in ["/hooks/plain", "/hooks/timed", "/hooks/listed"] {
        let refused = hook(path).send();
        refused.assert_status(401);
        assert_eq!(refused.events(), ["route_denied signature_missing"]);
    }
    let changed = hook("/hooks/plain").signed().body("application/json", "{}").header("a", "b");
    changed.send().assert_status(400);
}

#[test]
fn a_signature_is_good_for_as_long_as_its_route_says() {
    let server = server().at("2026-01-01T00:00:00Z");
    let signature = "v0=be0c9f0d";
    let forged = server.request("POST", "/hooks/timed").body("text/plain", "x");
    let forged = forged.header("x-timed-signature", signature).header("x-timed-timestamp", "1");
    forged.send().assert_status(401);
    let request = server.request("POST", "/hooks/timed").body("text/plain", "x");
    request.clone().signed().send().assert_status(202);
    server.advance(Duration::from_secs(61));
    request.signed().send().assert_status(202);
}

#[test]
fn a_body_is_not_read_where_its_headers_cannot_be_good() {
    let server = server().at("2026-01-01T00:00:00Z");
    let huge = "x".repeat(70_000);
    let hook = server.request("POST", "/hooks/timed").body("text/plain", huge.clone());
    hook.clone().signed().send().assert_status(413);
    hook.send().assert_status(401);
    let signature = format!("v0={}", "0".repeat(64));
    let signed_at = |time: &str| {
        let hook = server.request("POST", "/hooks/timed").body("text/plain", huge.clone());
        hook.header("x-timed-signature", &signature).header("x-timed-timestamp", time).send()
    };
    let answer = signed_at("1767225500");
    assert_eq!(answer.assert_status(401).events(), ["route_denied signature_expired"]);
    let answer = signed_at("01767225600");
    assert_eq!(answer.assert_status(401).events(), ["route_denied signature_missing"]);
}

#[test]
fn a_webhook_of_the_standard_is_served_with_either_secret() {
    let hook =
        |server: &TestServer| server.request("POST", "/hooks/standard").body("text/plain", "x");
    let server = server();
    hook(&server).signed().send().assert_status(200).assert_text("x");
    hook(&server).send().assert_status(401);
    let rotated = TestServer::new(routes::server()).var("NEXT_HOOK_SECRET", "whsec_bmV4dA==");
    hook(&rotated).signed().send().assert_status(200);
}

#[test]
fn every_answer_under_the_path_of_a_route_has_an_origin_of_its_own() {
    let server = server();
    for answer in [
        server.request("POST", "/status").send(),
        server.request("OPTIONS", "/status").send(),
        server.request("GET", "/worker.js").header("service-worker", "script").send(),
        server.request("POST", "/hooks/plain").send(),
        server.request("GET", "/items/7").send(),
        server.request("GET", "/items/x").send(),
        erin().request("DELETE", "/items/2").header("origin", "null").send(),
        TestServer::new(routes::server()).request("POST", "/hooks/plain").send(),
    ] {
        let status = answer.status();
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, Some("sandbox allow-scripts allow-forms"), "{status}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{status}");
    }
}

#[test]
fn a_server_without_the_secret_serves_no_webhook() {
    let server = TestServer::new(routes::server());
    let answer = server.request("POST", "/hooks/plain").json(&json!({})).send();
    answer.assert_status(503);
    assert!(!answer.text().contains("HOOK_SECRET"));
    let server = TestServer::new(routes::server()).var("HOOK_SECRET", "");
    server.request("POST", "/hooks/plain").json(&json!({})).send().assert_status(503);
}

#[test]
fn a_policy_guards_a_route_as_it_guards_a_tool() {
    let answer = erin().request("GET", "/items/7").send();
    assert_eq!(answer.assert_status(200).json(), json!({ "number": 7, "paid": true }));
    assert_eq!(answer.events(), ["route_allowed policy_matched"]);
    let vic = server().as_user("vic@example.com").groups(["guests"]);
    let answer = vic.request("GET", "/items/7").send();
    assert_eq!(answer.assert_status(403).events(), ["route_denied policy_not_matched"]);
    get("/items/7").assert_status(401);
}

#[test]
fn a_segment_is_read_as_the_type_of_its_parameter_in_one_spelling() {
    let erin = erin();
    erin.request("GET", "/items/11").send().assert_status(404);
    for spelled in ["07", "+7", "7.0", "x", "-1", "99999999999", "%37x"] {
        erin.request("GET", &format!("/items/{spelled}")).send().assert_status(404);
    }
    let first = erin.request("GET", "/items/first").send();
    assert!(first.assert_status(200).text().contains("First"));
}

#[test]
fn a_body_that_is_not_what_the_route_takes_is_refused() {
    let erin = erin();
    let put = |media_type: &str, body: &str| {
        let request = erin.request("PUT", "/items/a%20b");
        request.body(media_type, body).send()
    };
    const FORM: &str = "application/x-www-form-urlencoded";
    put(FORM, "number=7&paid=true").assert_status(200).assert_text("a b 7 true");
    put("text/plain", "number=7&paid=true").assert_status(415);
    put(FORM, "number=seven&paid=true").assert_status(400);
    put(FORM, "").assert_status(400);
}

#[test]
fn an_error_is_told_where_its_words_are_for_the_caller_and_hidden_elsewhere() {
    let erin = erin();
    erin.request("DELETE", "/items/2").send().assert_status(204);
    let told = erin.request("DELETE", "/items/0").send();
    assert_eq!(told.assert_status(400).json(), json!({ "error": "the first item stays" }));
    let hidden = erin.request("DELETE", "/items/1").send();
    hidden.assert_status(500);
    assert!(hidden.text().contains("internal error") && !hidden.text().contains("locked"));
}

#[test]
fn a_page_of_another_origin_changes_nothing() {
    for origin in ["null", "https://evil.example"] {
        let request = erin().request("DELETE", "/items/2").header("origin", origin);
        let refused = request.send();
        assert_eq!(refused.assert_status(403).events(), ["route_denied origin_foreign"]);
    }
    let own = erin().request("DELETE", "/items/2").header("origin", "https://server.test");
    own.send().assert_status(204);
    let read = erin().request("GET", "/items/7").header("origin", "https://evil.example");
    read.send().assert_status(403);
    let link = erin().request("GET", "/items/7").header("sec-fetch-site", "cross-site");
    link.header("sec-fetch-mode", "navigate").send().assert_status(200);
}

#[test]
fn an_author_says_nothing_of_the_origin_and_sees_no_cookie_of_the_server() {
    let request = server().request("GET", "/page");
    let answer = request.header("cookie", "__Host-toolgate-person=x; a=1").send();
    answer.assert_status(200);
    for name in [
        "clear-site-data",
        "service-worker-allowed",
        "strict-transport-security",
        "refresh",
        "link",
        "access-control-allow-credentials",
    ] {
        assert_eq!(answer.header(name), None, "{name}");
    }
    assert_eq!(answer.header("set-cookie"), Some("theme=dark; Path=/"));
    assert_eq!(answer.header("x-seen"), Some("a=1"));
}

#[test]
fn a_route_is_not_the_script_of_a_service_worker() {
    let request = server().request("GET", "/worker.js");
    request.header("service-worker", "script").send().assert_status(403);
}

#[test]
fn a_function_that_takes_too_long_is_ended() {
    let told = ["route_allowed route_public", "route_finished route_public"];
    assert_eq!(get("/slow").assert_status(504).events(), told);
}

#[test]
fn a_route_keeps_what_is_of_the_server() {
    let server = server();
    for counted in ["1", "2"] {
        server.request("POST", "/count").send().assert_status(200).assert_text(counted);
    }
}
