//! The tools of a server, as this account sees them.

use serde_json::{Map, Value};

use super::arguments::describe;

/// Each tool with what it does and its arguments, those in brackets being optional.
pub(super) fn text(tools: &[Value]) -> String {
    if tools.is_empty() {
        return "no tools for this account".to_owned();
    }
    tools.iter().map(tool).collect::<Vec<_>>().join("\n\n")
}

fn tool(tool: &Value) -> String {
    let none = Map::new();
    let schema = &tool["inputSchema"];
    let properties = schema["properties"].as_object().unwrap_or(&none);
    let is_required = |name: &str| {
        schema["required"].as_array().is_some_and(|all| all.iter().any(|other| other == name))
    };
    let mut lines = vec![name_of(tool).to_owned()];
    for name in properties.keys() {
        let word =
            if is_required(name) { format!(" {name}=…") } else { format!(" [{name}=…]") };
        lines[0].push_str(&word);
    }
    let about = tool["description"].as_str().or(tool["title"].as_str()).unwrap_or_default();
    lines.extend(
        about.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("    {line}")),
    );
    let described = properties.iter().map(|(name, field)| describe(name, field, schema));
    lines.extend(described.map(|line| format!("    - {line}")));
    lines.join("\n")
}

pub(super) fn name_of(tool: &Value) -> &str {
    tool["name"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tool_is_listed_with_what_it_takes() {
        let tools = [json!({
            "name": "add",
            "description": "Adds two numbers",
            "inputSchema": {
                "properties": {
                    "a": {"type": "integer", "description": "The first"},
                    "b": {"type": "integer"},
                },
                "required": ["a"],
            },
        })];
        let expected = "add a=… [b=…]\n    Adds two numbers\n    - a (a whole number): The first\n    - b (a whole number)";
        assert_eq!(text(&tools), expected);
    }
}
