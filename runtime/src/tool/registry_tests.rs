//! Tests of the registry.

use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::families::{LOGGING, PROMPTS};
use toolgate_core::mcp::tool::{Annotations, Schema, TaskSupport};

use super::*;
use crate::session::SESSIONS;

const fn tool(name: &'static str, location: &'static str, needs: Needs) -> ToolDef {
    ToolDef {
        info: ToolInfo {
            name,
            title: None,
            description: None,
            input_schema: Schema::Static("{}"),
            output_schema: None,
            annotations: Annotations {
                read_only: None,
                destructive: None,
                idempotent: None,
                open_world: None,
            },
            policy: "everyone",
            icons: &[],
            headers: &[],
            task: TaskSupport::Forbidden,
        },
        call: |_, _| Box::pin(async { ToolResult::default() }),
        needs,
        location,
    }
}

const fn resource(name: &'static str, uri: &'static str, location: &'static str) -> ResourceDef {
    ResourceDef {
        info: ResourceInfo {
            uri,
            name,
            title: None,
            description: None,
            mime_type: None,
            variables: &[],
            icons: &[],
            audience: &[],
            priority: None,
            policy: "everyone",
        },
        call: |_, _, _| refuse("not called"),
        complete: &[],
        needs: NOTHING,
        location,
    }
}

const fn prompt(name: &'static str) -> PromptDef {
    PromptDef {
        info: PromptInfo {
            name,
            title: None,
            description: None,
            arguments: &[],
            icons: &[],
            policy: "everyone",
        },
        call: |_, _| refuse("not called"),
        complete: &[],
        needs: OF_PROMPTS,
        location: "src/a.rs:20",
    }
}

const NOTHING: Needs = Needs { interactive: false, families: &[], features: &[], named: &[] };
const OF_PROMPTS: Needs =
    Needs { interactive: false, families: &[PROMPTS], features: &[], named: &[] };
const TALK: Needs =
    Needs { interactive: true, families: &[LOGGING], features: &[SESSIONS], named: &[] };

static ADD: ToolDef = tool("add", "src/a.rs:1", NOTHING);
static ADD_AGAIN: ToolDef = tool("add", "src/b.rs:2", NOTHING);
static SUB: ToolDef = tool("sub", "src/a.rs:9", TALK);
static ASK: ToolDef = tool("ask", "src/a.rs:12", TALK);
static HELLO: PromptDef = prompt("hello");
static HANDBOOK: ResourceDef = resource("handbook", "docs://handbook", "src/a.rs:30");
static MANUAL: ResourceDef = resource("manual", "docs://handbook", "src/a.rs:40");

#[test]
fn tools_are_sorted_by_name() {
    let registry = Registry::collect([&SUB, &ADD], [], []).expect("no clash");
    let names: Vec<_> = registry.infos().iter().map(|info| info.name).collect();
    assert_eq!(names, ["add", "sub"]);
}

#[test]
fn a_clash_names_both_places() {
    let clash = Registry::collect([&ADD_AGAIN, &SUB, &ADD], [], []).err();
    assert_eq!(
        clash.expect("a clash").to_string(),
        "two tools are named `add`: at src/a.rs:1 and at src/b.rs:2"
    );
}

#[test]
fn names_of_different_kinds_do_not_clash() {
    static ADD_PROMPT: PromptDef = prompt("add");
    assert!(Registry::collect([&ADD], [&ADD_PROMPT], []).is_ok());
}

#[test]
fn a_uri_is_of_one_resource() {
    let clash = Registry::collect([], [], [&MANUAL, &HANDBOOK]).err();
    assert_eq!(
        clash.expect("a clash").to_string(),
        "two resources have the URI `docs://handbook`: at src/a.rs:30 and at src/a.rs:40"
    );
}

#[test]
fn a_uri_with_escapes_is_the_same_one() {
    static ESCAPED: ResourceDef = resource("escaped", "docs://%68andbook", "src/a.rs:50");
    let clash = Registry::collect([], [], [&ESCAPED, &HANDBOOK]).err();
    assert!(clash.is_some_and(|clash| clash.to_string().contains("two resources have the URI")));
}

#[test]
fn what_the_functions_need_is_named_once() {
    let registry = Registry::collect([&SUB, &ASK, &ADD], [&HELLO], []).expect("no clash");
    assert!(registry.interactive());
    assert_eq!(registry.families().len(), 2);
    assert_eq!(registry.features().len(), 1);
    let plain = Registry::collect([&ADD], [], [&HANDBOOK]).expect("no clash");
    assert!(!plain.interactive());
    assert!(plain.families().is_empty() && plain.features().is_empty());
}
