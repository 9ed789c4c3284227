//! A small server, and requests to it.

mod exchange;
mod infos;
mod server;

use toolgate_config::Config;
use toolgate_policy::{Caller, Vars};

pub use self::exchange::*;
pub use self::infos::*;
pub use self::server::*;

pub const MODERN: &str = "2026-07-28";

/// The revisions with `initialize`, oldest first.
pub const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

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
