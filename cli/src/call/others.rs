//! Prompts, resources and completions.

use serde_json::{Map, Value, json};

use super::arguments;
use super::command_line::Arguments;
use super::connection::Call;
use super::failure::{Failure, Result};
use super::list::name_of;
use super::output;
use super::session::Session;
use crate::{Error, terminal};

/// Asks for the messages of a prompt.
pub(super) fn prompt(session: &mut Session<'_>, name: &str, arguments: &Arguments) -> Result<u8> {
    let known = session.prompts()?;
    let schema = known.iter().find(|prompt| name_of(prompt) == name).map(schema_of);
    let values = arguments::build(schema.as_ref(), &texts(arguments), Map::new())?;
    // Whatever was typed is text: a prompt takes nothing else.
    let values: Map<_, _> = values.into_iter().map(|(key, value)| (key, as_text(value))).collect();
    let result = ask(session, "prompts/get", json!({"name": name, "arguments": values}))?;
    if arguments.json {
        terminal::json(&result)?;
        return Ok(0);
    }
    for message in result["messages"].as_array().into_iter().flatten() {
        terminal::line(&format!("{}:", message["role"].as_str().unwrap_or("?")))?;
        let content = json!({"content": [message["content"]]});
        output::content(&content, arguments.output.as_deref())?;
    }
    Ok(0)
}

/// Reads a resource. `{name}` of a template takes the argument of that name.
pub(super) fn resource(session: &mut Session<'_>, uri: &str, arguments: &Arguments) -> Result<u8> {
    let uri = expanded(uri, &variables(arguments)?)?;
    let result = ask(session, "resources/read", json!({"uri": uri}))?;
    if arguments.json {
        terminal::json(&result)?;
        return Ok(0);
    }
    let contents = result["contents"].as_array().into_iter().flatten();
    let blocks: Vec<_> =
        contents.map(|content| json!({"type": "resource", "resource": content})).collect();
    output::content(&json!({"content": blocks}), arguments.output.as_deref())?;
    Ok(0)
}

/// Asks for values that an argument of a prompt, or a variable of a template, may have.
pub(super) fn complete(
    session: &mut Session<'_>,
    typed: &str,
    arguments: &Arguments,
) -> Result<u8> {
    let Some((name, value)) = typed.split_once('=') else {
        return Err(Failure::usage(
            Error::new(format!("`{typed}` names no value"))
                .help("write `--complete NAME=BEGINNING`"),
        ));
    };
    let reference = match (&arguments.prompt, &arguments.resource) {
        (Some(prompt), _) => json!({"type": "ref/prompt", "name": prompt}),
        (None, Some(template)) => json!({"type": "ref/resource", "uri": template}),
        (None, None) => return Ok(2),
    };
    let params = json!({
        "ref": reference,
        "argument": {"name": name, "value": value},
        "context": {"arguments": variables(arguments)?},
    });
    let result = ask(session, "completion/complete", params)?;
    if arguments.json {
        terminal::json(&result)?;
        return Ok(0);
    }
    let completion = &result["completion"];
    for value in completion["values"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        terminal::line(value)?;
    }
    if completion["hasMore"] == true {
        terminal::note("there are more");
    }
    Ok(0)
}

fn ask(session: &mut Session<'_>, method: &str, params: Value) -> Result<Value> {
    let Value::Object(params) = params else { return Ok(Value::Null) };
    session.call(Call { method, params, headers: Vec::new() })
}

/// Without a tool the first word is an argument like the others.
fn texts(arguments: &Arguments) -> Vec<String> {
    arguments.tool.iter().chain(&arguments.arguments).cloned().collect()
}

fn variables(arguments: &Arguments) -> Result<Map<String, Value>> {
    let given = arguments::build(None, &texts(arguments), Map::new())?;
    Ok(given.into_iter().map(|(key, value)| (key, as_text(value))).collect())
}

fn as_text(value: Value) -> Value {
    match value {
        Value::String(_) => value,
        other => Value::String(other.to_string()),
    }
}

/// The JSON Schema of a prompt's arguments, all of which are strings.
fn schema_of(prompt: &Value) -> Value {
    let all = prompt["arguments"].as_array().into_iter().flatten();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for argument in all {
        let name = name_of(argument);
        let field = json!({"type": "string", "description": argument["description"]});
        properties.insert(name.to_owned(), field);
        if argument["required"] == true {
            required.push(name.to_owned());
        }
    }
    json!({"type": "object", "properties": properties, "required": required})
}

/// RFC 6570 level 1: `{name}` becomes the value, with everything but unreserved characters encoded.
fn expanded(template: &str, variables: &Map<String, Value>) -> Result<String> {
    let mut uri = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        let Some(value) = variables.get(name).and_then(Value::as_str) else {
            return Err(Failure::usage(
                Error::new(format!("`{{{name}}}` of the template has no value"))
                    .help(format!("write {name}=… behind it")),
            ));
        };
        uri.push_str(before);
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                uri.push_str(&format!("%{byte:02X}"));
            }
        }
        rest = behind;
    }
    Ok(uri + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_takes_its_values_encoded() {
        let variables = json!({"project": "a b", "file": "x/y"});
        let variables = variables.as_object().expect("an object");
        let expanded = |template| expanded(template, variables).map_err(|it| it.error.to_string());
        assert_eq!(expanded("repo://{project}/{file}").as_deref(), Ok("repo://a%20b/x%2Fy"));
        assert_eq!(expanded("docs://start").as_deref(), Ok("docs://start"));
        let error = expanded("repo://{owner}").expect_err("it has no value");
        assert!(error.contains("write owner=…"), "{error}");
    }

    #[test]
    fn what_a_prompt_needs_is_asked_for_by_its_name() {
        let prompt = json!({"name": "greet", "arguments": [{"name": "who", "required": true}]});
        let schema = schema_of(&prompt);
        let missing = arguments::build(Some(&schema), &[], Map::new()).expect_err("it is missing");
        assert!(missing.error.to_string().contains("| who (text)"), "{}", missing.error);
        let typed = ["who=42".to_owned()];
        let built = arguments::build(Some(&schema), &typed, Map::new()).expect("arguments");
        assert_eq!(Value::Object(built), json!({"who": "42"}));
    }
}
