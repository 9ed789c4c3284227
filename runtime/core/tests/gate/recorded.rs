//! Values that earlier versions sealed or stored still open: `recorded.json`, made on 2026-11-30.
//!
//! `RECORD=1 cargo test -p toolgate-core --test gate recorded` makes the file again, which is right only
//! when what it holds may become worthless.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use http::Response;
use http::header::LOCATION;
use serde_json::{Map, Value, json};
use toolgate_core::from_json;
use toolgate_core::oauth::grant::Grant;
use toolgate_core::seal::sha256;

use crate::support::*;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate/recorded.json")
}

fn stored(world: &World) -> Value {
    let grants = world.grants.iter();
    grants.map(|(id, grant)| (id.clone(), json!(grant))).collect::<Map<_, _>>().into()
}

fn record() -> Value {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page = browser.authorize(&mut world, &query(&client, &sha256(VERIFIER)));
    let consent = json!({ "cookies": browser.0, "attempt": hidden(&page, "attempt"), "csrf": hidden(&page, "csrf") });
    let to_idp = browser.press(&mut world, &page, "approve");
    let login = json!({ "cookies": browser.0, "location": location(&to_idp) });
    let code = sign_in(&mut world, &client);
    let unused = stored(&world);
    let tokens = tokens(&mut world, &client);
    json!({
        "client_id": client,
        "consent": consent,
        "login": login,
        "code": code,
        "grants_before_the_code": unused,
        "tokens": tokens,
        "grants": stored(&world),
    })
}

fn recorded() -> Value {
    let text = std::fs::read_to_string(file()).expect("recorded.json is there");
    serde_json::from_str(&text).expect("JSON")
}

fn world(grants: &Value) -> World {
    let mut world = World::new();
    for (id, grant) in grants.as_object().expect("an object") {
        let grant: Grant = from_json::read_value(grant.clone()).expect("a grant");
        world.grants.insert(id.clone(), grant);
    }
    world
}

fn cookies(of: &Value) -> Browser {
    let cookies: BTreeMap<String, String> =
        serde_json::from_value(of["cookies"].clone()).expect("cookies");
    Browser(cookies)
}

#[test]
fn it_can_be_recorded() {
    let record = serde_json::to_string_pretty(&record()).expect("JSON") + "\n";
    if std::env::var_os("RECORD").is_some() {
        std::fs::write(file(), record).expect("can be written");
    }
}

#[test]
fn a_recorded_client_and_its_tokens_are_good() {
    let recorded = recorded();
    let mut world = world(&recorded["grants"]);
    let tokens = &recorded["tokens"];
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let caller = world.authenticate(&text(&tokens["access_token"]), "/mcp");
    assert!(caller.is_ok(), "the access token opens");
    let (client, token) = (text(&recorded["client_id"]), text(&tokens["refresh_token"]));
    let form = [("grant_type", "refresh_token"), ("client_id", &client), ("refresh_token", &token)];
    let (status, answer) = world.token(&form);
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn a_recorded_code_is_redeemed() {
    let recorded = recorded();
    let mut world = world(&recorded["grants_before_the_code"]);
    let client = recorded["client_id"].as_str().expect("text");
    let (status, answer) = world.token(&redeem(client, recorded["code"].as_str().expect("text")));
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn a_recorded_consent_page_and_a_recorded_login_go_on() {
    let recorded = recorded();
    let mut world = World::new();
    let (consent, login) = (&recorded["consent"], &recorded["login"]);
    let text = |name: &str| consent[name].as_str().expect("text");
    let form = [("attempt", text("attempt")), ("csrf", text("csrf")), ("decision", "approve")];
    let to_idp = cookies(consent).submit(&mut world, &form);
    assert!(to_idp.status().is_redirection(), "{}", to_idp.status());
    let location = login["location"].as_str().expect("text");
    let to_idp = Response::builder().status(303).header(LOCATION, location).body(Vec::new());
    let to_idp = to_idp.expect("a reply");
    let back = finish_login(&mut world, &mut cookies(login), &to_idp);
    assert!(back.expect("an id_token").contains_key("code"));
}
