//! Prompts and resources as a client meets them: through the registry, with JSON in and out.

use futures_util::FutureExt as _;
use serde::Serialize;
use serde_json::{Value, json};
use toolgate::prelude::*;
use toolgate::tool::registry;
use toolgate_core::mcp::{Group, Revision, Target};
use worker::wasm_bindgen::JsValue;

/// Greets somebody
#[mcp_prompt(allow = "everyone", title = "Greeting", icon = "https://example.com/icon.png")]
async fn greet(
    user: &Caller,
    /// Whom
    #[arg(complete = names)]
    name: String,
    /// How
    #[arg(complete = ["Formal", "friendly"])]
    tone: Option<String>,
    /// How often
    #[arg(name = "howOften", complete = counts)]
    times: Option<u8>,
) -> Result<Vec<Message>> {
    if name == "nobody" {
        return Err(Error::new("there is nobody to greet"));
    }
    let times = times.unwrap_or(1);
    let tone = tone.unwrap_or_default();
    Ok(vec![
        Message::user(format!("{} greets {name} {times} times {tone}", user.subject)),
        Message::assistant("Hello."),
    ])
}

async fn names(ctx: &Context, typed: &str) -> Result<Vec<String>> {
    if typed == "?" {
        return Err(Error::new("no such names"));
    }
    Ok(vec![format!("{typed}-{}", ctx.caller().subject)])
}

fn counts(typed: &str) -> Vec<&'static str> {
    if typed.is_empty() { vec!["1", "2"] } else { vec![] }
}

/// What everybody has to know
#[mcp_resource(allow = "everyone", uri = "docs://handbook", mime_type = "text/markdown")]
fn handbook() -> &'static str {
    "# Handbook"
}

#[derive(Serialize)]
struct Note {
    team: String,
    number: u32,
}

/// Notes of a team
#[mcp_resource(allow = "everyone", uri = "docs://{team}/notes/{number}", name = "team-notes")]
async fn notes(
    ctx: &Context,
    number: u32,
    #[arg(complete = typed_twice)] team: String,
) -> Result<Option<Json<Note>>> {
    if team == "broken" {
        return Err(Error::new("the disk is gone"));
    }
    assert_eq!(ctx.request_id(), "7");
    Ok((number < 10).then_some(Json(Note { team, number })))
}

async fn typed_twice(typed: &str) -> Vec<String> {
    vec![typed.repeat(2)]
}

/// A picture
#[mcp_resource(allow = "everyone", uri = "test://picture", mime_type = "image/webp")]
fn picture() -> Image {
    Image::from_bytes(b"hi", "image/png")
}

/// The result as JSON, or the error object.
fn run(target: Target, arguments: Value) -> Result<Value, Value> {
    let Value::Object(arguments) = arguments else { panic!("not an object: {arguments}") };
    let caller = Caller { subject: "ada".to_owned(), ..Caller::default() };
    let context = Context::new(caller, JsValue::UNDEFINED.into(), "7".to_owned());
    let registry = registry().expect("no clash");
    let outcome = registry.run(&target, &context, arguments, None).now_or_never();
    match outcome.expect("nothing to wait for") {
        Ok(result) => Ok(result.shape(Revision::V2026_07_28).result),
        Err(fault) => Err(fault.into_value()),
    }
}

fn resource(name: &str, uri: &str, arguments: Value) -> Result<Value, Value> {
    let infos = registry().expect("no clash").resource_infos();
    let resource = infos.iter().position(|info| info.name == name).expect("a resource");
    run(Target::Resource { resource, uri: uri.to_owned() }, arguments)
}

fn complete(argument: usize, value: &str) -> Result<Value, Value> {
    let value = value.to_owned();
    let completion = run(Target::PromptCompletion { prompt: 0, argument, value }, json!({}))?;
    Ok(completion["completion"]["values"].clone())
}

#[test]
fn what_the_author_wrote_is_what_clients_see() {
    let registry = registry().expect("no clash");
    let [prompt] = registry.prompt_infos() else { panic!("not one prompt") };
    assert_eq!((prompt.name, prompt.title), ("greet", Some("Greeting")));
    assert_eq!(prompt.description, Some("Greets somebody"));
    assert_eq!(prompt.icons[0].src, "https://example.com/icon.png");
    let arguments: Vec<_> =
        prompt.arguments.iter().map(|a| (a.name, a.description, a.required, a.completes)).collect();
    assert_eq!(
        arguments,
        [
            ("name", Some("Whom"), true, true),
            ("tone", Some("How"), false, true),
            ("howOften", Some("How often"), false, true),
        ]
    );
    let names: Vec<_> = registry.resource_infos().iter().map(|info| info.name).collect();
    assert_eq!(names, ["handbook", "picture", "team-notes"]);
    let notes = registry.resource_infos()[2];
    let variables: Vec<_> = notes.variables.iter().map(|v| (v.name, v.completes)).collect();
    assert_eq!(variables, [("team", true), ("number", false)]);
}

