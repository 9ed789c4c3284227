//! The functions of a server, as JSON for `cargo toolgate`: only the compiled crate knows its functions.

use std::path::Path;

use serde_json::{Map, Value, json};
use toolgate_config::IdentityUpstream;
use toolgate_core::mcp::icon::Icon;
use toolgate_core::mcp::tool::{Schema, TaskSupport};

use super::charging;
use super::check::check;
use super::connecting;
use super::def::{Def, PromptDef, ResourceDef, ToolDef};
use super::registry::registry;
use crate::ports::app::App;

/// Raised when `cargo toolgate` could misread what is written here.
const VERSION: u32 = 1;

/// The variable by which `cargo toolgate` names the file that it wants.
const FILE: &str = "TOOLGATE_REGISTRY";

/// Writes the file that `TOOLGATE_REGISTRY` names, if it names one.
/// With the functions of triggers, and what is wrong with them.
pub(crate) fn export(app: &App, triggers: Value, problems: Vec<String>) -> std::io::Result<()> {
    let mut described = describe(app);
    described["triggers"] = triggers;
    if let Some(all) = described["problems"].as_array_mut() {
        all.extend(problems.into_iter().map(Value::from));
    }
    let text = described.to_string();
    match std::env::var_os(FILE) {
        Some(path) => std::fs::write(Path::new(&path), text),
        None => Ok(()),
    }
}

/// Everything, or only what is wrong where functions cannot be told apart.
fn describe(app: &App) -> Value {
    let problems = check(app);
    let Ok(registry) = registry() else {
        return json!({ "version": VERSION, "problems": problems });
    };
    json!({
        "version": VERSION,
        "problems": problems,
        "tools": registry.tools().iter().map(|def| tool(app, def)).collect::<Value>(),
        "prompts": registry.prompts().iter().map(|def| prompt(def)).collect::<Value>(),
        "resources": registry.resources().iter().map(|def| resource(def)).collect::<Value>(),
        "routes": super::route::described(),
    })
}

fn tool(app: &App, def: &'static ToolDef) -> Value {
    let info = &def.info;
    let input_schema = match info.input_schema {
        // Text that is no JSON is among the problems.
        Schema::Static(text) => toolgate_core::json::from_str(text).unwrap_or_default(),
        Schema::Build(build) => build(),
    };
    let task = match info.task {
        TaskSupport::Forbidden => None,
        TaskSupport::Optional => Some("optional"),
        TaskSupport::Required => Some("required"),
    };
    let calls = app.config.identity.upstream.as_ref().filter(|_| def.needs.acts_as_caller());
    let hosts = |calls: &IdentityUpstream| calls.hosts.iter().map(|host| &**host).collect();
    let mut members = common(def);
    members.extend(present([
        ("title", info.title.map(Value::from)),
        ("description", info.description.map(Value::from)),
        ("icons", icons(info.icons)),
        ("as_caller", calls.map(hosts)),
        ("connections", connections(info.name)),
        ("quota", charging::quota_of(info.name).map(Value::from)),
        ("input_schema", Some(input_schema)),
        ("output_schema", info.output_schema.map(|build| build())),
        ("read_only", info.annotations.read_only.map(Value::from)),
        ("destructive", info.annotations.destructive.map(Value::from)),
        ("idempotent", info.annotations.idempotent.map(Value::from)),
        ("open_world", info.annotations.open_world.map(Value::from)),
        ("task", task.map(Value::from)),
    ]));
    Value::Object(members)
}

fn connections(tool: &str) -> Option<Value> {
    let names = connecting::connections_of(tool);
    (!names.is_empty()).then(|| Value::from(names.to_vec()))
}

fn prompt(def: &'static PromptDef) -> Value {
    let info = &def.info;
    let arguments = info.arguments.iter().map(|argument| {
        json!({
            "name": argument.name,
            "description": argument.description,
            "required": argument.required,
        })
    });
    let mut members = common(def);
    members.extend(present([
        ("title", info.title.map(Value::from)),
        ("description", info.description.map(Value::from)),
        ("icons", icons(info.icons)),
        ("arguments", Some(arguments.collect())),
    ]));
    Value::Object(members)
}

