//! Lists of more than one page.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::tool::ToolInfo;
use toolgate_policy::Caller;

use crate::schema::assert_valid;
use crate::support::{
    CONFIG, MODERN, REVISIONS, TOOLS, config, designer, full, request_of, send_to, visitor,
};

/// One page of a list.
fn page(
    caller: &Caller,
    tools: &[ToolInfo],
    (page_size, revision, method): (u32, &str, &str),
    cursor: Option<&Value>,
) -> Value {
    let (config, log) = (config(CONFIG), Log::default());
    let mut server = full(&config, &log);
    (server.page_size, server.tools) = (page_size, tools);
    let params = cursor.map_or_else(|| json!({}), |cursor| json!({ "cursor": cursor }));
    send_to(&server, caller, &request_of(revision, method, params)).json()
}

/// The names of each page.
fn pages(caller: &Caller, page_size: u32, revision: &str, method: &str) -> Vec<Vec<String>> {
    let key = match method {
        "resources/templates/list" => "resourceTemplates",
        method => method.split('/').next().unwrap(),
    };
    let mut pages = Vec::new();
    let mut cursor = None;
    loop {
        let answer = page(caller, &TOOLS, (page_size, revision, method), cursor.as_ref());
        let result = &answer["result"];
        let names = result[key].as_array().expect("a list").iter();
        pages.push(names.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect());
        cursor = result.get("nextCursor").cloned();
        if cursor.is_none() {
            return pages;
        }
    }
}

#[test]
fn pages_are_as_long_as_configured_and_together_the_whole() {
    for revision in REVISIONS {
        for (method, all) in [
            ("tools/list", 5),
            ("prompts/list", 3),
            ("resources/list", 3),
            ("resources/templates/list", 3),
        ] {
            let whole = pages(&designer(), 50, revision, method);
            assert_eq!((whole.len(), whole[0].len()), (1, all));
            for page_size in 1..=6 {
                let pages = pages(&designer(), page_size, revision, method);
                let room = usize::try_from(page_size).unwrap();
                assert_eq!(pages.len(), all.div_ceil(room), "no page is empty");
                assert!(pages.iter().rev().skip(1).all(|page| page.len() == room));
                assert_eq!(pages.concat(), whole[0]);
            }
        }
    }
}

#[test]
fn what_a_caller_may_not_see_takes_no_room() {
    let pages = pages(&visitor(), 2, MODERN, "tools/list");
    assert_eq!(pages, [vec!["add", "count"], vec!["report", "speak"]]);
}

#[test]
fn every_page_is_valid_and_says_the_same_of_its_scope() {
    let mut cursor = None;
    for length in [3, 2] {
        let answer = page(&designer(), &TOOLS, (3, MODERN, "tools/list"), cursor.as_ref());
        assert_valid(MODERN, "ListToolsResult", &answer["result"]);
        assert_eq!(answer["result"]["cacheScope"], "private");
        assert_eq!(answer["result"]["tools"].as_array().map(Vec::len), Some(length));
        cursor = answer["result"].get("nextCursor").cloned();
    }
    assert_eq!(cursor, None);
}

#[test]
fn a_cursor_outlives_the_entry_it_names() {
    let first = page(&designer(), &TOOLS, (2, MODERN, "tools/list"), None);
    let cursor = &first["result"]["nextCursor"];
    let left: Vec<_> = TOOLS.into_iter().filter(|tool| tool.name != "count").collect();
    let next = page(&designer(), &left, (2, MODERN, "tools/list"), Some(cursor));
    assert_eq!(next["result"]["tools"][0]["name"], "generateImage");
}

#[test]
fn an_empty_cursor_is_the_first_page() {
    for revision in REVISIONS {
        for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            let first = page(&designer(), &TOOLS, (2, revision, method), None);
            let empty = page(&designer(), &TOOLS, (2, revision, method), Some(&json!("")));
            assert_eq!(empty, first, "{method}");
        }
    }
}

#[test]
fn cursors_that_were_never_given_out_are_invalid() {
    let of_tools = page(&designer(), &TOOLS, (1, MODERN, "tools/list"), None);
    let of_tools = of_tools["result"]["nextCursor"].clone();
    for revision in REVISIONS {
        for cursor in [
            json!("x"),
            json!("add"),
            json!("YWRk"),
            json!("dG9vbHM"),
            json!("====="),
            json!("_-8"),
            json!(1),
            json!(["x"]),
            json!(true),
        ] {
            let answer = page(&designer(), &TOOLS, (1, revision, "tools/list"), Some(&cursor));
            assert_eq!(answer["error"]["code"], -32602, "{cursor}");
        }
        // Nor is one of another list.
        let answer = page(&designer(), &TOOLS, (1, revision, "prompts/list"), Some(&of_tools));
        assert_eq!(answer["error"]["code"], -32602);
        let answer = page(&designer(), &TOOLS, (1, revision, "tools/list"), Some(&of_tools));
        assert_eq!(answer["result"]["tools"][0]["name"], "count");
    }
}

#[test]
fn a_page_of_nothing_holds_one_entry() {
    assert_eq!(pages(&designer(), 0, MODERN, "prompts/list").len(), 3);
}
