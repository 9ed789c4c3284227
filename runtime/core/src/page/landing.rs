//! The page at `/`: what this server is and how to connect.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use toolgate_config::Config;
use url::form_urlencoded::byte_serialize;

use crate::host;
use crate::page::text::name;
use crate::page::{Document, brand, escape};
use crate::paths::{CONNECTIONS_PATH, MCP_PATH, SSE_PATH};
use crate::reply::Reply;

/// A function that everybody who signs in may use.
pub struct Offer<'a> {
    /// Its title or, without one, its name.
    pub title: &'a str,
    /// Its description; may be empty.
    pub description: &'a str,
}

/// The landing page of a server at this origin; `package` is what clients are to call it, as
/// `cargo toolgate connect` does.
#[must_use]
pub fn landing<'a>(
    config: &Config,
    package: &str,
    origin: &str,
    offers: impl Iterator<Item = Offer<'a>>,
) -> Reply {
    // Commands are pasted into shells, and browsers take a host such as `$(id).example`.
    if !origin.bytes().all(|b| b.is_ascii_alphanumeric() || b":/.-_[]".contains(&b)) {
        return host::misdirected();
    }
    let title = brand::title(config);
    let description = config.server.description.as_deref().unwrap_or(
        "A Model Context Protocol server. Sign in through your MCP client to use its tools.",
    );
    let main = format!(
        "<h1>Connect to {}</h1>\n<p>{}</p>\n{}{}<h2>Your connections</h2>\n\
         <p><a href=\"{CONNECTIONS_PATH}\">See which applications you have connected, and revoke \
         them</a></p>\n",
        name(title),
        escape(description),
        ways(config.transport.sse, &escape(package), origin),
        offered(offers),
    );
    Document { status: StatusCode::OK, title, config: Some(config), main, has_form: false }
        .into_reply()
}

/// One way for each client, as `cargo toolgate connect` tells it.
fn ways(sse: bool, package: &str, origin: &str) -> String {
    let url = format!("{origin}{MCP_PATH}");
    // Brackets are patterns to shells.
    let is_plain = !origin.contains('[');
    let word = if is_plain { url.clone() } else { format!("\"{url}\"") };
    let cursor = STANDARD.encode(format!("{{\"url\":\"{url}\"}}"));
    let code = format!("{{\"name\":\"{package}\",\"type\":\"http\",\"url\":\"{url}\"}}");
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let insecure = if is_plain { "" } else { " --allow-http" };
    let mut ways = format!(
        "<h2 id=\"address\">Address</h2>\n\
         <p><input readonly value=\"{url}\" aria-labelledby=\"address\"></p>\n\
         <p class=\"links\"><a href=\"cursor://anysphere.cursor-deeplink/mcp/install?name={package}\
         &amp;config={}\">Add to Cursor</a>\n\
         <a href=\"vscode:mcp/install?{}\">Add to VS Code</a></p>\n",
        encoded(&cursor),
        encoded(&code),
    );
    let mut way = |client: &str, how: &str| {
        ways.push_str("<details class=\"way\"><summary>");
        ways.push_str(client);
        ways.push_str("</summary>\n");
        ways.push_str(how);
        ways.push_str("</details>\n");
    };
    way(
        "Claude Code",
        &format!(
            "<pre>claude mcp add --transport http {package} {word}</pre>\n\
             <p>Then type <code>/mcp</code> there and authenticate.</p>\n"
        ),
    );
    way(
        "claude.ai and Claude Desktop",
        "<p>Settings → Connectors → Add custom connector, with the address above. They reach \
         deployed servers only.</p>\n",
    );
    way(
        "Codex",
        &format!(
            "<pre>codex mcp add {package} --url {word}</pre>\n<pre>codex mcp login {package}</pre>\n"
        ),
    );
    way(
        "MCP Inspector",
        &format!(
            "<pre>npx @modelcontextprotocol/inspector --transport http --server-url {word}</pre>\n"
        ),
    );
    way("Others, by mcp-remote", &format!("<pre>npx -y mcp-remote {word}{insecure}</pre>\n"));
    if sse {
        way("Others, by HTTP+SSE", &format!("<pre>{origin}{SSE_PATH}</pre>\n"));
    }
    ways
}

/// Functions that everybody who signs in may use. The page does not tell of others, not even that
/// there are any.
fn offered<'a>(offers: impl Iterator<Item = Offer<'a>>) -> String {
    let mut out = String::new();
    for Offer { title, description } in offers {
        out.push_str("<li><b>");
        out.push_str(&name(title));
        out.push_str("</b><p>");
        out.push_str(&escape(description));
        out.push_str("</p></li>\n");
    }
    if out.is_empty() {
        return out;
    }
    format!("<h2>What everyone may use</h2>\n<ul class=\"offers\" role=\"list\">\n{out}</ul>\n")
}
