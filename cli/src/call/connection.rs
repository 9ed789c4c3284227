//! MCP over Streamable HTTP: revision 2026-07-28, and 2025-11-25 for servers that know no newer one.

use std::io::Read;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use url::Url;

use super::challenge::Challenge;
use super::failure::{Failure, Result};
use super::http::{Http, HttpAnswer, unreached};
use super::question;
use super::secret::Secret;
use super::sse::Events;
use crate::{Error, terminal};

const MODERN: &str = "2026-07-28";
const LEGACY: &str = "2025-11-25";
const META: &str = "io.modelcontextprotocol/";
const UNSUPPORTED_VERSION: i64 = -32022;
/// Errors that only a server of the newer revision gives.
const MODERN_ERRORS: std::ops::RangeInclusive<i64> = -32022..=-32020;

/// Reply of the server.
pub(super) enum Reply {
    Result(Value),
    Error {
        code: i64,
        message: String,
    },
    /// 401
    Unauthorized(Challenge),
    /// 403
    Forbidden(Challenge),
}

pub(super) struct Connection<'a> {
    http: &'a Http,
    url: &'a Url,
    pub(super) token: Option<Secret>,
    /// True once the server has answered a request as it was sent.
    confirmed: bool,
    legacy: Option<Legacy>,
    last_id: u64,
}

/// Result of `initialize`.
struct Legacy {
    version: String,
    session: Option<String>,
}

/// A request, and the headers that repeat parts of it.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) params: Map<String, Value>,
    /// `Mcp-Param-…` of the arguments that the schema wants there.
    pub(super) headers: Vec<(String, String)>,
}

impl<'a> Connection<'a> {
    pub(super) fn new(http: &'a Http, url: &'a Url, token: Option<Secret>) -> Self {
        Self { http, url, token, confirmed: false, legacy: None, last_id: 0 }
    }

    /// Sends a request and waits for what it ends with.
    pub(super) fn request(&mut self, call: &Call<'_>) -> Result<Reply> {
        if self.legacy.is_some() {
            return self.request_legacy(call.method, &call.params);
        }
        let answer = self.post_modern(call)?;
        let id = self.last_id;
        if !self.confirmed && is_old(answer.status) {
            let message: Value = serde_json::from_str(&answer.text()?).unwrap_or_default();
            if is_modern(&message) {
                return Ok(reply_of(&message));
            }
            return match self.initialize()? {
                Some(reply) => Ok(reply),
                None => self.request_legacy(call.method, &call.params),
            };
        }
        let reply = self.read(answer, id)?;
        self.confirmed |= matches!(reply, Reply::Result(_));
        Ok(reply)
    }

