//! Headers: Content-Security-Policy allows what the page has, and nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use sha2::{Digest, Sha256};
use toolgate_core::page::{ConnectionsPage, connections, consent, message};
use toolgate_core::reply::Reply;

use crate::support::{LOCAL, NOW, PROVIDER, WEB, config, elements, header, html, landing, request};

const DATA: &str = "data:image/png;base64,iVBORw0KGgo=";

/// The policy this page must have, from the styles that are in it.
fn expected(reply: &Reply, image: &str, form: &str) -> String {
    let hashes: String = elements(html(reply), "style")
        .into_iter()
        .map(|style| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(style))))
        .collect();
    format!(
        "default-src 'none'; style-src{hashes}; {image}base-uri 'none'; frame-ancestors 'none'; \
         form-action {form}"
    )
}

#[test]
fn pictures_come_from_the_logo_and_from_nowhere_else() {
    for (line, source) in [
        (String::new(), ""),
        (format!("logo_url = \"{DATA}\""), "img-src data:; "),
        (
            "logo_url = \"https://cdn.example:8443/a/logo.png?v=1&x=2\"".to_owned(),
            "img-src https://cdn.example:8443; ",
        ),
    ] {
        let reply = consent(&config(&line), &request());
        let expected = expected(&reply, source, "'self' https: http://127.0.0.1:33418");
        assert_eq!(header(&reply, "content-security-policy"), expected);
        assert_eq!(html(&reply).matches("<img ").count(), usize::from(!source.is_empty()));
    }
    let reply = consent(&config(&format!("logo_url = \"{DATA}\"")), &request());
    assert!(html(&reply).contains(&format!("<img src=\"{DATA}\" alt=\"\">")));
}

#[test]
fn colours_of_the_owner_are_a_style_of_their_own() {
    for (lines, style) in [
        ("color = \"#7c3aed\"", "@media(prefers-color-scheme:light){:root{--main:#7c3aed}}"),
        ("color_dark = \"#b794ff\"", "@media(prefers-color-scheme:dark){:root{--main:#b794ff}}"),
    ] {
        let reply = consent(&config(lines), &request());
        assert_eq!(elements(html(&reply), "style")[1..], [style]);
        let expected = expected(&reply, "", "'self' https: http://127.0.0.1:33418");
        assert_eq!(header(&reply, "content-security-policy"), expected);
    }
    assert_eq!(elements(html(&consent(&config(""), &request())), "style").len(), 1);
}

#[test]
fn the_form_leads_to_the_hosts_of_this_very_sign_in() {
    for (provider, redirect_uri, form) in [
        (PROVIDER, WEB, "'self' https:"),
        (PROVIDER, LOCAL, "'self' https: http://127.0.0.1:33418"),
        (
            "http://localhost:9",
            "http://localhost:8/cb",
            "'self' https: http://localhost:9 http://localhost:8",
        ),
        // Sources of a policy cannot be IPv6 addresses.
        (PROVIDER, "http://[::1]:33418/cb", "'self' https: http://*:33418"),
        (PROVIDER, "http://[::1]/cb", "'self' https: http://*:80"),
        (PROVIDER, "cursor://anysphere.cursor-mcp/cb", "'self' https: cursor:"),
        (PROVIDER, "com.example.app:/cb", "'self' https: com.example.app:"),
        (PROVIDER, "https://a.example/;script-src%20*", "'self' https:"),
        (PROVIDER, "not a URI; script-src *", "'self' https:"),
    ] {
        let mut page = request();
        (page.provider_origin, page.redirect_uri) = (provider, redirect_uri);
        let reply = consent(&config(""), &page);
        assert_eq!(header(&reply, "content-security-policy"), expected(&reply, "", form));
    }
}

#[test]
fn pages_without_a_form_lead_nowhere_and_send_no_referrer() {
    for reply in [landing(&config("")), message(StatusCode::BAD_REQUEST, "a", "b", "c")] {
        assert_eq!(header(&reply, "content-security-policy"), expected(&reply, "", "'none'"));
        assert_eq!(header(&reply, "referrer-policy"), "no-referrer");
    }
}

#[test]
fn pages_with_a_form_keep_its_origin_and_tell_no_other_site() {
    let none = ConnectionsPage {
        person: "ada",
        csrf: "c",
        connections: Vec::new(),
        notice: None,
        now: NOW,
        provider_origin: PROVIDER,
    };
    for reply in [consent(&config(""), &request()), connections(&config(""), &none)] {
        assert_eq!(header(&reply, "referrer-policy"), "same-origin");
        assert_eq!(header(&reply, "x-frame-options"), "DENY");
        assert_eq!(header(&reply, "cache-control"), "no-store");
        assert_eq!(header(&reply, "x-content-type-options"), "nosniff");
    }
}

#[test]
fn no_page_has_a_script_a_style_attribute_or_an_event_handler() {
    let reply =
        consent(&config(&format!("logo_url = \"{DATA}\"\ncolor = \"#7c3aed\"")), &request());
    for word in ["<script", " style=", " on", "javascript:"] {
        let tags = crate::support::tags(html(&reply)).join(" ");
        assert!(!tags.contains(word.trim_start_matches('<')), "{word} in {tags}");
    }
}
