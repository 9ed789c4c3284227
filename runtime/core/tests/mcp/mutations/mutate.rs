//! Damage to messages.

use serde_json::{Value, json};

use super::generate::{Random, anything};
use crate::support::methods;

/// The message with one to three things wrong with it, as it is sent.
pub fn mutated(message: &Value, random: &mut Random) -> Vec<u8> {
    let mut message = message.clone();
    for _ in 0..=random.below(3) {
        damage(&mut message, random);
    }
    if random.below(12) == 0 {
        let length = random.index(4);
        message = (0..length).map(|_| message.clone()).chain([anything(random, 2)]).collect();
    }
    let mut text = message.to_string();
    if random.below(6) == 0 {
        text = rewritten(&text, random);
    }
    let mut bytes = text.into_bytes();
    match random.below(24) {
        0 => bytes.truncate(random.index(bytes.len() + 1)),
        1 if !bytes.is_empty() => {
            let at = random.index(bytes.len());
            bytes[at] = u8::try_from(random.below(256)).unwrap();
        }
        2 => bytes.splice(0..0, *b"\xef\xbb\xbf").for_each(drop),
        3 => bytes.extend_from_slice(b"{}"),
        _ => {}
    }
    bytes
}

/// Changes one place of it.
fn damage(message: &mut Value, random: &mut Random) {
    // Of the envelope as often as of anything in it.
    if random.below(4) == 0 {
        return damage_envelope(message, random);
    }
    let place = somewhere(message, random);
    match random.below(9) {
        0 => *place = Value::Null,
        1 | 2 => *place = anything(random, 2),
        3 => *place = number(random),
        4 => *place = words(random),
        5 => {
            let levels = random.below(70);
            for level in 0..levels {
                let inner = place.take();
                *place = if level % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) };
            }
        }
        6 | 7 => match place {
            Value::Object(members) if !members.is_empty() => {
                let at = random.index(members.len());
                let key = members.keys().nth(at).cloned().unwrap_or_default();
                members.remove(&key);
            }
            Value::Array(entries) => drop(entries.pop()),
            place => *place = Value::Null,
        },
        _ => match place {
            Value::Object(members) => {
                let keys = ["x", "", "_meta", "cursor", "result", "arguments", "__proto__"];
                members.insert((*random.pick(&keys)).to_owned(), anything(random, 2));
            }
            Value::Array(entries) => entries.push(anything(random, 2)),
            place => *place = json!([place.take()]),
        },
    }
}

fn damage_envelope(message: &mut Value, random: &mut Random) {
    let Value::Object(members) = message else { return };
    let key = *random.pick(&["jsonrpc", "id", "method", "params", "result", "error"]);
    if random.below(3) == 0 {
        members.remove(key);
        return;
    }
    let value = match (key, random.below(3)) {
        ("method", 0) => {
            let none =
                ["", "tools/List", "tools/call\u{0}", "rpc.discover", "notifications/cancelled"];
            json!(*random.pick(&[&none[..], &methods()].concat()))
        }
        ("jsonrpc", 0) => json!(*random.pick(&["1.0", "2", "2.00", ""])),
        (_, 1) => number(random),
        _ => anything(random, 2),
    };
    members.insert(key.to_owned(), value);
}

/// A place in it, each step down being as likely as staying.
fn somewhere<'a>(mut place: &'a mut Value, random: &mut Random) -> &'a mut Value {
    loop {
        let length = match &*place {
            Value::Object(members) => members.len(),
            Value::Array(entries) => entries.len(),
            _ => 0,
        };
        if length == 0 || random.below(4) == 0 {
            return place;
        }
        let at = random.index(length);
        let inner = match place {
            Value::Object(members) => members.values_mut().nth(at),
            Value::Array(entries) => entries.get_mut(at),
            _ => None,
        };
        match inner {
            Some(inner) => place = inner,
            None => unreachable!("the index is below the length"),
        }
    }
}

fn number(random: &mut Random) -> Value {
    random
        .pick(&[
            json!(-1),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(9_007_199_254_740_993_i64),
            json!(1e308),
            json!(-1e308),
            json!(1e-320),
            json!(-0.0),
            json!(1.5),
        ])
        .clone()
}

fn words(random: &mut Random) -> Value {
    match random.below(6) {
        0 => json!("x".repeat(random.index(3000))),
        1 => json!("\u{1f600}".repeat(random.index(300))),
        2 => json!("\u{202e}\u{feff}\u{0}\r\n"),
        3 => json!("../../etc/passwd%00"),
        4 => json!("=?base64?eA==?="),
        _ => json!("__proto__"),
    }
}

/// Changes the text in ways that no value can say.
fn rewritten(text: &str, random: &mut Random) -> String {
    match random.below(7) {
        // Members that are there twice.
        0 => text.replacen('{', r#"{"method":"tools/list","#, 1),
        1 => text.replacen('{', r#"{"jsonrpc":"1.0","id":[],"#, 1),
        2 => {
            let end = text.rfind('}').unwrap_or(text.len());
            format!(r#"{},"id":"twice","params":{{}}{}"#, &text[..end], &text[end..])
        }
        3 => text.replacen(':', ":1e400,\"y\":", 1),
        4 => text.replacen('"', r#""\ud800"#, 1),
        5 => text.replace(',', " ,\r\n\t "),
        _ => text.replacen('}', ",}", 1),
    }
}
