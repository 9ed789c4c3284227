//! Values of state that the server seals.

use serde::{Deserialize, Serialize};
use toolgate::prelude::*;
use toolgate::state::MAX_SEALED_VALUE_BYTES;
use toolgate::testing::{Server, TestServer, json, of_config};

const OLD: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const NEW: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
const KEY: &str = "COOKIE_ENCRYPTION_KEY";

#[derive(Default, Serialize, Deserialize)]
struct Notes(Vec<String>);

/// Keeps a note and tells how many there are
#[mcp_tool(allow = "everyone")]
async fn keep(
    ctx: &Context,
    /// The note
    note: String,
) -> Result<String> {
    let state = ctx.state::<Notes>();
    let kept = state.update(|Notes(notes)| {
        notes.push(note.clone());
        notes.len()
    });
    Ok(match kept.await {
        Ok(count) => count.to_string(),
        Err(error) => error.to_string(),
    })
}

/// Reads the notes
#[mcp_tool(allow = "everyone")]
async fn notes(ctx: &Context) -> Result<String> {
    Ok(match ctx.state::<Notes>().get().await {
        Ok(notes) => notes.unwrap_or_default().0.join(", "),
        Err(error) => error.to_string(),
    })
}

fn server(seal_state: bool) -> Server {
    let text = format!("[server]\nname = \"Notes\"\n[storage]\nseal_state = {seal_state}\n");
    of_config(toolgate_config::check(&text).expect("it is sound").config)
}

#[test]
fn a_sealed_value_is_read_and_written_like_any_other() {
    let ada = TestServer::new(server(true)).as_user("ada@example.com");
    ada.call("keep", json!({ "note": "one" })).assert_text("1");
    ada.call("keep", json!({ "note": "two" })).assert_text("2");
    ada.call("notes", json!({})).assert_text("one, two");
}

#[test]
fn a_value_whose_key_is_gone_is_an_error_and_never_a_default() {
    let server = TestServer::new(server(true)).var(KEY, OLD);
    server.as_user("ada@example.com").call("keep", json!({ "note": "one" })).assert_text("1");
    let server = server.var(KEY, format!("{NEW},{OLD}"));
    server.as_user("ada@example.com").call("notes", json!({})).assert_text("one");
    let server = server.var(KEY, NEW);
    let gone = "the value is sealed under an encryption key that the server no longer has";
    let ada = server.as_user("ada@example.com");
    ada.call("notes", json!({})).assert_text(gone);
    ada.call("keep", json!({ "note": "two" })).assert_text(gone);
    let server = server.var(KEY, OLD);
    server.as_user("ada@example.com").call("notes", json!({})).assert_text("one");
}

#[test]
fn a_value_that_sealing_makes_too_large_is_refused_with_both_sizes() {
    let long = "x".repeat(MAX_SEALED_VALUE_BYTES + 1);
    let sealing = TestServer::new(server(true)).as_user("ada@example.com");
    let refused = format!(
        "the value has {} bytes as JSON, and may have {MAX_SEALED_VALUE_BYTES}",
        long.len() + 4
    );
    sealing.call("keep", json!({ "note": long })).assert_text(&refused);
    let plain = TestServer::new(server(false)).as_user("ada@example.com");
    plain.call("keep", json!({ "note": long })).assert_text("1");
}
