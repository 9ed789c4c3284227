//! `prompts/list` and `prompts/get`.

use serde_json::{Value, json};

use crate::schema::{assert_valid, error_response};
use crate::support::{MODERN, REVISIONS, ask_full, designer, no_params, visitor};

#[test]
fn prompts_are_listed_as_the_revision_can_carry() {
    for revision in REVISIONS {
        let answer = ask_full(&designer(), revision, "prompts/list", no_params());
        assert_valid(revision, "ListPromptsResult", &answer.result());
        let prompts = &answer.result()["prompts"];
        let names: Vec<_> = prompts.as_array().unwrap().iter().map(|p| &p["name"]).collect();
        assert_eq!(names, ["draw", "greet", "plain"]);
        let greet = &prompts[1];
        assert_eq!(greet.get("title").is_some(), revision >= "2025-06-18");
        assert_eq!(greet.get("icons").is_some(), revision >= "2025-11-25");
        assert_eq!(greet["description"], "Says hello");
        let arguments = json!([
            { "name": "name", "description": "Whom", "required": true }, { "name": "tone" },
        ]);
        assert_eq!(greet["arguments"], arguments);
        assert!(prompts[2].get("arguments").is_none());
        assert_eq!(answer.result().get("cacheScope").is_some(), revision == MODERN);
    }
}

#[test]
fn a_caller_sees_the_prompts_that_a_policy_allows() {
    for revision in REVISIONS {
        let result = ask_full(&visitor(), revision, "prompts/list", no_params()).result();
        let prompts = result["prompts"].as_array().unwrap();
        assert_eq!(prompts.len(), 2);
        assert!(prompts.iter().all(|prompt| prompt["name"] != "draw"));
    }
}

#[test]
fn a_prompt_is_given_with_its_arguments() {
    for revision in REVISIONS {
        let params = json!({ "name": "greet", "arguments": { "name": "Ada", "other": "x" } });
        let result = ask_full(&visitor(), revision, "prompts/get", params).result();
        assert_valid(revision, "GetPromptResult", &result);
        let message =
            json!({ "role": "user", "content": { "type": "text", "text": "Hello, Ada!" } });
        assert_eq!(result["messages"], json!([message]));
        assert_eq!(result["description"], "Says hello");
        let plain = ask_full(&visitor(), revision, "prompts/get", json!({ "name": "plain" }));
        assert_valid(revision, "GetPromptResult", &plain.result());
    }
}

#[test]
fn arguments_are_texts_and_those_required_are_there() {
    for revision in REVISIONS {
        for arguments in [
            Value::Null,
            json!({}),
            json!({ "tone": "kind" }),
            json!({ "name": 1 }),
            json!({ "name": null }),
            json!({ "name": "Ada", "other": 1 }),
            json!([]),
        ] {
            let params = json!({ "name": "greet", "arguments": arguments });
            let answer = ask_full(&visitor(), revision, "prompts/get", params);
            assert_eq!((answer.status, answer.error_code()), (200, -32602), "{arguments}");
            assert_valid(revision, error_response(revision), &answer.json());
        }
    }
}

#[test]
fn denied_and_unknown_prompts_are_told_apart_by_nobody() {
    for revision in REVISIONS {
        // Also when the arguments would not do.
        for arguments in [json!({}), json!({ "subject": "a cat" }), json!({ "subject": 1 })] {
            for name in ["draw", "nothing", "Greet", ""] {
                let params = json!({ "name": name, "arguments": arguments });
                let answer = ask_full(&visitor(), revision, "prompts/get", params);
                assert_eq!((answer.status, answer.error_code()), (200, -32602));
                let message = format!("Unknown prompt, or not allowed for this account: {name}");
                assert_eq!(answer.json()["error"]["message"], message);
            }
        }
        let params = json!({ "name": "draw", "arguments": { "subject": "a cat" } });
        assert!(ask_full(&designer(), revision, "prompts/get", params).result().is_object());
    }
}

#[test]
fn a_name_that_is_not_text_is_invalid() {
    for revision in REVISIONS {
        for params in [json!({}), json!({ "name": 1 }), json!({ "name": null })] {
            let answer = ask_full(&visitor(), revision, "prompts/get", params);
            assert_eq!(answer.error_code(), -32602);
        }
    }
}
