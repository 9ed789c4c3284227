//! The page at `/`: what this server is and how to connect.

use http::StatusCode;
use toolgate_config::Config;

use crate::oauth::gate::CONNECTIONS_PATH;
use crate::page::{Document, escape};
use crate::reply::Reply;

/// The landing page of a server at this origin.
#[must_use]
pub fn landing(config: &Config, origin: &str) -> Reply {
    let name = config.server.title.as_ref().unwrap_or(&config.server.name);
    let description = config.server.description.as_deref().unwrap_or(
        "A Model Context Protocol server. Sign in through your MCP client to use its tools.",
    );
    let origin = escape(origin);
    let sse = if config.transport.sse {
        format!("<h2>Clients of 2024 (HTTP+SSE)</h2>\n<pre>npx mcp-remote {origin}/sse</pre>\n")
    } else {
        String::new()
    };
    let main = format!(
        "<h1>Connect to {}</h1>\n<p>{}</p>\n<h2>Address</h2>\n<pre>{origin}/mcp</pre>\n\
         <h2>Claude Code</h2>\n<pre>claude mcp add --transport http {} {origin}/mcp</pre>\n\
         <h2>MCP Inspector</h2>\n<pre>npx @modelcontextprotocol/inspector</pre>\n{sse}\
         <h2>Your connections</h2>\n<p><a href=\"{CONNECTIONS_PATH}\">See which applications you \
         have connected, and revoke them</a></p>\n",
        escape(name),
        escape(description),
        slug(name),
    );
    Document {
        status: StatusCode::OK,
        title: name,
        config: Some(config),
        main,
        form_targets: String::new(),
    }
    .into_reply()
}

/// The name as one word for a command line.
fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "server".to_owned() } else { out.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_one_word() {
        assert_eq!(slug("Access OAuth Proxy (Demo)"), "access-oauth-proxy-demo");
        assert_eq!(slug("日本"), "server");
    }
}
