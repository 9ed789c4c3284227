//! A small server, and requests to it.

mod exchange;
mod infos;
mod server;

use serde_json::Value;
use toolgate_config::Config;
use toolgate_core::mcp::{Method, Revision};
use toolgate_policy::{Caller, Vars};

pub use self::exchange::*;
pub use self::infos::*;
pub use self::server::*;

/// The newest revision.
pub const MODERN: &str = Revision::LATEST.as_str();

/// Every revision, oldest first.
pub const REVISIONS: [&str; Revision::ALL.len()] = oldest();

/// The revisions with `initialize`, oldest first.
pub const LEGACY: [&str; Revision::LATEST_WITH_HANDSHAKE as usize + 1] = oldest();

const fn oldest<const COUNT: usize>() -> [&'static str; COUNT] {
    let mut names = [""; COUNT];
    let mut index = 0;
    while index < COUNT {
        names[index] = Revision::ALL[Revision::ALL.len() - 1 - index].as_str();
        index += 1;
    }
    names
}

/// The names of all methods.
pub fn methods() -> Vec<&'static str> {
    Method::ALL.map(Method::name).to_vec()
}

/// The parameter of a request that `Mcp-Name` repeats.
pub fn named<'a>(method: &str, params: &'a Value) -> Option<&'a str> {
    params[Method::parse(method)?.named_by()?].as_str()
}

pub const CONFIG: &str = r#"
[server]
name = "demo"
title = "Demo server"
version = "1.2.3"
description = "Adds and draws"
instructions = "Add before you draw."
website_url = "https://demo.example.com"

[transport]
max_body_bytes = 65536

[policies.image-makers]
groups = ["design"]
"#;

pub fn config(source: &str) -> Config {
    match toolgate_config::check(source) {
        Ok(checked) => checked.config,
        Err(diagnostics) => panic!("mcp.toml has faults: {diagnostics:?}"),
    }
}

/// Somebody in the group `design`, who may use every tool.
pub fn designer() -> Caller {
    Caller { groups: vec!["design".to_owned()], ..visitor() }
}

/// Somebody who may use what everyone may.
pub fn visitor() -> Caller {
    Caller { subject: "1".to_owned(), client_id: "client".to_owned(), ..Caller::default() }
}

pub struct NoVars;

impl Vars for NoVars {
    fn var(&self, _: &str) -> Option<String> {
        None
    }
}
