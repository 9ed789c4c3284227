//! Lists the tools, prompts and resources available to this account.

use serde_json::{Map, Value};

use super::arguments::describe;
use super::failure::Result;
use super::session::Session;

/// Lists of a server by their keys. Other kinds than tools are there where there are any.
pub(super) fn all(session: &mut Session<'_>) -> Result<Map<String, Value>> {
    let mut found = Map::new();
    found.insert("tools".to_owned(), session.tools()?.into());
    for (method, key) in [
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ] {
        let listed = session.listed(method, key)?;
        if !listed.is_empty() {
            found.insert(key.to_owned(), listed.into());
        }
    }
    Ok(found)
}

/// Each tool with what it does and its arguments, those in brackets being optional; then the rest.
pub(super) fn text(lists: &Map<String, Value>) -> String {
    let of = |key: &str| lists.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let tools = of("tools");
    let mut parts: Vec<_> = tools.iter().map(tool).collect();
    if tools.is_empty() {
        parts.push("no tools for this account".to_owned());
    }
    parts.extend(of("prompts").iter().map(prompt));
    parts.extend(of("resources").iter().map(|one| resource(one, "uri")));
    parts.extend(of("resourceTemplates").iter().map(|one| resource(one, "uriTemplate")));
    parts.join("\n\n")
}

fn prompt(prompt: &Value) -> String {
    let arguments: Vec<_> = prompt["arguments"].as_array().into_iter().flatten().collect();
    let mut head = format!("--prompt {}", name_of(prompt));
    for argument in &arguments {
        let name = name_of(argument);
        let word = if argument["required"] == true {
            format!(" {name}=…")
        } else {
            format!(" [{name}=…]")
        };
        head.push_str(&word);
    }
    let lines = arguments.iter().filter_map(|argument| {
        Some(format!("    - {}: {}", name_of(argument), argument["description"].as_str()?))
    });
    [vec![head], about(prompt), lines.collect()].concat().join("\n")
}

fn resource(resource: &Value, key: &str) -> String {
    let uri = resource[key].as_str().unwrap_or_default();
    let quote = if key == "uri" { "" } else { "'" };
    [vec![format!("--resource {quote}{uri}{quote}")], about(resource)].concat().join("\n")
}

fn about(one: &Value) -> Vec<String> {
    let about = one["description"].as_str().or(one["title"].as_str()).unwrap_or_default();
    about.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("    {line}")).collect()
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
    lines.extend(about(tool));
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
        let prompt = json!({"name": "review", "description": "Looks at it",
            "arguments": [{"name": "topic", "required": true}, {"name": "depth"}]});
        let template = json!({"uriTemplate": "repo://{file}", "description": "A file"});
        let lists = json!({"tools": tools, "prompts": [prompt], "resourceTemplates": [template]});
        let expected = format!(
            "{expected}\n\n--prompt review topic=… [depth=…]\n    Looks at it\n\n\
             --resource 'repo://{{file}}'\n    A file"
        );
        assert_eq!(text(lists.as_object().expect("an object")), expected);
    }
}
