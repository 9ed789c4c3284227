use super::*;
use crate::connect::address::Address;
use crate::connect::client::{Client, Server};
use crate::connect::clients::{CLAUDE_CODE, CLAUDE_DESKTOP, CODEX, CURSOR, VS_CODE};

fn entry(client: &Client) -> Entry {
    let address = Address::parse("https://demo.acme.workers.dev").expect("an address");
    Entry::of(client, &Server { name: "demo", address: &address, global: false })
        .expect("it has a file")
}

fn merge(client: &Client, old: Option<&str>, replace: bool) -> Result<Merge> {
    Merger { entry: &entry(client), path: "the/file", replace }.merge(old)
}

/// The file with the entry added.
fn added(client: &Client, old: &str) -> String {
    match merge(client, Some(old), false) {
        Ok(Merge::Add(new)) => new,
        other => panic!("{other:?}"),
    }
}

fn refused(client: &Client, old: &str, replace: bool) -> String {
    merge(client, Some(old), replace).expect_err("it is refused").to_string()
}

const NEW: &str = r#"{
  "mcpServers": {
    "demo": {
      "url": "https://demo.acme.workers.dev/mcp"
    }
  }
}
"#;

#[test]
fn a_file_that_is_missing_or_empty_has_the_server_alone() {
    for old in [None, Some(""), Some("\n\n")] {
        let merged = merge(&CURSOR, old, false).expect("it is merged");
        assert_eq!(merged, Merge::Add(NEW.to_owned()), "{old:?}");
    }
    let expected = "[mcp_servers.demo]\nurl = \"https://demo.acme.workers.dev/mcp\"\n";
    assert_eq!(added(&CODEX, ""), expected);
}

#[test]
fn everything_else_in_a_file_stays_as_it_was_written() {
    let old = r#"{
    "zoom": 1.50, "big": 12345678901234567890123,
    "mcpServers": {
        "other": { "command": "npx", "args": ["-y", "é \u00e9"] },
        "another": {"url": "https://b.example/mcp"}
    },
    "a": []
}"#;
    let expected = old.replace(
        "\"https://b.example/mcp\"}\n",
        "\"https://b.example/mcp\"},\n        \"demo\": {\n            \"url\": \
         \"https://demo.acme.workers.dev/mcp\"\n        }\n",
    );
    assert_ne!(old, expected);
    assert_eq!(added(&CURSOR, old), expected);
}

#[test]
fn a_file_of_other_things_gets_the_servers_as_its_last_member() {
    let new = added(&VS_CODE, "{\n\t\"inputs\": []\n}\n");
    let expected = "{\n\t\"inputs\": [],\n\t\"servers\": {\n\t\t\"demo\": {\n\t\t\t\"type\": \
                    \"http\",\n\t\t\t\"url\": \"https://demo.acme.workers.dev/mcp\"\n\t\t}\n\t}\n}\n";
    assert_eq!(new, expected);
    assert_eq!(added(&CURSOR, "{\"mcpServers\": {}}\n").lines().count(), 5);
    assert!(added(&CURSOR, "\u{feff}{\r\n}").starts_with("\u{feff}{\r\n  \"mcpServers\": {\r\n"));
}

#[test]
fn what_is_there_already_is_left_alone() {
    for client in [&CLAUDE_CODE, &CLAUDE_DESKTOP, &VS_CODE, &CODEX] {
        let once = added(client, "");
        assert_eq!(merge(client, Some(&once), false).expect("merged"), Merge::Nothing);
        assert_eq!(merge(client, Some(&once), true).expect("merged"), Merge::Nothing);
    }
    let turned =
        r#"{"servers":{"demo":{"url":"https://demo.acme.workers.dev/mcp","type":"http"}}}"#;
    assert_eq!(merge(&VS_CODE, Some(turned), false).expect("merged"), Merge::Nothing);
}

const OTHER: &str = r#"{"mcpServers": {"demo": {"url": "https://old.example/mcp"}, "last": {}}}"#;

#[test]
fn another_server_of_the_same_name_is_shown_and_goes_only_when_told_to() {
    let error = refused(&CURSOR, OTHER, false);
    for part in ["the/file has another `demo`", "old.example", "demo.acme", "`--replace`"] {
        assert!(error.contains(part), "{part} is missing in\n{error}");
    }
    let Ok(Merge::Replace(new)) = merge(&CURSOR, Some(OTHER), true) else {
        panic!("it is replaced");
    };
    let new: Value = serde_json::from_str(&new).expect("JSON");
    assert_eq!(new["mcpServers"]["demo"], entry(&CURSOR).value);
    assert!(new["mcpServers"]["last"].is_object());
}

#[test]
fn a_broken_file_is_a_fault_at_its_place() {
    for (client, old, expected) in [
        (&CURSOR, "{\n  \"a\": 1\n  \"b\": 2\n}", "the/file:3:3: expected `,` or `}`"),
        (&CURSOR, "{", "the/file:1:1: EOF while parsing an object"),
        (&CURSOR, "\n[]", "the/file:2:1: an object is expected here"),
        (&VS_CODE, "{\n \"servers\": []}", "the/file:2:13: `servers` is not an object"),
        (&CODEX, "model = \"o\"\n[mcp_servers", "the/file:2:"),
        (&CODEX, "é = 1", "the/file:1:1: "),
    ] {
        let error = refused(client, old, true);
        assert!(error.starts_with(expected), "{old}\n{error}");
        assert!(error.contains("nothing was written"), "{error}");
    }
}

#[test]
fn comments_are_not_lost_but_the_fragment_is_shown() {
    for old in ["{\n  // mine\n  \"servers\": {}\n}", "{ \"servers\": { \"a\": {}, } }"] {
        let error = refused(&VS_CODE, old, true);
        assert!(error.starts_with("the/file has comments or trailing commas"), "{error}");
        assert!(error.contains("demo.acme.workers.dev") && error.contains("yourself"), "{error}");
    }
}

#[test]
fn a_section_of_toml_is_appended_and_comments_stay() {
    let old = "# mine\nmodel = \"o\" # why\n\n[mcp_servers.other]\nurl = \"https://b.example\"";
    let section = "[mcp_servers.demo]\nurl = \"https://demo.acme.workers.dev/mcp\"\n";
    assert_eq!(added(&CODEX, old), format!("{old}\n\n{section}"));
    let windows = "model = \"o\"\r\n";
    let section = section.replace('\n', "\r\n");
    assert_eq!(added(&CODEX, windows), format!("{windows}\r\n{section}"));
}

#[test]
fn toml_that_no_section_can_be_appended_to_is_left_alone() {
    for (old, expected) in [
        ("[mcp_servers.demo]\nurl = \"https://old.example/mcp\"\n", "has another `demo`"),
        ("mcp_servers = { other = { url = \"https://b.example\" } }\n", "takes no section"),
        ("mcp_servers = 1\n", "is no table"),
    ] {
        let error = refused(&CODEX, old, true);
        assert!(error.contains(expected) && error.contains("[mcp_servers.demo]"), "{error}");
    }
}