#[test]
fn a_prompt_is_filled_with_its_arguments() {
    let prompt = run(Target::Prompt(0), json!({ "name": "Bob", "howOften": "3" }));
    let messages = json!([
        { "role": "user", "content": { "type": "text", "text": "ada greets Bob 3 times " } },
        { "role": "assistant", "content": { "type": "text", "text": "Hello." } },
    ]);
    assert_eq!(prompt.expect("a prompt")["messages"], messages);
}

#[test]
fn wrong_arguments_of_a_prompt_are_an_error_of_the_request() {
    let error = run(Target::Prompt(0), json!({ "howOften": "often", "x": "1" })).unwrap_err();
    assert_eq!(error["code"], -32602);
    assert_eq!(
        error["message"],
        "Invalid params\n\
         - name: is required\n\
         - howOften: must be a whole number, not text\n\
         - x: unknown argument; this prompt takes name, tone, howOften"
    );
}

#[test]
fn an_error_of_a_prompt_is_its_message() {
    let error = run(Target::Prompt(0), json!({ "name": "nobody" })).unwrap_err();
    assert_eq!(error, json!({ "code": -32603, "message": "there is nobody to greet" }));
}

#[test]
fn arguments_are_completed_by_lists_and_functions() {
    assert_eq!(complete(0, "B"), Ok(json!(["B-ada"])));
    assert_eq!(complete(0, "?").unwrap_err()["message"], "no such names");
    assert_eq!(complete(1, "f"), Ok(json!(["Formal", "friendly"])));
    assert_eq!(complete(1, "fr"), Ok(json!(["friendly"])));
    assert_eq!(complete(2, ""), Ok(json!(["1", "2"])));
    // By the order of the template, which is not that of the parameters.
    let target = Target::ResourceCompletion { resource: 2, variable: 0, value: "ab".to_owned() };
    let completion = run(target, json!({})).expect("values");
    assert_eq!(completion["completion"]["values"], json!(["abab"]));
}

#[test]
fn a_resource_has_its_uri_and_media_type() {
    let text =
        json!([{ "uri": "docs://handbook", "mimeType": "text/markdown", "text": "# Handbook" }]);
    let read = resource("handbook", "docs://handbook", json!({})).expect("contents");
    assert_eq!(read["contents"], text);
    let read = resource("picture", "test://picture", json!({})).expect("contents");
    let blob = json!([{ "uri": "test://picture", "mimeType": "image/png", "blob": "aGk=" }]);
    assert_eq!(read["contents"], blob);
}

#[test]
fn a_template_is_read_with_its_variables() {
    let uri = "docs://red/notes/4";
    let read = resource("team-notes", uri, json!({ "team": "red", "number": "4" }));
    let content = &read.expect("contents")["contents"][0];
    assert_eq!(content["uri"], uri);
    assert_eq!(content["mimeType"], "application/json");
    assert_eq!(content["text"], r#"{"team":"red","number":4}"#);
}

#[test]
fn where_there_is_nothing_the_answer_says_so() {
    // `None`, and a variable that is not a number.
    for number in ["10", "four"] {
        let uri = format!("docs://red/notes/{number}");
        let arguments = json!({ "team": "red", "number": number });
        let error = resource("team-notes", &uri, arguments).unwrap_err();
        assert_eq!(error["message"], "Resource not found");
        assert_eq!(error["data"]["uri"], uri);
    }
    let arguments = json!({ "team": "broken", "number": "1" });
    let error = resource("team-notes", "docs://broken/notes/1", arguments).unwrap_err();
    assert_eq!(error, json!({ "code": -32603, "message": "the disk is gone" }));
}

#[test]
fn what_depends_on_the_caller_is_not_for_others() {
    let registry = registry().expect("no clash");
    let caller = Caller::default();
    let context = Context::new(caller, JsValue::UNDEFINED.into(), "7".to_owned());
    let is_public = |name: &str, arguments: Value| {
        let infos = registry.resource_infos();
        let resource = infos.iter().position(|info| info.name == name).expect("a resource");
        let target = Target::Resource { resource, uri: "x://y".to_owned() };
        let arguments = arguments.as_object().expect("an object").clone();
        let outcome = registry.run(&target, &context, arguments, None).now_or_never();
        let result = outcome.expect("nothing to wait for").expect("contents");
        result.shape(Revision::V2026_07_28).cacheable
    };
    assert_eq!(is_public("handbook", json!({})), Some(true));
    assert_eq!(is_public("team-notes", json!({ "team": "red", "number": "4" })), Some(false));
}

#[test]
fn what_the_functions_need_is_known() {
    let registry = registry().expect("no clash");
    let groups: Vec<_> = registry.families().iter().map(|family| family.group()).collect();
    assert!(groups.contains(&Group::Prompts), "{groups:?}");
    assert!(groups.contains(&Group::Resources), "{groups:?}");
    assert!(groups.contains(&Group::Completions), "{groups:?}");
    assert!(!groups.contains(&Group::Tasks), "{groups:?}");
    assert!(!registry.interactive());
}
