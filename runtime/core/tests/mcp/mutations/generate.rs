//! Messages as the official schema of a revision describes them.

use serde_json::{Map, Number, Value, json};

use crate::schema::{assert_valid, official};
use crate::support::MODERN;

/// Numbers that look random and are the same in every run (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// Between 0 and `limit - 1`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// An index of something that has so many entries.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }
}

/// How deep what may be anything is made.
const DEPTH: u32 = 3;

pub struct Generator {
    revision: &'static str,
    definitions: Value,
    /// Names of the definitions of whole messages.
    messages: Vec<String>,
}

impl Generator {
    pub fn new(revision: &'static str) -> Self {
        let (mut schema, key) = official(revision);
        let definitions = schema[key].take();
        let mut messages = Vec::new();
        for union in ["ClientRequest", "ClientNotification"] {
            match definitions[union]["anyOf"].as_array() {
                Some(of) => messages.extend(of.iter().map(|one| name(one).to_owned())),
                None => messages.push(union.to_owned()),
            }
        }
        assert!(messages.len() > 10, "{revision}: {messages:?}");
        Self { revision, definitions, messages }
    }

    /// A message, with what the server knows in some of its places.
    pub fn message(&self, random: &mut Random) -> Value {
        let definition = random.pick(&self.messages);
        let mut message = self.make(&self.definitions[definition], "", random, DEPTH);
        // The older schemas describe what is in the envelope, not the envelope itself.
        message["jsonrpc"] = json!("2.0");
        if definition.ends_with("Request") && message.get("id").is_none() {
            message["id"] = json!(random.below(1000));
        }
        if self.revision == MODERN && definition.ends_with("Request") {
            message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(MODERN);
        }
        message
    }

    /// Fails unless it is one of the messages.
    pub fn assert_valid(&self, message: &Value) {
        let union =
            if message.get("id").is_some() { "ClientRequest" } else { "ClientNotification" };
        assert_valid(self.revision, union, message);
    }

    fn make(&self, schema: &Value, key: &str, random: &mut Random, depth: u32) -> Value {
        if schema.get("$ref").is_some() {
            return self.make(&self.definitions[name(schema)], key, random, depth);
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let mut whole = Map::new();
            for part in parts {
                if let Value::Object(members) = self.make(part, key, random, depth) {
                    whole.extend(members);
                }
            }
            return Value::Object(whole);
        }
        for choice in ["enum", "anyOf", "oneOf"] {
            if let Some(choices) = schema.get(choice).and_then(Value::as_array) {
                let chosen = random.pick(choices);
                return match choice {
                    "enum" => chosen.clone(),
                    _ => self.make(chosen, key, random, depth),
                };
            }
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => random.pick(kinds).as_str().unwrap_or_default(),
            Value::String(kind) => kind,
            _ if schema.get("properties").is_some() => "object",
            _ => "",
        };
        match kind {
            "object" => self.object(schema, random, depth),
            "array" => {
                let length = if depth == 0 { 0 } else { random.index(3) };
                let items = &schema["items"];
                (0..length).map(|_| self.make(items, key, random, depth - 1)).collect()
            }
            "string" => text(schema, key, random),
            "integer" => json!(random.below(100)),
            "number" => json!(random.below(100)),
            "boolean" => json!(random.below(2) == 0),
            "null" => Value::Null,
            _ => anything(random, depth),
        }
    }

    fn object(&self, schema: &Value, random: &mut Random, depth: u32) -> Value {
        let mut object = Map::new();
        let required = schema["required"].as_array();
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_required =
                required.is_some_and(|required| required.iter().any(|name| name == key));
            if is_required || (depth > 0 && random.below(3) == 0) {
                let value = self.make(property, key, random, depth.saturating_sub(1));
                object.insert(key.clone(), value);
            }
        }
        if let Some(more) = schema.get("additionalProperties").filter(|more| !more.is_boolean())
            && depth > 0
        {
            for _ in 0..random.below(3) {
                let key = *random.pick(&["name", "tone", "id", "a", "b", "x/y"]);
                let value = self.make(more, key, random, depth - 1);
                object.entry(key).or_insert(value);
            }
        }
        Value::Object(object)
    }
}

fn name(reference: &Value) -> &str {
    let reference = reference["$ref"].as_str().expect("a reference");
    reference.rsplit('/').next().unwrap_or_default()
}

/// Text that fits the schema, often what the server knows by this key.
fn text(schema: &Value, key: &str, random: &mut Random) -> Value {
    let known: &[&str] = match (key, schema["format"].as_str()) {
        (_, Some("uri-template")) => {
            &["test://template/{id}/data", "test://drawings/{id}", "test://static-text"]
        }
        ("uri", _) | (_, Some("uri")) => {
            &["test://static-text", "test://template/1/data", "test://drawings/2", "test://nothing"]
        }
        (_, Some("byte")) => return json!("AAAA"),
        ("name", _) => {
            &["add", "count", "report", "speak", "greet", "plain", "draw", "name", "tone", "none"]
        }
        ("protocolVersion", _) => &["2024-11-05", "2025-06-18", MODERN, "1999-01-01"],
        ("cursor", _) => &["dG9vbHM6YWRk", "cHJvbXB0czpncmVldA", "x"],
        _ => &["", "x", "größe", "a b", "\u{1f600}", "\u{202e}\u{0}"],
    };
    json!(random.pick(known))
}

/// Whatever JSON can say, without nesting deeper than this.
pub fn anything(random: &mut Random, depth: u32) -> Value {
    let kinds = if depth == 0 { 6 } else { 8 };
    match random.below(kinds) {
        0 => Value::Null,
        1 => json!(random.below(2) == 0),
        2 => json!(random.below(1000)),
        3 => json!(-i64::try_from(random.below(1000)).unwrap()),
        4 => Number::from_f64(0.5).map_or(Value::Null, Value::Number),
        5 => json!(*random.pick(&["", "x", "2.0", "add", "\u{fffd}", "tools/call"])),
        6 => (0..random.below(3)).map(|_| anything(random, depth - 1)).collect(),
        _ => {
            let mut object = Map::new();
            for _ in 0..random.below(3) {
                let key = *random.pick(&["a", "name", "_meta", "", "id"]);
                object.insert(key.to_owned(), anything(random, depth - 1));
            }
            Value::Object(object)
        }
    }
}
