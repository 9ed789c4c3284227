//! The pages that follow from sources: `docs/mcp-toml.md` from the schema of `mcp.toml`, and
//! `docs/macros.md` from the doc comments of the macros. `UPDATE_EXPECT=1` renews them.

use std::fmt::Write;

use serde_json::{Map, Value};
use toolgate_tests::repository;

/// The files whose macros are documented, in the order of the page.
const MACROS: [&str; 3] = [
    "runtime/src/tool/macros.rs",
    "runtime/src/tool/route_macro.rs",
    "runtime/src/trigger/macros.rs",
];

const RENEW: &str = "`UPDATE_EXPECT=1 cargo test -p toolgate-tests --test book` renews it";

#[test]
fn the_reference_of_mcp_toml_follows_from_its_schema() {
    expect("docs/mcp-toml.md", &reference());
}

#[test]
fn the_reference_of_macros_follows_from_their_documentation() {
    let read = |name| std::fs::read_to_string(repository().join(name)).expect("macros");
    expect("docs/macros.md", &macros(&MACROS.map(read).concat()));
}

fn expect(name: &str, wanted: &str) {
    let path = repository().join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, wanted).expect("a page");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{name} is not what follows from its source: {RENEW}");
}

fn reference() -> String {
    let schema = toolgate_config::schema::json_schema();
    let mut page = String::from(
        "# `mcp.toml`\n\n\
         Made from the model that the compiler checks files by. Only `name` of `[server]` is required; what\n\
         is not written has its default. Lifetimes are a whole number and a unit: s, m, h or d. The same as\n\
         one commented file: `mcp.toml` at the root of the repository. In an editor: [editors](editors.md).\n",
    );
    for (name, section) in object(&schema["properties"]) {
        write_section(&mut page, name, section, &schema);
    }
    page.push_str("\n## Conditions\n\nOf `[policies.NAME]`, of `any` and `all`, and of `not`. ");
    page.push_str("[What each means](policies.md#conditions).\n");
    write_keys(&mut page, "", &schema["definitions"]["condition"]);
    page
}

/// A table of the file, and the tables in it, each under a heading.
fn write_section(page: &mut String, name: &str, section: &Value, schema: &Value) {
    let items = &section["items"];
    let table = if items.is_object() { items } else { section };
    let heading = if items.is_object() { format!("[[{name}]]") } else { format!("[{name}]") };
    let text = text(section);
    let own = object(&table["properties"]);
    // `[dev]` has nothing but tables of its own.
    let is_parent =
        !own.is_empty() && own.values().all(|one| one["items"]["properties"].is_object());
    if !table["properties"].is_object()
        && !table["additionalProperties"].is_object()
        && !own.is_empty()
    {
        return;
    }
    // `[policies]` and `[env]` have a table of each name, `[secrets]` a text.
    let is_named = table["additionalProperties"]["properties"].is_object();
    if !is_parent {
        let heading = if is_named { format!("[{name}.NAME]") } else { heading };
        let is_value = table["type"].as_str().is_some_and(|kind| kind != "object");
        let heading = if is_value { name.to_owned() } else { heading };
        let _ = write!(page, "\n## `{heading}`\n\n{text}\n");
        if is_value {
            let _ = write!(page, "\n{}\n", facts(table, false));
        }
    }
    let keys = if is_named { &table["additionalProperties"] } else { table };
    let name = if is_named { format!("{name}.NAME") } else { name.to_owned() };
    // What has sections of the file in it, over those of the file, need not tell them again.
    let sections = object(&schema["properties"]);
    let inner = object(&keys["properties"]);
    if !inner.is_empty() && inner.keys().all(|key| sections.contains_key(key)) {
        let names: Vec<_> = inner.keys().map(|key| format!("`{key}`")).collect();
        let _ = write!(page, "\n{}: with the keys above.\n", names.join(", "));
        return;
    }
    if !is_parent {
        write_own_keys(page, keys, schema);
    }
    for (key, value) in object(&keys["properties"]) {
        if value["items"]["properties"].is_object() {
            write_section(page, &format!("{name}.{key}"), value, schema);
        }
    }
}

/// The keys that are not tables of their own, and not conditions, which stand at the end.
fn write_own_keys(page: &mut String, table: &Value, schema: &Value) {
    let conditions = object(&schema["definitions"]["condition"]["properties"]);
    let is_policy = table["properties"]["on_deny"].is_object();
    let mut own = table.clone();
    if let Some(properties) = own["properties"].as_object_mut() {
        properties.retain(|key, value| {
            !value["items"]["properties"].is_object()
                && !(is_policy && conditions.contains_key(key))
        });
    }
    write_keys(page, "", &own);
}