    fn post_modern(&mut self, call: &Call<'_>) -> Result<HttpAnswer> {
        self.last_id += 1;
        let mut params = call.params.clone();
        let meta = params.entry("_meta").or_insert_with(|| json!({}));
        meta[format!("{META}protocolVersion")] = json!(MODERN);
        meta[format!("{META}clientInfo")] = client_info();
        meta[format!("{META}clientCapabilities")] = capabilities();
        let body =
            json!({"jsonrpc": "2.0", "id": self.last_id, "method": call.method, "params": params});
        // A resource is named by its URI.
        let named = if call.method == "resources/read" { "uri" } else { "name" };
        let name = params.get(named).and_then(Value::as_str).map(header_value);
        let mut headers = vec![("mcp-protocol-version", MODERN), ("mcp-method", call.method)];
        headers.extend(name.iter().map(|name| ("mcp-name", name.as_str())));
        headers.extend(call.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.post(&headers, &body)
    }

    /// Begins a session with a server of an older revision: `None` once that is done, or the reply to
    /// `initialize` where it is not a result.
    fn initialize(&mut self) -> Result<Option<Reply>> {
        self.last_id += 1;
        let id = self.last_id;
        let params = json!({
            "protocolVersion": LEGACY, "capabilities": capabilities(), "clientInfo": client_info(),
        });
        let body = json!({"jsonrpc": "2.0", "id": id, "method": "initialize", "params": params});
        let answer = self.post(&[], &body)?;
        let session = answer.header("mcp-session-id").map(str::to_owned);
        let result = match self.read(answer, id)? {
            Reply::Result(result) => result,
            other => return Ok(Some(other)),
        };
        let version = result["protocolVersion"].as_str().unwrap_or(LEGACY).to_owned();
        self.legacy = Some(Legacy { version, session });
        self.post_legacy(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
        Ok(None)
    }

    fn request_legacy(&mut self, method: &str, params: &Map<String, Value>) -> Result<Reply> {
        self.last_id += 1;
        let id = self.last_id;
        let body = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let answer = self.post_legacy(&body)?;
        self.read(answer, id)
    }

    fn post_legacy(&self, body: &Value) -> Result<HttpAnswer> {
        let mut headers = Vec::new();
        if let Some(Legacy { version, session }) = &self.legacy {
            headers.push(("mcp-protocol-version", version.as_str()));
            headers.extend(session.iter().map(|session| ("mcp-session-id", session.as_str())));
        }
        self.post(&headers, body)
    }

    fn post(&self, headers: &[(&str, &str)], body: &Value) -> Result<HttpAnswer> {
        let authorization = self.token.as_ref().map(|token| format!("Bearer {}", token.reveal()));
        let mut all = vec![
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        all.extend(authorization.iter().map(|value| ("authorization", value.as_str())));
        all.extend(headers);
        self.http.call(self.url, &all, body.to_string())
    }

    /// Reads an answer: JSON, or a stream with notifications before the answer to `id`.
    fn read(&self, answer: HttpAnswer, id: u64) -> Result<Reply> {
        match answer.status {
            401 => return Ok(Reply::Unauthorized(Challenge::of(&answer))),
            403 => return Ok(Reply::Forbidden(Challenge::of(&answer))),
            _ => {}
        }
        let status = answer.status;
        match answer.media_type().as_str() {
            "application/json" => {
                let mut text = String::new();
                let mut body = answer.lines();
                body.read_to_string(&mut text)
                    .map_err(|error| unreached(self.url, &error.to_string()))?;
                let message: Value = serde_json::from_str(&text).map_err(|error| {
                    unreached(self.url, &format!("its answer is no JSON: {error}"))
                })?;
                if message["jsonrpc"] == "2.0" {
                    return Ok(reply_of(&message));
                }
                let said = message["error_description"].as_str().or(message["error"].as_str());
                match said {
                    Some(said) => {
                        Err(unreached(self.url, &format!("it answered status {status}: {said}")))
                    }
                    None => Err(no_server(self.url, "its answer is no JSON-RPC")),
                }
            }
            "text/event-stream" => self.read_stream(answer, id),
            media_type => {
                let media_type = if media_type.is_empty() { "nothing" } else { media_type };
                Err(no_server(self.url, &format!("it answered status {status} with {media_type}")))
            }
        }
    }

    fn read_stream(&self, answer: HttpAnswer, id: u64) -> Result<Reply> {
        for event in Events::new(answer.lines()) {
            let event = event.map_err(|error| unreached(self.url, &error.to_string()))?;
            let message: Value = serde_json::from_str(&event)
                .map_err(|error| unreached(self.url, &format!("an event is no JSON: {error}")))?;
            match message["method"].as_str() {
                None if message["id"] == json!(id) => return Ok(reply_of(&message)),
                None => {}
                Some(method) if message["id"].is_null() => notify(method, &message["params"]),
                Some(method) => self.answer(method, &message)?,
            }
        }
        Err(unreached(self.url, "the answer broke off; whether the tool ran is not known"))
    }

    /// Answers a request of the server, as revisions before 2026-07-28 have them.
    fn answer(&self, method: &str, message: &Value) -> Result<()> {
        let id = &message["id"];
        let body = match method {
            "elicitation/create" => {
                let result = question::answer(method, &message["params"])?;
                json!({"jsonrpc": "2.0", "id": id, "result": result})
            }
            "ping" => json!({"jsonrpc": "2.0", "id": id, "result": {}}),
            _ => {
                let error = json!({"code": -32601, "message": "Method not found"});
                json!({"jsonrpc": "2.0", "id": id, "error": error})
            }
        };
        self.post_legacy(&body).map(|_| ())
    }

    /// Ends the session of an older revision. A server need not let a client do that.
    pub(super) fn close(&self) {
        let Some(Legacy { version, session: Some(session) }) = &self.legacy else { return };
        let authorization = self.token.as_ref().map(|token| format!("Bearer {}", token.reveal()));
        let mut headers =
            vec![("mcp-session-id", session.as_str()), ("mcp-protocol-version", version.as_str())];
        headers.extend(authorization.iter().map(|value| ("authorization", value.as_str())));
        let patience = Duration::from_secs(5);
        let _ = self.http.send("DELETE", self.url, &headers, Vec::new(), patience);
    }
}

/// True for the answer of a server of an older revision to a request that it does not understand.
fn is_old(status: u16) -> bool {
    matches!(status, 400 | 404 | 405 | 406 | 415 | 422)
}

/// True if an error comes from a server that speaks 2026-07-28, and not only to say that it does
/// not.
fn is_modern(message: &Value) -> bool {
    let code = message["error"]["code"].as_i64().unwrap_or_default();
    if code == UNSUPPORTED_VERSION {
        let supported = message["error"]["data"]["supported"].as_array();
        return !supported.is_some_and(|all| all.iter().any(|version| version == LEGACY));
    }
    MODERN_ERRORS.contains(&code)
}

fn reply_of(message: &Value) -> Reply {
    match message.get("error") {
        Some(error) => Reply::Error {
            code: error["code"].as_i64().unwrap_or_default(),
            message: error["message"].as_str().unwrap_or("an error without words").to_owned(),
        },
        None => Reply::Result(message["result"].clone()),
    }
}

fn notify(method: &str, params: &Value) {
    let text = |name: &str| match &params[name] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    match method {
        "notifications/progress" => {
            let done = text("progress").unwrap_or_default();
            let total = text("total").map(|total| format!("/{total}")).unwrap_or_default();
            let message = text("message").map(|message| format!(" {message}")).unwrap_or_default();
            terminal::note(&format!("{done}{total}{message}"));
        }
        "notifications/message" => {
            let level = text("level").unwrap_or_else(|| "info".to_owned());
            terminal::note(&format!("{level}: {}", text("data").unwrap_or_default()));
        }
        _ => {}
    }
}

fn capabilities() -> Value {
    if question::can_ask() { json!({"elicitation": {}}) } else { json!({}) }
}

fn client_info() -> Value {
    json!({"name": "cargo-toolgate", "version": env!("CARGO_PKG_VERSION")})
}

/// As it is, or in base64 where a header could not hold it.
pub(super) fn header_value(text: &str) -> String {
    let plain = text.chars().all(|c| (' '..='~').contains(&c)) && text.trim() == text;
    if plain && !(text.starts_with("=?base64?") && text.ends_with("?=")) {
        text.to_owned()
    } else {
        format!("=?base64?{}?=", STANDARD.encode(text))
    }
}

fn no_server(url: &Url, why: &str) -> Failure {
    Failure::unreached(
        Error::new(format!("{url} is no MCP server: {why}"))
            .help("check the address; that of a Toolgate server ends with /mcp"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_holds_any_name() {
        assert_eq!(header_value("add"), "add");
        assert_eq!(header_value("zoë"), "=?base64?em/Dqw==?=");
        assert_eq!(header_value("=?base64?x?="), "=?base64?PT9iYXNlNjQ/eD89?=");
    }

    #[test]
    fn only_errors_of_the_newer_revision_keep_a_client_from_greeting_as_before() {
        let error = |code: i64, data: Value| json!({"error": {"code": code, "data": data}});
        assert!(is_modern(&error(-32020, Value::Null)));
        assert!(is_modern(&error(-32022, json!({"supported": [MODERN]}))));
        assert!(!is_modern(&error(-32022, json!({"supported": [LEGACY]}))));
        assert!(!is_modern(&error(-32000, Value::Null)));
        assert!(!is_modern(&Value::Null));
    }
}
