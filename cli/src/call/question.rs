//! Questions of a tool (elicitation), asked on the terminal.

use std::io::{BufRead, IsTerminal, stderr, stdin};

use serde_json::{Map, Value, json};

use super::arguments::{is_yes_or_no, value_of};
use super::failure::{Failure, Result};
use crate::{Doing, Error, terminal};

/// True if there is somebody to ask.
pub(super) fn can_ask() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// The result of one request of the server for input.
pub(super) fn answer(method: &str, params: &Value) -> Result<Value> {
    if method != "elicitation/create" {
        return Err(unanswerable(&format!("it asks for `{method}`, which this client has not")));
    }
    if params["mode"] == "url" {
        return Err(unanswerable("it asks to open an address, which this client does not do"));
    }
    if !can_ask() {
        return Err(unanswerable("it asks a question, and nobody is at a terminal"));
    }
    terminal::note(params["message"].as_str().unwrap_or_default());
    form(&params["requestedSchema"])
}

fn unanswerable(why: &str) -> Failure {
    Failure::refused(
        Error::new(format!("the tool cannot go on: {why}"))
            .help("run it on a terminal, or in a client that can do that"),
    )
}

/// Asks field by field; an empty line leaves one out, the end of the input cancels.
fn form(schema: &Value) -> Result<Value> {
    let none = Map::new();
    let fields = schema["properties"].as_object().unwrap_or(&none);
    let required: Vec<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut content = Map::new();
    for (name, field) in fields {
        let needed = required.contains(&name.as_str());
        match ask(name, field, schema, needed)? {
            Asked::Value(value) => drop(content.insert(name.clone(), value)),
            Asked::Nothing => {}
            Asked::Cancelled => return Ok(json!({"action": "cancel"})),
        }
    }
    Ok(json!({"action": "accept", "content": content}))
}

enum Asked {
    Value(Value),
    Nothing,
    Cancelled,
}

fn ask(name: &str, field: &Value, root: &Value, needed: bool) -> Result<Asked> {
    loop {
        let title = field["title"].as_str().unwrap_or(name);
        let about = field["description"].as_str().map(|text| format!(" ({text})"));
        let default = field.get("default").map(|value| format!(" [{}]", shown(value)));
        let (about, default) = (about.unwrap_or_default(), default.unwrap_or_default());
        terminal::ask(&format!("{title}{about}{default}: "))?;
        let mut line = String::new();
        if stdin().lock().read_line(&mut line).doing(|| "read the terminal".to_owned())? == 0 {
            return Ok(Asked::Cancelled);
        }
        match (line.trim_end_matches(['\r', '\n']), field.get("default")) {
            ("", Some(default)) => return Ok(Asked::Value(default.clone())),
            ("", None) if !needed => return Ok(Asked::Nothing),
            ("", None) => terminal::note("an answer is needed; Ctrl-D cancels"),
            (text, _) => match typed(name, text, field, root) {
                Ok(value) => return Ok(Asked::Value(value)),
                Err(why) => terminal::note(&why),
            },
        }
    }
}

/// Value of what somebody types at a terminal: a yes/no question is answered as everywhere.
fn typed(
    name: &str,
    text: &str,
    field: &Value,
    root: &Value,
) -> std::result::Result<Value, String> {
    if is_yes_or_no(field, root) {
        match text.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => return Ok(Value::Bool(true)),
            "n" | "no" => return Ok(Value::Bool(false)),
            _ => {}
        }
    }
    value_of(name, text, field, root)
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_or_no_question_takes_y_and_a_text_keeps_it() {
        let yes_or_no = json!({"type": "boolean"});
        for (text, expected) in
            [("y", true), ("Yes", true), ("n", false), ("NO", false), ("true", true), (" y ", true)]
        {
            assert_eq!(typed("go", text, &yes_or_no, &yes_or_no), Ok(Value::Bool(expected)));
        }
        let error = typed("go", "perhaps", &yes_or_no, &yes_or_no).expect_err("it is neither");
        assert!(error.contains("true or false"), "{error}");
        let text = json!({"type": "string"});
        assert_eq!(typed("name", "y", &text, &text), Ok(json!("y")));
    }
}
