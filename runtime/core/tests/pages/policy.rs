//! Headers: Content-Security-Policy allows what the page has, and nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use sha2::{Digest, Sha256};
use toolgate_core::page::{ConnectionsPage, connections, consent, message, way_back};
use toolgate_core::reply::Reply;

use crate::support::{LOCAL, NOW, WEB, config, elements, header, html, landing, request};

const DATA: &str = "data:image/png;base64,iVBORw0KGgo=";

/// The policy this page must have, from the styles that are in it.
fn expected(reply: &Reply, image: &str, form: &str) -> String {
    let hashes: String = elements(html(reply), "style")
        .into_iter()
        .map(|style| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(style))))
        .collect();
    format!(
        "default-src 'none'; style-src{hashes}; {image}base-uri 'none'; frame-ancestors 'none'{form}"
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
        let expected = expected(&reply, source, "");
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
        let expected = expected(&reply, "", "");
        assert_eq!(header(&reply, "content-security-policy"), expected);
    }
    assert_eq!(elements(html(&consent(&config(""), &request())), "style").len(), 1);
}

#[test]
fn where_the_redirects_after_a_form_lead_is_not_ours_to_list() {
    for redirect_uri in [WEB, LOCAL, "cursor://anysphere.cursor-mcp/cb", "not a URI; script-src *"]
    {
        let mut page = request();
        page.redirect_uri = redirect_uri;
        let reply = consent(&config(""), &page);
        assert_eq!(header(&reply, "content-security-policy"), expected(&reply, "", ""));
    }
}

#[test]
fn pages_without_a_form_lead_nowhere_and_send_no_referrer() {
    let way_back = way_back("a", "client.example", WEB, "b");
    for reply in [landing(&config("")), message(StatusCode::BAD_REQUEST, "a", "b", "c"), way_back] {
        assert_eq!(
            header(&reply, "content-security-policy"),
            expected(&reply, "", "; form-action 'none'")
        );
        assert_eq!(header(&reply, "referrer-policy"), "no-referrer");
    }
}

#[test]
fn pages_with_a_form_keep_its_origin_and_tell_no_other_site() {
    let none = ConnectionsPage {
        person: "ada",
        csrf: "c",
        connections: Vec::new(),
        more: "",
        notice: None,
        now: NOW,
    };
    let connecting = crate::accounts::page("Linear");
    let admin = [crate::admin::page("ada"), crate::admin::confirmation("ada")];
    let others = [consent(&config(""), &request()), connections(&config(""), &none), connecting];
    for reply in others.into_iter().chain(admin) {
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
