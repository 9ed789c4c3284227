//! Writing one key into `mcp.toml`, everything else as it is.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// Place for a key: the table, and the key of it that the new one stands behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyPlace {
    /// Keys and places in lists, from the outermost: `["wrangler", "kv_namespaces", "0"]`.
    pub(super) table: Vec<String>,
    pub(super) after: &'static str,
    pub(super) key: &'static str,
}

impl KeyPlace {
    /// The place as a person would look for it.
    pub(super) fn shown(&self) -> String {
        let names: Vec<_> =
            self.table.iter().filter(|part| part.parse::<usize>().is_err()).cloned().collect();
        format!("[{}]", names.join("."))
    }
}

/// The text with the key; `None` where it cannot be written without rewriting the table.
pub(super) fn insert(text: &str, place: &KeyPlace, value: &str) -> Option<String> {
    let document = DeTable::parse(text).ok()?;
    let changed = match find(document.get_ref(), &place.table, place.after) {
        Some((key, end)) => behind(text, &key, end, place.key, value),
        // A table of an environment that takes the rest from the outer one.
        None if place.table.iter().all(|part| part.parse::<usize>().is_err()) => {
            let line = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
            let table = place.table.join(".");
            format!("{text}{line}\n[{table}]\n{} = \"{value}\"\n", place.key)
        }
        None => return None,
    };
    // What was not understood above, a dotted key for example, shows here.
    says(&changed, place, value).then_some(changed)
}

/// Position of the key, and the end of its value.
fn find(root: &DeTable<'_>, table: &[String], key: &str) -> Option<(Range<usize>, usize)> {
    let mut at = root;
    let mut parts = table.iter().peekable();
    while let Some(part) = parts.next() {
        let mut value = at.get(part.as_str())?.get_ref();
        if let DeValue::Array(list) = value {
            value = list.get(parts.next()?.parse::<usize>().ok()?)?.get_ref();
        }
        at = value.as_table()?;
    }
    // A table of an environment may lack it, and have others.
    let last = || at.iter().max_by_key(|(key, _)| key.span().start);
    let (key, value) = at.get_key_value(key).or_else(last)?;
    Some((key.span(), value.span().end))
}

fn behind(text: &str, old: &Range<usize>, end: usize, key: &str, value: &str) -> String {
    let start = text[..old.start].rfind('\n').map_or(0, |at| at + 1);
    let lead = &text[start..old.start];
    if lead.contains('{') {
        return format!("{}, {key} = \"{value}\"{}", &text[..end], &text[end..]);
    }
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let (before, after) = text.split_at(line_end);
    let (before, line_break) = match before.strip_suffix('\r') {
        Some(before) => (before, "\r\n"),
        None => (before, "\n"),
    };
    let after = if line_break == "\r\n" { format!("\r{after}") } else { after.to_owned() };
    format!("{before}{line_break}{lead}{key} = \"{value}\"{after}")
}

fn says(text: &str, place: &KeyPlace, value: &str) -> bool {
    let Ok(table) = text.parse::<toml::Table>() else { return false };
    let mut at = &toml::Value::Table(table);
    for part in &place.table {
        let next = match part.parse::<usize>() {
            Ok(index) => at.get(index),
            Err(_) => at.get(part.as_str()),
        };
        let Some(next) = next else { return false };
        at = next;
    }
    at.get(place.key).and_then(toml::Value::as_str) == Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage(text: &str) -> Option<String> {
        let place = KeyPlace { table: vec!["storage".into()], after: "kind", key: "id" };
        insert(text, &place, "1")
    }

    #[test]
    fn the_key_stands_behind_its_neighbour_and_nothing_else_changes() {
        for (text, expected) in [
            (
                "# a\n[storage] # b\nkind = \"kv\" # c\n[x]\n",
                "# a\n[storage] # b\nkind = \"kv\" # c\nid = \"1\"\n[x]\n",
            ),
            ("[storage]\n  kind = \"kv\"", "[storage]\n  kind = \"kv\"\n  id = \"1\""),
            ("[storage]\r\nkind = \"kv\"\r\n", "[storage]\r\nkind = \"kv\"\r\nid = \"1\"\r\n"),
            ("storage = { kind = \"kv\" }\n", "storage = { kind = \"kv\", id = \"1\" }\n"),
            ("storage.kind = \"kv\"\n", "storage.kind = \"kv\"\nstorage.id = \"1\"\n"),
        ] {
            assert_eq!(storage(text).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn a_table_of_an_environment_is_added_where_there_is_none() {
        let table = ["env", "preview", "storage"].map(str::to_owned).to_vec();
        let place = KeyPlace { table, after: "kind", key: "id" };
        let text = "[storage]\nkind = \"kv\"";
        let expected = "[storage]\nkind = \"kv\"\n\n[env.preview.storage]\nid = \"1\"\n";
        assert_eq!(insert(text, &place, "1").as_deref(), Some(expected));
        // It is there, with other keys: another header would be one too many.
        let text = "[env.preview.storage]\nbinding = \"A\"\n[x]\n";
        let expected = "[env.preview.storage]\nbinding = \"A\"\nid = \"1\"\n[x]\n";
        assert_eq!(insert(text, &place, "1").as_deref(), Some(expected));
    }

    #[test]
    fn entries_of_lists_are_told_apart() {
        let table = ["wrangler", "kv_namespaces", "1"].map(str::to_owned).to_vec();
        let place = KeyPlace { table, after: "binding", key: "id" };
        let block = "[[wrangler.kv_namespaces]]\nbinding = \"A\"\n\n[[wrangler.kv_namespaces]]\nbinding = \"B\"\n";
        let changed = insert(block, &place, "1").expect("it has a place");
        assert_eq!(changed, format!("{block}id = \"1\"\n"));
        let inline = "[wrangler]\nkv_namespaces = [{ binding = \"A\" }, { binding = \"B\" }]\n";
        let changed = insert(inline, &place, "1").expect("it has a place");
        assert!(
            changed.contains("{ binding = \"A\" }, { binding = \"B\", id = \"1\" }"),
            "{changed}"
        );
        assert_eq!(place.shown(), "[wrangler.kv_namespaces]");
        // The list of all environments is not that of one.
        let table = ["env", "preview"].map(str::to_owned).into_iter().chain(place.table);
        assert_eq!(insert(inline, &KeyPlace { table: table.collect(), ..place }, "1"), None);
    }
}
