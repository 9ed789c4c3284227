//! Rows of objects that earlier versions stored: the files in `tests/recorded`, which no test overwrites
//! unless `RECORD` is set. `unsealed` are those of `96a398d`, made by its code: sessions and tasks of that
//! version are not read (docs/upgrade.md). `sealed` are of the first version that sealed them.

use std::path::PathBuf;
use std::rc::Rc;

use serde_json::{Value, json};
use toolgate_core::mcp::peer::ClientCapabilities;
use toolgate_policy::Caller;

use super::Vault;
use crate::platform::bindings::{Bindings, Env};
use crate::testing::{Server, of_config};

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The person whose rows they are.
pub(crate) fn caller() -> Caller {
    Caller {
        subject: "user-1".to_owned(),
        client_id: "client".to_owned(),
        email: Some("ada@example.com".to_owned()),
        groups: vec!["design".to_owned()],
        ..Caller::default()
    }
}

pub(crate) fn capabilities() -> ClientCapabilities {
    ClientCapabilities { elicitation: true, roots: true, ..ClientCapabilities::default() }
}

/// A server with nothing in it.
pub(crate) fn server() -> Server {
    of_config(toolgate_config::check("[server]\nname = \"Recorded\"\n").expect("sound").config)
}

pub(crate) fn vault(owner: &str, name: &str) -> Vault {
    let bindings = Rc::new(Bindings::default());
    let app = server().app;
    let variable = app.config.tokens.encryption_key.as_ref().to_owned();
    bindings.vars.borrow_mut().insert(variable, KEY.to_owned());
    Vault::of(app, &Env::of_test(bindings), owner, name).expect("there is a key")
}

fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    folder.join(name).with_extension("json")
}

pub(crate) fn recorded(name: &str) -> Value {
    let text = std::fs::read_to_string(file(name)).expect("the recorded rows are there");
    serde_json::from_str(&text).expect("JSON")
}

/// Writes sealed rows into the file, where somebody wants them new.
pub(crate) fn record(name: &str, sealed: Value) {
    if std::env::var_os("RECORD").is_some() {
        let mut recorded = recorded(name);
        recorded["sealed"] = sealed;
        let text = serde_json::to_string_pretty(&recorded).expect("JSON") + "\n";
        std::fs::write(file(name), text).expect("it can be written");
    }
}

/// A text of a row.
pub(crate) fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("no {key} in {row}"))
}

#[test]
fn what_is_sealed_for_one_place_opens_at_no_other() {
    let sealed = vault("owner-1", "session:1").seal("caller", &json!("Ada").to_string());
    assert!(vault("owner-1", "session:1").open("caller", &sealed).is_ok());
    assert!(vault("owner-1", "session:1").open("state", &sealed).is_err());
    assert!(vault("owner-2", "session:1").open("caller", &sealed).is_err());
    assert!(vault("owner-1", "session:2").open("caller", &sealed).is_err());
}
