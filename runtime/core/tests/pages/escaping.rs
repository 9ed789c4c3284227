//! Text of others stays text.

use std::collections::BTreeSet;

use http::StatusCode;
use toolgate_core::page::{
    Connection, ConnectionsPage, Trust, connections, consent, message, refusal, way_back,
};
use toolgate_core::reply::Reply;

use crate::support::{
    LOCAL, NOW, WEB, config, elements, html, landing_of, request, tags, tool, words,
};

const PAYLOADS: [&str; 18] = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=\"alert(1)",
    "</bdi></h1><form action=https://evil.example>",
    "<!--",
    "<![CDATA[",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "<\u{0}script>alert(1)</script>",
    "<input name=decision value=approve>",
];

/// Every page with the same text in every slot that somebody else fills.
fn pages(text: &str) -> Vec<Reply> {
    let plain = config("");
    let mut pages = Vec::new();
    let uris = [text.to_owned(), format!("https://client.example/{text}"), format!("app:{text}")];
    for trust in [Trust::Known, Trust::Domain(text), Trust::Unverified] {
        for uri in uris.iter().map(String::as_str).chain([WEB, LOCAL]) {
            let mut page = request();
            (page.client_name, page.client_uri, page.trust) = (text, Some(uri), trust);
            (page.redirect_uri, page.scopes) = (uri, vec![text]);
            (page.attempt, page.csrf, page.person) = (text, text, Some(text));
            pages.push(consent(&plain, &page));
        }
    }
    let one = Connection {
        id: text,
        client: text,
        domain: Some(text),
        since: NOW,
        last_used: NOW,
        is_shared: true,
    };
    pages.push(connections(
        &plain,
        &ConnectionsPage {
            person: text,
            csrf: text,
            connections: vec![one],
            more: &crate::accounts::listed(text),
            notice: Some(text),
            now: NOW,
        },
    ));
    pages.push(crate::accounts::page(text));
    pages.extend([crate::admin::page(text), crate::admin::confirmation(text)]);
    // Names and descriptions of functions live as long as a Worker does.
    let text_of_tool: &'static str = Box::leak(text.to_owned().into());
    let tools = [tool(text_of_tool, Some(text_of_tool), "everyone")];
    let mut own = config("");
    own.server.description = Some(text.to_owned().into());
    own.server.title = Some(text.to_owned().into());
    pages.push(landing_of(&own, "https://mcp.example", (&tools, &[], &[])));
    pages.push(message(StatusCode::BAD_REQUEST, text, text, text));
    pages.push(refusal(StatusCode::BAD_REQUEST, text, text, text, text));
    pages.push(way_back(text, text, &format!("https://client.example/?{text}"), text));
    pages
}

#[test]
fn hostile_text_adds_no_tag_and_no_attribute() {
    let vocabulary: BTreeSet<String> =
        pages("plain").iter().flat_map(|page| tags(html(page))).collect();
    for payload in PAYLOADS {
        for page in pages(payload) {
            for tag in tags(html(&page)) {
                assert!(vocabulary.contains(&tag), "{payload:?} made <{tag}>");
            }
        }
    }
}

#[test]
fn hostile_text_does_not_appear_as_it_is() {
    for payload in PAYLOADS.into_iter().filter(|payload| payload.contains(['<', '>', '"', '\''])) {
        for page in pages(payload) {
            assert!(!html(&page).contains(payload), "{payload:?}");
        }
    }
}

#[test]
fn text_that_is_escaped_already_is_escaped_again() {
    let mut page = request();
    page.client_name = "&lt;b&gt;";
    assert!(words(&consent(&config(""), &page)).contains("&amp;lt;b&amp;gt;"));
}

#[test]
fn a_name_cannot_turn_our_words_around_or_hide() {
    let mut page = request();
    page.client_name = "Goo\u{200b}gle\u{202e}\u{2066}\n\u{feff}";
    let reply = consent(&config(""), &page);
    assert_eq!(elements(html(&reply), "h1"), ["Allow <bdi>Google</bdi> to use <bdi>Demo</bdi>?"]);
    let unseen = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    assert!(!html(&reply).contains(unseen));
}

#[test]
fn hosts_that_look_like_others_are_shown_in_ascii() {
    for host in ["xn--pple-43d.example", "\u{430}pple.example", "a\u{ff0e}example"] {
        let uri = format!("https://{host}/cb");
        for trust in [Trust::Unverified, Trust::Domain(host)] {
            let mut page = request();
            (page.trust, page.redirect_uri, page.client_uri) =
                (trust, uri.as_str(), Some(uri.as_str()));
            let reply = consent(&config(""), &page);
            assert!(html(&reply).is_ascii(), "{}", words(&reply));
            assert!(!host.is_ascii() || words(&reply).contains(&format!("{host} {uri}")));
        }
    }
}

#[test]
fn the_web_site_a_client_names_is_no_link_and_only_ever_a_claim() {
    let site = |uri, trust| {
        let mut page = request();
        (page.client_uri, page.trust) = (Some(uri), trust);
        let reply = consent(&config(""), &page);
        assert!(!html(&reply).contains("<a "), "{uri}");
        words(&reply).contains("Says its web site is")
    };
    assert!(site("https://claude.ai/x", Trust::Unverified));
    assert!(site("https://claude.ai/x", Trust::Domain("evil.example")));
    assert!(!site("https://claude.ai/x", Trust::Domain("claude.ai")));
    assert!(!site("https://claude.ai/x", Trust::Known));
    for uri in ["javascript:alert(1)", "data:text/html,x", "claude.ai", "ftp://claude.ai/", ""] {
        assert!(!site(uri, Trust::Unverified), "{uri}");
    }
}
