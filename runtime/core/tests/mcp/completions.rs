//! `completion/complete`.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::prompt::PromptInfo;
use toolgate_core::mcp::resource::{ResourceInfo, ResourceVariable};
use toolgate_core::mcp::{Accepted, Server, Target, accept_http};

use crate::schema::{assert_valid, error_response};
use crate::support::{
    CONFIG, MODERN, NoVars, PROMPT_INFOS, RESOURCE_INFOS, REVISIONS, ask_full, call_of, config,
    designer, full, request_of, visitor,
};

fn prompt(prompt: &str, argument: &str) -> Value {
    let reference = json!({ "type": "ref/prompt", "name": prompt });
    json!({ "ref": reference, "argument": { "name": argument, "value": "x" } })
}

fn resource(uri: &str, variable: &str) -> Value {
    let reference = json!({ "type": "ref/resource", "uri": uri });
    json!({ "ref": reference, "argument": { "name": variable, "value": "x" } })
}

#[test]
fn at_most_a_hundred_values_are_given() {
    for revision in REVISIONS {
        for params in [prompt("greet", "name"), resource("test://template/{id}/data", "id")] {
            let result = ask_full(&visitor(), revision, "completion/complete", params).result();
            assert_valid(revision, "CompleteResult", &result);
            let completion = &result["completion"];
            assert_eq!(completion["values"].as_array().map(Vec::len), Some(100));
            assert_eq!(completion["values"][0], "x0");
            assert_eq!(completion["total"], 150);
            assert_eq!(completion["hasMore"], true);
        }
    }
}

#[test]
fn what_has_no_values_is_completed_with_none() {
    for revision in REVISIONS {
        for params in [prompt("greet", "tone"), resource("test://template/special-{id}/data", "id")]
        {
            let result = ask_full(&visitor(), revision, "completion/complete", params).result();
            assert_valid(revision, "CompleteResult", &result);
            let none = json!({ "values": [], "total": 0, "hasMore": false });
            assert_eq!(result["completion"], none);
        }
    }
}

#[test]
fn the_adapter_gets_what_was_typed_and_what_is_known() {
    let (config, log) = (config(CONFIG), Log::default());
    let server = full(&config, &log);
    let mut params = prompt("greet", "name");
    params["context"] = json!({ "arguments": { "tone": "kind" } });
    for revision in REVISIONS {
        let request = request_of(revision, "completion/complete", params.clone());
        let call = call_of(&server, &visitor(), &request);
        let value = "x".to_owned();
        assert_eq!(call.target, Target::PromptCompletion { prompt: 1, argument: 0, value });
        // The older revisions have no context.
        assert_eq!(call.arguments.len(), usize::from(revision >= "2025-06-18"));
    }
    let params = resource("test://template/{id}/data", "id");
    let call = call_of(&server, &visitor(), &request_of(MODERN, "completion/complete", params));
    let value = "x".to_owned();
    assert_eq!(call.target, Target::ResourceCompletion { resource: 0, variable: 0, value });
}

#[test]
fn what_others_have_is_completed_for_nobody() {
    for revision in REVISIONS {
        for (known, unknown) in [
            (prompt("draw", "subject"), prompt("nothing", "subject")),
            (resource("test://drawings/{id}", "id"), resource("test://nothing/{id}", "id")),
        ] {
            let answer = |params: &Value| {
                let answer = ask_full(&visitor(), revision, "completion/complete", params.clone());
                assert_eq!((answer.status, answer.error_code()), (200, -32602));
                let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
                message.split_once(": ").expect("a name").0.to_owned()
            };
            assert_eq!(answer(&known), answer(&unknown));
            let answer = ask_full(&designer(), revision, "completion/complete", known);
            assert_eq!(answer.result()["completion"]["total"], 150);
        }
    }
}

/// A policy on one argument, and the completion of another one.
#[test]
fn an_argument_that_is_known_decides_whether_others_are_completed() {
    let source = format!(
        "{CONFIG}\n[policies.kind]\nargs.tone = [\"kind\"]\n\
         [policies.own]\nargs.project = [\"public\"]\n"
    );
    let (config, log) = (config(&source), Log::default());
    let prompts = [PromptInfo { policy: "kind", ..PROMPT_INFOS[1] }];
    const VARIABLES: &[ResourceVariable] = &[
        ResourceVariable { name: "project", completes: true },
        ResourceVariable { name: "file", completes: true },
    ];
    let resources = [ResourceInfo {
        uri: "repo://{project}/{file}",
        policy: "own",
        variables: VARIABLES,
        ..RESOURCE_INFOS[0]
    }];
    let server = Server { prompts: &prompts, resources: &resources, ..full(&config, &log) };
    let completes = |revision, mut params: Value, known: Value| {
        params["context"] = json!({ "arguments": known });
        let request = request_of(revision, "completion/complete", params);
        match accept_http(&server, &visitor(), &NoVars, &request) {
            Accepted::Run(_) => true,
            Accepted::Done(response) => {
                let answer: Value = serde_json::from_slice(response.body()).unwrap();
                assert_eq!(answer["error"]["code"], -32602, "{answer}");
                false
            }
            other => panic!("{other:?}"),
        }
    };
    for revision in ["2025-06-18", "2025-11-25", MODERN] {
        for (params, other, right, wrong) in [
            (prompt("greet", "name"), "tone", "kind", "rude"),
            (resource("repo://{project}/{file}", "file"), "project", "public", "secret"),
        ] {
            let completes = |known| completes(revision, params.clone(), known);
            assert!(completes(json!({})), "what is not known yet is open");
            assert!(completes(json!({ other: right })));
            assert!(!completes(json!({ other: wrong })), "{revision} {params}");
        }
        // The one that is typed is open, whatever else is said of it.
        let typed = resource("repo://{project}/{file}", "project");
        assert!(completes(revision, typed, json!({ "project": "secret" })));
    }
}

#[test]
fn malformed_references_and_arguments_are_invalid() {
    for revision in REVISIONS {
        let good = prompt("greet", "name");
        let mut bad = vec![json!({}), prompt("greet", "nothing"), prompt("plain", "name")];
        bad.push(resource("test://static-text", "id"));
        bad.push(resource("test://template/{id}/data", "Id"));
        for (pointer, value) in [
            ("/ref", json!("greet")),
            ("/ref", Value::Null),
            ("/ref/type", json!("ref/tool")),
            ("/ref/type", Value::Null),
            ("/ref/name", json!(1)),
            ("/argument", Value::Null),
            ("/argument/name", json!(1)),
            ("/argument/value", json!(1)),
            ("/argument/value", Value::Null),
        ] {
            let mut params = good.clone();
            *params.pointer_mut(pointer).unwrap() = value;
            bad.push(params);
        }
        if revision >= "2025-06-18" {
            for arguments in [json!([]), json!({ "tone": 1 }), json!("tone")] {
                let mut params = good.clone();
                params["context"] = json!({ "arguments": arguments });
                bad.push(params);
            }
        }
        for params in bad {
            let answer = ask_full(&visitor(), revision, "completion/complete", params.clone());
            assert_eq!((answer.status, answer.error_code()), (200, -32602), "{params}");
            assert_valid(revision, error_response(revision), &answer.json());
        }
    }
}
