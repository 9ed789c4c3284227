//! What the specification says of a damaged message, where it says something.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use toolgate_core::mcp::{Group, MAX_ID_BYTES, MAX_NESTING, Method, Revision};

use crate::schema::is_valid;
use crate::support::MODERN;

/// The errors that may answer this body at the endpoint of this revision; `None` where the
/// specification leaves it open, or asks for a result.
pub fn specified(revision: &str, body: &[u8]) -> Option<&'static [i64]> {
    let body = without_mark(body);
    let Ok(message) = serde_json::from_slice::<Value>(body) else { return Some(&[-32700]) };
    if nesting(body) > MAX_NESTING {
        return Some(&[-32700]);
    }
    if serde_json::from_slice::<Unambiguous>(body).is_err() {
        return Some(&[-32600]);
    }
    match &message {
        Value::Object(message) => of_object(revision, message),
        // Batches are of the two oldest revisions; each message of one is judged by itself.
        Value::Array(messages) => {
            (messages.is_empty() || revision > "2025-03-26").then_some(&[-32600])
        }
        _ => Some(&[-32600]),
    }
}

/// Whether the schema of the revision has such a message.
pub fn is_whole(revision: &str, body: &[u8]) -> bool {
    let Ok(message) = serde_json::from_slice::<Value>(without_mark(body)) else { return false };
    message["jsonrpc"] == "2.0"
        && ["ClientRequest", "ClientNotification"].iter().any(|of| is_valid(revision, of, &message))
}

/// The text behind a byte order mark, which readers may skip (RFC 8259, section 8.1).
pub fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

fn of_object(revision: &str, message: &Map<String, Value>) -> Option<&'static [i64]> {
    let is_modern = revision == MODERN;
    let has = |key: &str| message.contains_key(key);
    let speaks = message.get("jsonrpc").is_some_and(|version| version == "2.0");
    if speaks && !has("method") && has("result") != has("error") {
        return is_modern.then_some(&[-32600]);
    }
    let has_id = match message.get("id") {
        None => false,
        Some(Value::String(id)) if id.len() <= MAX_ID_BYTES => true,
        Some(Value::Number(id)) if is_whole_number(id) => true,
        Some(_) => return Some(&[-32600]),
    };
    let method = message.get("method").and_then(Value::as_str);
    let Some(method) = method.filter(|_| speaks && !has("result") && !has("error")) else {
        return Some(&[-32600]);
    };
    let nothing = Map::new();
    let params = match message.get("params") {
        None | Some(Value::Null) => &nothing,
        Some(Value::Object(params)) => params,
        Some(_) => return Some(&[-32602]),
    };
    if !has_id {
        return None;
    }
    match params.get("_meta").and_then(|meta| meta.get("progressToken")) {
        None | Some(Value::Null) => {}
        Some(Value::String(token)) if token.len() <= MAX_ID_BYTES => {}
        Some(Value::Number(token)) if is_whole_number(token) => {}
        Some(_) => return Some(&[-32602]),
    }
    if is_modern { of_modern(method, params) } else { of_legacy(method, params) }
}

/// JSON Schema counts 4.0 among them; beyond 2^53 a float is several of them.
fn is_whole_number(number: &serde_json::Number) -> bool {
    let whole = |float: f64| float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(whole)
}

/// JSON whose objects have each member once.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, _)) = members.next_entry::<String, Self>()? {
            if !names.insert(name) {
                return Err(serde::de::Error::custom("a member is there twice"));
            }
        }
        Ok(self)
    }
}

fn of_legacy(method: &str, params: &Map<String, Value>) -> Option<&'static [i64]> {
    let says_modern = params
        .get("_meta")
        .is_some_and(|meta| meta.get("io.modelcontextprotocol/protocolVersion").is_some());
    if says_modern || method == "server/discover" {
        return None;
    }
    if !is_served(method, Revision::LATEST_WITH_HANDSHAKE) {
        // Subscriptions are of sessions.
        return (!method.starts_with("resources/")).then_some(&[-32601]);
    }
    lacks_required(method, params).then_some(&[-32602])
}

/// Headers are checked against the message before what it asks for is looked at.
fn of_modern(method: &str, params: &Map<String, Value>) -> Option<&'static [i64]> {
    if !is_served(method, Revision::LATEST) {
        return Some(&[-32601, -32602, -32020, -32022]);
    }
    let meta = params.get("_meta");
    let states =
        |key: &str| meta.and_then(|meta| meta.get(["io.modelcontextprotocol/", key].concat()));
    if !states("protocolVersion").is_some_and(Value::is_string) {
        return Some(&[-32602]);
    }
    if !states("clientCapabilities").is_some_and(Value::is_object) {
        return Some(&[-32602, -32020]);
    }
    lacks_required(method, params).then_some(&[-32602, -32020, -32022])
}

/// Whether the revision has the method, for whoever has no session.
fn is_served(method: &str, revision: Revision) -> bool {
    Method::parse(method)
        .is_some_and(|method| method.is_in(revision) && method.group() != Group::Subscribing)
}

/// Whether the params lack what the method cannot do without.
fn lacks_required(method: &str, params: &Map<String, Value>) -> bool {
    let text = |key: &str| params.get(key).is_some_and(Value::is_string);
    let object = |key: &str| params.get(key).is_some_and(Value::is_object);
    let inner = |key: &str, of: &str| params.get(key).is_some_and(|value| value[of].is_string());
    let may_have =
        |key: &str| params.get(key).is_none_or(|value| value.is_object() || value.is_null());
    !match method {
        "tools/call" | "prompts/get" => text("name") && may_have("arguments"),
        "resources/read" => text("uri"),
        "completion/complete" => {
            inner("ref", "type") && inner("argument", "name") && inner("argument", "value")
        }
        "logging/setLevel" => text("level"),
        "initialize" => {
            text("protocolVersion")
                && object("capabilities")
                && inner("clientInfo", "name")
                && inner("clientInfo", "version")
        }
        "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list" => {
            params.get("cursor").is_none_or(|cursor| cursor.is_string() || cursor.is_null())
        }
        "subscriptions/listen" => object("notifications"),
        "tasks/get" | "tasks/cancel" => text("taskId"),
        _ => true,
    }
}

/// Arrays and objects inside each other, also in members that another of the same name hides.
fn nesting(body: &[u8]) -> u32 {
    let (mut depth, mut deepest, mut in_text, mut is_escaped) = (0_u32, 0, false, false);
    for byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
