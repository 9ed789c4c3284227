//! What the consent page says about a client, and what it warns of.

use toolgate_core::page::{Trust, consent};

use crate::support::{LOCAL, WEB, config, elements, html, request, words};

const PRIVATE: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

fn shown(trust: Trust<'static>, redirect_uri: &'static str) -> (String, Option<String>) {
    let mut page = request();
    (page.trust, page.redirect_uri) = (trust, redirect_uri);
    let reply = consent(&config(""), &page);
    let warning = elements(html(&reply), "section").pop().map(str::to_owned);
    (words(&reply), warning)
}

#[test]
fn a_client_is_known_verified_or_neither() {
    let (known, ..) = shown(Trust::Known, WEB);
    assert!(known.contains("Listed by this server’s owner") && !known.contains("erified"));
    let (verified, ..) = shown(Trust::Domain("claude.ai"), WEB);
    assert!(verified.contains("Verified: claude.ai") && !verified.contains("ot verified"));
    let (unverified, ..) = shown(Trust::Unverified, WEB);
    assert!(unverified.contains("Not verified") && !unverified.contains("Verified:"));
}

#[test]
fn only_a_web_site_that_is_known_or_verified_needs_no_warning() {
    for trust in [Trust::Known, Trust::Domain("claude.ai"), Trust::Unverified] {
        for uri in [WEB, LOCAL, "http://localhost/cb", "http://[::1]:1/cb", PRIVATE] {
            let (_, warning) = shown(trust, uri);
            let safe = uri == WEB && trust != Trust::Unverified;
            assert_eq!(warning.is_none(), safe, "{trust:?} {uri}");
            let Some(warning) = warning else { continue };
            assert!(warning.contains("just started to connect"), "{warning}");
            assert_eq!(warning.contains("is not verified"), trust == Trust::Unverified);
            assert_eq!(warning.contains("registered itself"), trust == Trust::Unverified);
        }
    }
}

#[test]
fn the_warning_names_the_danger_of_the_address() {
    let warning = |uri| shown(Trust::Unverified, uri).1.unwrap();
    assert!(warning(LOCAL).contains("any program can pretend to be it"));
    assert!(warning(PRIVATE).contains("can claim <b>cursor:</b> addresses"));
    assert!(warning(WEB).contains("only if you know <b>client.example</b>"));
}

#[test]
fn the_page_shows_the_address_of_this_very_request() {
    for (uri, place) in [
        (WEB, "client.example https://client.example/cb"),
        (LOCAL, "This computer (127.0.0.1) http://127.0.0.1:33418/oauth/callback"),
        ("http://[::1]:1/cb", "This computer ([::1]) http://[::1]:1/cb"),
        (PRIVATE, "An application on this device (cursor:) cursor://anysphere.cursor-mcp/"),
        // Not this computer, however it is written.
        ("https://localhost.evil.example/cb", "localhost.evil.example https://"),
        ("https://127.0.0.1.evil.example/cb", "127.0.0.1.evil.example https://"),
        ("https://claude.ai@evil.example/cb", "evil.example https://claude.ai@evil.example/cb"),
    ] {
        let (words, _) = shown(Trust::Unverified, uri);
        assert!(words.contains(&format!("You will be sent to {place}")), "{words}");
    }
}

#[test]
fn the_owner_says_who_asks_and_where_to_read_more() {
    let config = config(
        "name = \"Acme & Co\"\nprivacy_policy_url = \"https://acme.example/p?a=1&b=2\"\n\
         terms_of_service_url = \"https://acme.example/t\"",
    );
    let reply = consent(&config, &request());
    let html = html(&reply);
    assert_eq!(elements(html, "header"), ["<bdi>Acme &amp; Co</bdi>"]);
    assert_eq!(elements(html, "title"), ["Allow access to Acme &amp; Co"]);
    let links = elements(html, "footer")[0];
    assert!(links.contains("href=\"https://acme.example/p?a=1&amp;b=2\""), "{links}");
    assert_eq!(elements(links, "a"), ["Privacy policy", "Terms of service"]);
}

#[test]
fn a_page_without_links_has_no_footer() {
    let reply = consent(&config(""), &request());
    assert!(elements(html(&reply), "footer").is_empty());
}

#[test]
fn the_form_carries_the_attempt_its_proof_and_the_decision() {
    let reply = consent(&config(""), &request());
    let form = elements(html(&reply), "form")[0];
    let names: Vec<&str> =
        form.split("name=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    assert_eq!(names, ["attempt", "csrf", "decision", "decision"]);
    assert_eq!(elements(form, "button")[0], "Deny", "the first is the implicit one");
    assert_eq!(html(&reply).matches("<form").count(), 1);
}

#[test]
fn allowing_a_client_that_nobody_answers_for_takes_two_presses() {
    let form = |trust| {
        let mut page = request();
        (page.trust, page.redirect_uri) = (trust, LOCAL);
        elements(html(&consent(&config(""), &page)), "form")[0].to_owned()
    };
    for trust in [Trust::Known, Trust::Domain("claude.ai")] {
        assert_eq!(elements(&form(trust), "button"), ["Deny", "Allow"]);
        assert!(!form(trust).contains("<details"));
    }
    let unverified = form(Trust::Unverified);
    assert_eq!(elements(&unverified, "summary"), ["Allow&hellip;"]);
    // What is in `details` cannot be pressed before it is opened.
    assert_eq!(elements(elements(&unverified, "details")[0], "button"), ["Yes, allow it"]);
    assert_eq!(unverified.matches("value=\"approve\"").count(), 1);
}

#[test]
fn somebody_who_is_signed_in_is_told_as_whom() {
    let mut page = request();
    page.person = Some("Ada <x>");
    assert!(
        words(&consent(&config(""), &page)).contains("You are signed in as Ada &lt;x&gt; , who")
    );
    assert!(!words(&consent(&config(""), &request())).contains("signed in as"));
}

#[test]
fn the_document_has_a_language_a_title_one_heading_and_landmarks() {
    let reply = consent(&config(""), &request());
    let html = html(&reply);
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
    for (name, count) in [("title", 1), ("h1", 1), ("header", 1), ("main", 1)] {
        assert_eq!(elements(html, name).len(), count, "{name}");
    }
    let (terms, details) = (elements(html, "dt").len(), elements(html, "dd").len());
    assert_eq!((terms, details), (4, 4));
    assert!(html.contains("aria-labelledby=\"warning\"") && html.contains("id=\"warning\""));
}
