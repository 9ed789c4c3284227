//! Lines of the audit trail as they leave a server: numbered, and with a MAC, so that whoever reads the
//! log can tell them from what a function wrote there, and see that one is missing.

use crate::seal::{Keyring, Purpose};
use crate::secret::constant_time_eq;

/// Characters of a line's MAC: 96 bits, more than anybody can try without being seen in the log.
pub const MAC_LENGTH: usize = 16;

const FIELD: &str = ",\"mac\":\"";

/// Numbers the lines of one instance of the server.
#[derive(Debug, Default)]
pub struct Lines {
    instance: String,
    next: u64,
}

impl Lines {
    /// Of a new instance, which has this random name.
    #[must_use]
    pub fn new(instance: String) -> Self {
        Self { instance, next: 0 }
    }

    /// The name of the instance.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// The next number. One that is missing in a log, or that is there twice, is a line that was lost
    /// or made up.
    pub fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }
}

/// Adds the MAC to a line, a JSON object.
#[must_use]
pub fn sign(line: &str, keys: Option<&Keyring>) -> String {
    let Some((open, keys)) = line.strip_suffix('}').zip(keys) else { return line.to_owned() };
    let mac = keys.mac(Purpose::Audit, open);
    [open, FIELD, &mac[..MAC_LENGTH], "\"}"].concat()
}

/// True if one of the keys made the MAC of a line.
#[must_use]
pub fn verify(line: &str, keys: &Keyring) -> bool {
    let Some((open, mac)) = line.strip_suffix("\"}").and_then(|line| line.rsplit_once(FIELD))
    else {
        return false;
    };
    mac.len() == MAC_LENGTH
        && keys
            .macs(Purpose::Audit, open)
            .any(|good| constant_time_eq(&good.as_bytes()[..MAC_LENGTH], mac.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const OTHER: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    #[test]
    fn only_the_line_itself_has_its_mac() {
        let keys = Keyring::parse(KEY).unwrap();
        let line = sign(r#"{"toolgate":"audit","seq":1}"#, Some(&keys));
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}");
        assert!(verify(&line, &keys));
        assert!(verify(&line, &Keyring::parse(&format!("{OTHER},{KEY}")).unwrap()), "rotated");
        assert!(!verify(&line, &Keyring::parse(OTHER).unwrap()));
        for changed in [
            line.replace("\"seq\":1", "\"seq\":2"),
            format!(" {line}"),
            line.replace("\"}", "\" }"),
            line.replace("audit\"", "audit\",\"mac\":\"x\""),
            r#"{"toolgate":"audit","seq":1}"#.to_owned(),
            String::new(),
        ] {
            assert!(!verify(&changed, &keys), "{changed}");
        }
    }

    #[test]
    fn without_a_key_there_is_no_mac() {
        assert_eq!(sign(r#"{"a":1}"#, None), r#"{"a":1}"#);
    }

    #[test]
    fn lines_are_numbered_from_zero() {
        let mut lines = Lines::new("k".to_owned());
        assert_eq!((lines.number(), lines.number(), lines.instance()), (0, 1, "k"));
    }
}