fn resource(def: &'static ResourceDef) -> Value {
    let info = &def.info;
    let audience: Vec<_> = info.audience.iter().map(|role| role.as_str()).collect();
    let mut members = common(def);
    members.extend(present([
        ("uri", Some(Value::from(info.uri))),
        ("title", info.title.map(Value::from)),
        ("description", info.description.map(Value::from)),
        ("icons", icons(info.icons)),
        ("mime_type", info.mime_type.map(Value::from)),
        ("audience", (!audience.is_empty()).then(|| Value::from(audience))),
        ("priority", info.priority.map(Value::from)),
    ]));
    Value::Object(members)
}

fn common(def: &'static dyn Def) -> Map<String, Value> {
    let members = [("name", def.name()), ("policy", def.policy()), ("location", def.location())];
    members.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

fn present<const N: usize>(
    members: [(&str, Option<Value>); N],
) -> impl Iterator<Item = (String, Value)> {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

fn icons(icons: &[Icon]) -> Option<Value> {
    let addresses = icons.iter().map(|icon| icon.src);
    (!icons.is_empty()).then(|| addresses.collect())
}

#[cfg(test)]
mod tests {
    use toolgate_core::mcp::outcome::CallResult;
    use toolgate_core::mcp::prompt::{PromptArgument, PromptInfo};
    use toolgate_core::mcp::resource::ResourceInfo;
    use toolgate_core::mcp::tool::{Annotations, ToolInfo};
    use toolgate_core::mcp::{Fault, INTERNAL_ERROR};

    use super::*;
    use crate::tool::{Needs, ToolResult};

    const NOTHING: Needs = Needs { interactive: false, families: &[], features: &[], named: &[] };

    async fn never() -> CallResult {
        Err(Fault::new(INTERNAL_ERROR, "not called"))
    }

    static DRAW: ToolDef = ToolDef {
        info: ToolInfo {
            name: "draw",
            title: Some("Draw"),
            description: None,
            input_schema: Schema::Static(r#"{"type":"object"}"#),
            output_schema: Some(|| json!({ "type": "string" })),
            annotations: Annotations {
                read_only: None,
                destructive: Some(false),
                idempotent: None,
                open_world: None,
            },
            policy: "artists",
            icons: &[],
            headers: &[],
            task: TaskSupport::Required,
        },
        call: |_, _| Box::pin(async { ToolResult::default() }),
        needs: NOTHING,
        location: "src/lib.rs:1",
    };

    static REVIEW: PromptDef = PromptDef {
        info: PromptInfo {
            name: "review",
            title: None,
            description: Some("Reviews"),
            arguments: &[PromptArgument {
                name: "style",
                description: None,
                required: true,
                completes: false,
            }],
            icons: &[],
            policy: "everyone",
        },
        call: |_, _| Box::pin(never()),
        complete: &[],
        needs: NOTHING,
        location: "src/lib.rs:2",
    };

    static RULES: ResourceDef = ResourceDef {
        info: ResourceInfo {
            uri: "docs://rules",
            name: "rules",
            title: None,
            description: None,
            mime_type: Some("text/markdown"),
            variables: &[],
            icons: &[],
            audience: &[],
            priority: Some(0.5),
            policy: "everyone",
        },
        call: |_, _, _| Box::pin(never()),
        complete: &[],
        needs: NOTHING,
        location: "src/lib.rs:3",
    };

    #[test]
    fn a_tool_says_its_policy_its_schemas_and_only_the_hints_it_gives() {
        let expected = json!({
            "name": "draw",
            "policy": "artists",
            "location": "src/lib.rs:1",
            "title": "Draw",
            "input_schema": { "type": "object" },
            "output_schema": { "type": "string" },
            "destructive": false,
            "task": "required",
        });
        assert_eq!(tool(crate::auth::vault::recorded_tests::server().app, &DRAW), expected);
    }

    #[test]
    fn a_prompt_says_its_arguments() {
        let expected = json!({
            "name": "review",
            "policy": "everyone",
            "location": "src/lib.rs:2",
            "description": "Reviews",
            "arguments": [{ "name": "style", "description": null, "required": true }],
        });
        assert_eq!(prompt(&REVIEW), expected);
    }

    #[test]
    fn a_resource_says_where_it_is() {
        let expected = json!({
            "name": "rules",
            "policy": "everyone",
            "location": "src/lib.rs:3",
            "uri": "docs://rules",
            "mime_type": "text/markdown",
            "priority": 0.5,
        });
        assert_eq!(resource(&RULES), expected);
    }
}
