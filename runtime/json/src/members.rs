//! The members of an object of somebody else.
//!
//! `serde_json` could skip what nobody reads as well, with 3 KB more of a Worker.

use serde::de::Error as _;
use serde_json::{Error, Map, Result, Value};

/// The members of these names. All others are skipped up to the end of their texts, lists and objects;
/// what they hold is not looked at.
///
/// # Errors
/// The text is not an object, a member of these names is not JSON, or is there twice.
pub(crate) fn chosen(text: &[u8], names: &[&str]) -> Result<Map<String, Value>> {
    let mut rest = Rest(text);
    let mut members = Map::new();
    rest.expect(b'{')?;
    if rest.peek() == Some(b'}') {
        rest.expect(b'}')?;
    } else {
        loop {
            let name = rest.value();
            rest.expect(b':')?;
            let value = rest.value();
            // A name that is not text is none of ours.
            if let Ok(Value::String(name)) = serde_json::from_slice(name)
                && names.contains(&name.as_str())
                && members.insert(name, serde_json::from_slice(value)?).is_some()
            {
                return Err(fault());
            }
            if rest.peek() != Some(b',') {
                break;
            }
            rest.expect(b',')?;
        }
        rest.expect(b'}')?;
    }
    if rest.peek().is_some() { Err(fault()) } else { Ok(members) }
}

fn fault() -> Error {
    Error::custom("the JSON is not an object, or has a member twice")
}

/// The rest of a text.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        self.0 = self.0.trim_ascii_start();
        self.0.first().copied()
    }

    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.peek() != Some(byte) {
            return Err(fault());
        }
        self.0 = &self.0[1..];
        Ok(())
    }

    /// Takes everything up to the next separator that is in no text, list or object of its own.
    fn value(&mut self) -> &'a [u8] {
        let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
        let end = self.0.iter().position(|byte| {
            if is_text {
                is_text = is_escaped || *byte != b'"';
                is_escaped = !is_escaped && *byte == b'\\';
                return false;
            }
            match byte {
                b'"' => is_text = true,
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' | b':' if depth == 0 => return true,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            false
        });
        let (value, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        value
    }
}
