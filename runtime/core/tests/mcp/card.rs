//! The Server Card.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::card;
use toolgate_core::reply::Reply;

use crate::schema::official;
use crate::support::{CONFIG, TOOLS, config, full, modern, no_params, tools_only, visitor};

fn read(reply: &Reply) -> Value {
    serde_json::from_slice(reply.body()).unwrap()
}

/// Fails unless it is what the schema of the extension calls a card.
fn assert_card(card: &Value) {
    let (mut schema, _) = official("server-card");
    schema["$ref"] = json!("#/$defs/ServerCard");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(card).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{card:#}");
}

fn card_of(lines: &str, package: &str, origin: &str) -> Value {
    let (config, log) = (config(lines), Log::default());
    let card = read(&card(&tools_only(&config, &TOOLS, &log), package, origin));
    assert_card(&card);
    card
}

#[test]
fn a_card_tells_what_the_server_is_and_where() {
    let expected = json!({
        "$schema": "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json",
        "name": "dev.workers.acme.demo/my_demo",
        "title": "Demo server",
        "version": "1.2.3",
        "description": "Adds and draws",
        "websiteUrl": "https://demo.example.com",
        "remotes": [
            {
                "type": "streamable-http",
                "url": "https://demo.acme.workers.dev/mcp",
                "supportedProtocolVersions":
                    ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
            },
            {
                "type": "sse",
                "url": "https://demo.acme.workers.dev/sse",
                "supportedProtocolVersions":
                    ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
            },
        ],
    });
    assert_eq!(card_of(CONFIG, "my_demo", "https://demo.acme.workers.dev"), expected);
}

#[test]
fn a_card_names_no_function_whoever_may_call_it() {
    let (config, log) = (config(CONFIG), Log::default());
    let with = card(&full(&config, &log), "demo", "https://demo.example");
    let without = card(&tools_only(&config, &[], &log), "demo", "https://demo.example");
    assert_eq!(read(&with), read(&without));
}

#[test]
fn a_card_is_for_pages_of_any_origin_and_kept_for_minutes() {
    let (config, log) = (config(CONFIG), Log::default());
    let reply = card(&tools_only(&config, &TOOLS, &log), "demo", "https://demo.example");
    let header = |name| reply.headers()[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/mcp-server-card+json");
    assert_eq!(header("access-control-allow-origin"), "*");
    assert_eq!(header("cache-control"), "public, max-age=300");
}

#[test]
fn a_card_is_valid_whatever_the_names_and_texts() {
    let long = "é".repeat(101);
    let exact = "é".repeat(100);
    for (text, shown) in
        [(&long, ["é".repeat(99), "…".to_owned()].concat()), (&exact, exact.clone())]
    {
        let lines =
            format!("[server]\nname = \"n\"\ntitle = \"{text}\"\ndescription = \"{text}\"\n");
        let card = card_of(&lines, "demo", "https://demo.example");
        assert_eq!((&card["title"], &card["description"]), (&json!(shown), &json!(shown)));
    }
    let least = "[server]\nname = \"n\"\n[transport]\nsse = false\n";
    for (package, origin, name) in [
        ("demo", "http://localhost:8788", "localhost/demo"),
        ("demo", "http://127.0.0.1:8788", "1.0.0.127/demo"),
        ("demo", "http://[::1]:8788", "---1-/demo"),
        ("demo", "https://a_b$(id).example", "example.a-b--id-/demo"),
        ("d\u{e9}mo", "https://demo.example", "example.demo/d-mo"),
    ] {
        let card = card_of(least, package, origin);
        assert_eq!(card["name"], name);
        assert_eq!(card["remotes"].as_array().unwrap().len(), 1);
    }
    card_of(least, &"p".repeat(300), &format!("https://{}.example", "a.".repeat(120)));
}

#[test]
fn a_card_promises_the_revisions_that_the_server_lists() {
    let card = card_of(CONFIG, "demo", "https://demo.example");
    let discovered = modern(&visitor(), "server/discover", no_params()).result();
    assert_eq!(card["remotes"][0]["supportedProtocolVersions"], discovered["supportedVersions"]);
}
