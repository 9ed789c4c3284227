//! Input schemas that APIs of model providers refuse.

use crate::registry::{Function, Registry};

/// Keywords that are refused at the root. Anthropic: "input_schema does not support oneOf, allOf, or
/// anyOf at the top level"; OpenAI: "schema must have type 'object' and not have
/// 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level".
const REFUSED: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// One line for each tool that clients of these APIs cannot use.
pub(crate) fn warnings(registry: &Registry) -> Vec<String> {
    registry.tools.iter().filter_map(warning).collect()
}

fn warning(tool: &Function) -> Option<String> {
    let schema = tool.input_schema.as_ref()?;
    let found: Vec<_> = REFUSED
        .iter()
        .filter(|keyword| schema.get(**keyword).is_some())
        .map(|keyword| format!("`{keyword}`"))
        .collect();
    (!found.is_empty()).then(|| {
        format!(
            "{}: warning: the input schema of tool `{}` has {} at its root, which Anthropic's Messages \
             API and OpenAI's function calling refuse: clients that hand it on lose the tool, or the \
             whole request\n  help: let the function check it, and say it in the descriptions of the \
             arguments",
            tool.location,
            tool.name,
            found.join(" and "),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn warned(schema: Value) -> String {
        let tool = Function {
            name: "contact".to_owned(),
            location: "src/lib.rs:7".to_owned(),
            input_schema: Some(schema),
            ..Function::default()
        };
        warnings(&Registry { tools: vec![tool], ..Registry::default() }).join("\n")
    }

    #[test]
    fn a_choice_at_the_root_is_warned_of_with_the_apis_that_refuse_it() {
        for keyword in REFUSED {
            let warning = warned(json!({ "type": "object", keyword: [{ "required": ["a"] }] }));
            assert!(warning.starts_with("src/lib.rs:7: warning: "), "{warning}");
            for part in ["`contact`", keyword, "Anthropic", "OpenAI", "help: "] {
                assert!(warning.contains(part), "{part} is missing in {warning}");
            }
        }
    }

    #[test]
    fn a_choice_inside_is_fine() {
        let inner = json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] });
        assert_eq!(warned(json!({ "type": "object", "properties": { "anyOf": inner } })), "");
        assert_eq!(warned(json!({ "type": "object", "not": { "required": ["a"] } })), "");
    }
}
