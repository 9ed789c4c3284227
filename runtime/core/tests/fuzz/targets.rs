//! The bodies of the fuzz targets: each takes any bytes, and panics when the core accepts what an
//! independent reference rejects.
//!
//! Shared by `fuzz/`, where libFuzzer makes up the inputs, and by the replay of the corpus in
//! `cargo test`.

pub mod authorize;
pub mod cookie;
pub mod document;
pub mod jwt;
pub mod redirect;
pub mod server;
#[allow(dead_code, reason = "shared with the tests of the gate, which use the rest")]
#[path = "../gate/support/mod.rs"]
pub mod support;
pub mod template;
pub mod token;

/// A target; tells whether the core accepted what the input stands for.
pub type Target = fn(&[u8]) -> bool;

/// Every target by the name of its corpus.
pub const ALL: &[(&str, Target)] = &[
    ("authorize", authorize::run),
    ("cookie", cookie::run),
    ("document", document::run),
    ("jwt", jwt::run),
    ("redirect", redirect::run),
    ("token", token::run),
];