fn write_keys(page: &mut String, prefix: &str, table: &Value) {
    let required: Vec<_> = table["required"].as_array().into_iter().flatten().collect();
    for (key, value) in object(&table["properties"]) {
        let name = format!("{prefix}{key}");
        let facts = facts(value, required.iter().any(|one| *one == key));
        let _ = write!(page, "\n### `{name}`\n\n{facts}\n");
        let text = text(value);
        if !text.is_empty() {
            let _ = write!(page, "\n{text}\n");
        }
        if value["properties"].is_object() && value["properties"]["var"].is_null() {
            write_keys(page, &format!("{name}."), value);
        }
    }
}

/// Kind, choices, range and default, in one line.
fn facts(value: &Value, required: bool) -> String {
    let mut facts = vec![kind(value)];
    let range = (&value["minimum"], &value["maximum"]);
    if let (Value::Number(least), Value::Number(most)) = range {
        let range = if least == most { least.to_string() } else { format!("{least} to {most}") };
        facts.push(range);
    }
    if required {
        facts.push("required".to_owned());
    }
    if !value["default"].is_null() {
        facts.push(format!("default `{}`", in_toml(&value["default"])));
    }
    facts.join("; ")
}

/// What a key takes, in words.
fn kind(value: &Value) -> String {
    if let Some(choices) = value["enum"].as_array() {
        let choices: Vec<_> = choices.iter().map(|one| format!("`{}`", in_toml(one))).collect();
        return choices.join(", ");
    }
    if value["properties"]["var"].is_object() {
        return "`{ var = \"NAME\" }`".to_owned();
    }
    if let Some(kinds) = value["anyOf"].as_array() {
        let mut kinds: Vec<_> = kinds.iter().map(kind).collect();
        kinds.dedup();
        return kinds.join(" or ");
    }
    match value["type"].as_str() {
        Some("string") => "text".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("array") => format!("list of {}", kind(&value["items"])),
        Some("object") => "table".to_owned(),
        _ => value["$ref"]
            .as_str()
            .map_or("any value", |to| if to.ends_with("condition") { "condition" } else { "table" })
            .to_owned(),
    }
}

fn in_toml(value: &Value) -> String {
    match value {
        Value::Object(table) => {
            let pairs: Vec<_> =
                table.iter().map(|(key, one)| format!("{key} = {}", in_toml(one))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(list) => {
            format!("[{}]", list.iter().map(in_toml).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn text(value: &Value) -> String {
    escape(value["description"].as_str().unwrap_or_default().trim())
}

/// Words in angle brackets would be HTML, but for those in code.
fn escape(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| match at % 2 {
        0 => part.replace('<', "&lt;"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

fn object(value: &Value) -> &Map<String, Value> {
    static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&EMPTY)
}

/// One part of the page for each `pub use` with a doc comment.
fn macros(source: &str) -> String {
    let mut page = String::from(
        "# Macros\n\nMade from the documentation of the crate, whose examples are compiled there, too. \
         The types that it\nnames are described by `cargo doc -p toolgate --open`.\n",
    );
    let mut comment = Vec::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("///") {
            comment.push(text.strip_prefix(' ').unwrap_or(text));
        } else if let Some(name) = line.strip_prefix("pub use toolgate_macros::") {
            let name = name.trim_end_matches(';');
            let title = match name {
                "serve" => "serve!()".to_owned(),
                derive if derive.starts_with(char::is_uppercase) => format!("#[derive({derive})]"),
                attribute => format!("#[{attribute}]"),
            };
            let _ = write!(page, "\n## `{title}`\n\n{}", section(&comment));
            comment.clear();
        }
    }
    page
}

/// A doc comment as a part of a page: no hidden lines, no links into the crate.
fn section(comment: &[&str]) -> String {
    let mut text = String::new();
    let mut in_code = false;
    for line in comment {
        if line.starts_with("```") {
            in_code = !in_code;
            let opened = if *line == "```" { "```rust,doc" } else { line };
            let _ = writeln!(text, "{}", if in_code { opened } else { "```" });
        } else if in_code {
            if !line.starts_with("# ") {
                let _ = writeln!(text, "{line}");
            }
        } else if let Some(heading) = line.strip_prefix("# ") {
            let _ = writeln!(text, "### {heading}");
        } else if !(line.starts_with('[') && line.contains("]: ")) {
            let _ = writeln!(text, "{}", without_links(line));
        }
    }
    text.trim_end().to_owned() + "\n"
}

/// `` [`Json`](crate::tool::Json) `` and `` [`Json`] `` become `` `Json` ``.
fn without_links(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, behind)) = after.split_once("`]") else { break };
        let behind = match behind.strip_prefix("(crate::") {
            Some(target) => target.split_once(')').map_or("", |(_, behind)| behind),
            None => behind,
        };
        let _ = write!(text, "{before}`{name}`");
        rest = behind;
    }
    text + rest
}

#[test]
fn angle_brackets_are_no_html() {
    assert_eq!(escape("a <b> `<c>` <d>"), "a &lt;b> `<c>` &lt;d>");
}

#[test]
fn links_into_the_crate_become_their_words() {
    assert_eq!(without_links("a [`B`](crate::b::B), [`c`] and `[d]`."), "a `B`, `c` and `[d]`.");
}
