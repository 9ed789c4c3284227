use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use toolgate_core::mcp::content::Content;

use super::*;
use crate::tool::parameter::{json, plain};

#[derive(Debug, Deserialize, JsonSchema)]
struct Filter {
    #[expect(dead_code, reason = "only its reading is looked at")]
    tags: Vec<String>,
}

fn arguments(value: Value) -> Arguments {
    match value {
        Value::Object(map) => Arguments::new(map),
        other => panic!("not an object: {other}"),
    }
}

fn refusal(arguments: Arguments) -> String {
    let result = arguments.refusal();
    assert!(result.is_error);
    match &result.content[..] {
        [Content::Text(text)] => text.clone(),
        other => panic!("not one text block: {other:?}"),
    }
}

#[test]
fn arguments_of_the_right_types_are_accepted() {
    let mut given = arguments(json!({ "a": 1, "b": [2.5], "c": null, "d": "x" }));
    assert_eq!(given.required("a", plain::<f64>), Some(1.0));
    assert_eq!(given.required("b", plain::<Vec<f64>>), Some(vec![2.5]));
    assert_eq!(given.optional("c", plain::<bool>), Some(None));
    assert_eq!(given.optional("d", plain::<String>), Some(Some("x".to_owned())));
    assert_eq!(given.defaulted("e", plain::<u8>, || 4), Some(4));
    assert!(given.accepted());
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let mut given = arguments(json!({
        "b": "x", "list": [1, "2", null], "steps": 12, "filter": { "tags": ["x", 1] }, "colour": 1,
    }));
    assert_eq!(given.required("a", plain::<f64>), None);
    assert_eq!(given.required("b", plain::<f64>), None);
    assert_eq!(given.required("list", plain::<Vec<u8>>), None);
    let steps = given.defaulted("steps", plain::<u8>, || 4);
    given.check("steps", &steps, |steps| (4..=8).contains(steps), "must be between 4 and 8");
    assert!(given.required("filter", json::<Filter>).is_none());
    assert!(!given.accepted());
    assert_eq!(
        refusal(given),
        "invalid arguments\n\
         - a: is required\n\
         - b: must be a number, not text\n\
         - list[1]: must be a whole number, not text\n\
         - list[2]: must be a whole number, not null\n\
         - steps: must be between 4 and 8\n\
         - filter.tags[1]: invalid type: integer `1`, expected a string\n\
         - colour: unknown argument; this tool takes a, b, list, steps, filter"
    );
}

#[test]
fn a_tool_without_parameters_says_so() {
    let mut given = arguments(json!({ "x": 1 }));
    assert!(!given.accepted());
    assert_eq!(refusal(given), "invalid arguments\n- x: unknown argument; this tool takes none");
}

#[test]
fn a_prompt_answers_with_invalid_params() {
    let Value::Object(map) = json!({ "x": "1" }) else { unreachable!() };
    let mut given = Arguments::of("prompt", map);
    assert_eq!(given.required("style", plain::<String>), None);
    assert!(!given.accepted());
    let fault = given.invalid_params().expect_err("a fault");
    let text = fault.response(None);
    assert!(text.contains("-32602"), "{text}");
    assert!(text.contains("style: is required"), "{text}");
    assert!(text.contains("x: unknown argument; this prompt takes style"), "{text}");
}

#[test]
fn a_flood_of_unknown_arguments_gets_a_short_answer() {
    let flood = (0..1000).map(|n| (format!("{n:0100}"), Value::Null)).collect();
    let mut given = Arguments::new(flood);
    assert!(!given.accepted());
    let text = refusal(given);
    assert!(text.ends_with("\n- and 980 more"), "{text}");
    assert!(text.len() < 4096, "{}", text.len());
}

#[test]
fn a_flood_is_counted_and_not_written_down() {
    let flood = (0..99_000).map(|n| (format!("a{n}"), Value::Null)).collect();
    let mut given = Arguments::new(flood);
    let known: &[&str] = &["one", "two"];
    for name in known {
        let _ = given.optional(name, plain::<f64>);
    }
    assert!(!given.accepted());
    assert_eq!(given.report.violations.len(), MOST_LISTED);
    assert!(refusal(given).ends_with("\n- and 98980 more"));

    let mut given = arguments(json!({ "list": vec!["x"; 100_000] }));
    assert_eq!(given.required("list", plain::<Vec<u8>>), None);
    assert!(!given.accepted());
    assert_eq!(given.report.violations.len(), MOST_LISTED);
    assert!(refusal(given).ends_with("\n- and 99980 more"));
}

#[test]
fn an_answer_repeats_only_the_beginning_of_what_it_was_given() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is looked at")]
    struct Strict {
        kind: Kind,
    }
    #[derive(Debug, Deserialize, JsonSchema)]
    enum Kind {
        One,
    }
    let long = "x".repeat(1_000_000);
    for value in [json!({ "kind": long }), json!({ &*long: 1 }), json!(long)] {
        let mut given = arguments(json!({ "strict": value, "plain": 1 }));
        assert!(given.required("strict", json::<Strict>).is_none());
        assert!(!given.accepted());
        let text = refusal(given);
        assert!(text.len() < 1024, "{}", text.len());
    }
}

#[test]
fn arguments_that_a_policy_refuses_are_checked_and_never_accepted() {
    let refused = |value| arguments(value).refused_with(Some("`a` is not allowed".to_owned()));
    let mut given = refused(json!({ "a": 1 }));
    assert_eq!(given.required("a", plain::<u8>), Some(1));
    assert!(!given.accepted());
    assert_eq!(refusal(given), "`a` is not allowed");
    let mut given = refused(json!({ "a": "x" }));
    assert_eq!(given.required("a", plain::<u8>), None);
    assert!(!given.accepted());
    let text = refusal(given);
    assert_eq!(text, "invalid arguments\n- a: must be a whole number, not text");
}

#[test]
fn a_value_that_is_not_there_passes_every_check() {
    let mut given = arguments(json!({}));
    given.check("a", &None::<u8>, |_| false, "never");
    assert!(given.accepted());
}
