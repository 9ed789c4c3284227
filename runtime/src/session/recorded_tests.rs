//! Sessions that earlier versions stored.

use serde_json::json;
use toolgate_core::audit::Log;
use toolgate_core::from_json;
use toolgate_core::mcp::peer::Level;
use toolgate_core::mcp::{Revision, SessionAnswer, SessionState, accept_session};
use toolgate_policy::Caller;

use super::{CALLER, STATE, place};
use crate::auth::vault::recorded_tests::{
    caller, capabilities, record, recorded, server, text, vault,
};
use crate::platform::EnvVars;
use crate::platform::bindings::{Bindings, Env};
use crate::tool::server as tools;

fn state() -> SessionState {
    SessionState {
        revision: Revision::V2025_11_25,
        capabilities: capabilities(),
        log_level: Some(Level::Notice),
        subscriptions: vec!["test://watched".to_owned()],
        is_begun: true,
    }
}

#[test]
fn it_can_be_recorded() {
    let vault = vault("owner-1", "session:1");
    let seal = |value| vault.seal(CALLER, value);
    record(
        "session",
        json!({
            "name": "session:1", "owner": "owner-1",
            "caller": seal(&serde_json::to_string(&caller()).expect("JSON")),
            "state": vault.seal(STATE, &serde_json::to_string(&state()).expect("JSON")),
            "event": vault.seal(&place(3, 1), "{}"),
        }),
    );
}

#[test]
fn a_recorded_session_opens_and_goes_on() {
    let row = &recorded("session")["sealed"];
    let vault = vault(text(row, "owner"), text(row, "name"));
    let open = |place: &str, key: &str| vault.open(place, text(row, key)).expect("it opens");
    let whose: Caller = from_json::read(open(CALLER, "caller")).expect("a caller");
    let mut kept: SessionState = from_json::read(open(STATE, "state")).expect("a session");
    assert_eq!((&whose, &kept), (&caller(), &state()));
    assert_eq!(open(&place(3, 1), "event"), "{}");

    let (app, log) = (server().app, Log::default());
    let registry = tools::linked(app).expect("nothing clashes");
    let server = tools::server(app, registry, &log);
    let env = Env::of_test(std::rc::Rc::new(Bindings::default()));
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    let accepted =
        accept_session(&server, &whose, &EnvVars(&env), &mut kept, None, ping.as_bytes());
    let SessionAnswer::Text(answer) = accepted.answer else { panic!("{accepted:?}") };
    assert_eq!(answer, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
}

#[test]
fn a_session_of_before_it_was_sealed_is_none_so_its_client_begins_again() {
    let row = &recorded("session")["unsealed"];
    let vault = vault(text(row, "owner"), text(row, "name"));
    assert!(vault.open(CALLER, text(row, "caller")).is_err());
    assert!(vault.open(STATE, text(row, "state")).is_err());
}
