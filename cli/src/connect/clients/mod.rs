//! The clients: one file for those of one maker, and the list of all.

mod claude;
mod codex;
mod cursor;
mod inspector;
mod mcp_remote;
mod vscode;

use super::client::Client;

#[cfg(test)]
pub(super) use self::{
    claude::{CLAUDE_CODE, CLAUDE_DESKTOP},
    codex::CODEX,
    cursor::CURSOR,
    inspector::INSPECTOR,
    mcp_remote::MCP_REMOTE,
    vscode::VS_CODE,
};

/// All of them, in the order in which they are listed.
pub(super) static ALL: &[&Client] = &[
    &claude::CLAUDE_CODE,
    &claude::CLAUDE_DESKTOP,
    &claude::CLAUDE_AI,
    &cursor::CURSOR,
    &vscode::VS_CODE,
    &codex::CODEX,
    &inspector::INSPECTOR,
    &mcp_remote::MCP_REMOTE,
];
