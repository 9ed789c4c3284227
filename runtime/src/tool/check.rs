//! The checks of the test that `serve!()` adds: faults that only the whole program can show.

use serde_json::Value;
use toolgate_core::mcp::shared_uri;
use toolgate_core::mcp::tool::{ParamHeader, Schema, ToolInfo};

use super::argument_names;
use super::charging;
use super::connecting;
use super::def::ResourceDef;
use super::registry::{Registry, registry, unknown_policies};
#[cfg(not(target_arch = "wasm32"))]
use super::spellings;
use crate::ports::app::App;

/// The keyword of a property that is repeated in a header (MCP 2026-07-28).
const HEADER: &str = "x-mcp-header";

/// One line for everything that is wrong.
pub(crate) fn check(app: &App) -> Vec<String> {
    let registry = match registry() {
        Ok(registry) => registry,
        Err(clash) => return vec![clash.to_string()],
    };
    let mut faults = unknown_policies(registry, &app.config);
    faults.extend(input_schemas(registry));
    faults.extend(argument_names::missing(registry, &app.config));
    #[cfg(not(target_arch = "wasm32"))]
    faults.extend(spellings::ambiguous(registry, &app.config));
    faults.extend(overlaps(registry.resources()));
    faults.extend(nowhere_to_act(registry, app));
    faults.extend(super::route::check(&app.config));
    faults.extend(unknown_quotas(registry, app));
    faults.extend(unknown_connections(registry, app));
    faults
}

/// Tools that act as their caller, where `mcp.toml` names no host for it.
fn nowhere_to_act(registry: &Registry, app: &App) -> Vec<String> {
    if app.config.identity.upstream.is_some() {
        return Vec::new();
    }
    let tools = registry.tools().iter().filter(|tool| tool.needs.acts_as_caller());
    tools
        .map(|tool| {
            format!(
                "{}: tool `{}` acts as its caller, but mcp.toml names no host for that: add \
                 `[identity.upstream]` with `hosts`, or leave out `as_caller`",
                tool.location, tool.info.name
            )
        })
        .collect()
}

/// Tools with a quota that `mcp.toml` does not have: they refuse every call. Such a tool comes from a crate that
/// was compiled beside another file.
fn unknown_quotas(registry: &Registry, app: &App) -> Vec<String> {
    let tools = registry.tools().iter();
    let quotas = tools.filter_map(|tool| Some((tool, charging::quota_of(tool.info.name)?)));
    let is_known = |name: &str| app.config.quotas.iter().any(|quota| quota.name == name);
    quotas
        .filter(|(_, quota)| !is_known(quota))
        .map(|(tool, quota)| {
            format!(
                "{}: tool `{}` has the quota `{quota}`, which mcp.toml does not define",
                tool.location, tool.info.name
            )
        })
        .collect()
}

/// Tools with a connection that `mcp.toml` does not have, as with quotas.
fn unknown_connections(registry: &Registry, app: &App) -> Vec<String> {
    let tools = registry.tools().iter();
    let connections = tools.flat_map(|tool| {
        connecting::connections_of(tool.info.name).iter().map(move |name| (tool, *name))
    });
    let is_known = |name: &str| app.config.connections.iter().any(|known| known.name == name);
    connections
        .filter(|(_, name)| !is_known(name))
        .map(|(tool, name)| {
            format!(
                "{}: tool `{}` uses the connection `{name}`, which mcp.toml does not define",
                tool.location, tool.info.name
            )
        })
        .collect()
}

/// Templates that can match the same URI under different policies: which of them guards it would hang on
/// how much literal text each has.
fn overlaps(resources: &[&'static ResourceDef]) -> Vec<String> {
    let templates: Vec<_> =
        resources.iter().filter(|resource| !resource.info.variables.is_empty()).collect();
    let mut faults = Vec::new();
    for (index, one) in templates.iter().enumerate() {
        for other in &templates[index + 1..] {
            if one.info.policy == other.info.policy {
                continue;
            }
            let Some(uri) = shared_uri(one.info.uri, other.info.uri) else { continue };
            faults.push(format!(
                "{}: resource `{}` is guarded by the policy `{}`, and resource `{}` at {} by `{}`, but both \
                 templates match `{uri}`: guard both by one policy, or give them different literal text",
                one.location,
                one.info.name,
                one.info.policy,
                other.info.name,
                other.location,
                other.info.policy,
            ));
        }
    }
    faults
}

/// A schema that the author wrote is a constant, whose text no macro sees.
fn input_schemas(registry: &Registry) -> Vec<String> {
    let tools = registry.tools().iter();
    tools
        .flat_map(|tool| {
            let faults = faults(&tool.info).into_iter();
            faults.map(|fault| format!("{}: tool `{}`: {fault}", tool.location, tool.info.name))
        })
        .collect()
}

fn faults(tool: &ToolInfo) -> Vec<String> {
    let schema = match tool.input_schema {
        Schema::Static(text) => toolgate_core::json::from_str(text).unwrap_or_default(),
        Schema::Build(build) => build(),
    };
    if schema["type"] != "object" {
        return vec![
            "its input schema is not JSON text with `\"type\": \"object\"` at the root".to_owned(),
        ];
    }
    let written: Vec<_> = headers(&schema).collect();
    let mut faults = Vec::new();
    if count(&schema) != written.len() {
        faults.push(
            "its input schema has an `x-mcp-header` elsewhere than in a property of the root"
                .to_owned(),
        );
    }
    for (argument, header) in &written {
        if !tool.headers.iter().any(|known| known.argument == argument && known.header == header) {
            faults.push(format!(
                "its input schema has `\"x-mcp-header\": \"{header}\"`, but the parameter \
                 `{argument}` has no `#[arg(header = \"{header}\")]`"
            ));
        }
    }
    for ParamHeader { header, argument } in tool.headers {
        if !written.contains(&((*argument).to_owned(), (*header).to_owned())) {
            faults.push(format!(
                "the property `{argument}` of its input schema lacks `\"x-mcp-header\": \"{header}\"`"
            ));
        }
    }
    faults
}

/// The properties of the root that have an `x-mcp-header`, with what it says.
fn headers(schema: &Value) -> impl Iterator<Item = (String, String)> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.filter_map(|(name, property)| {
        let header = property.get(HEADER)?;
        let header = header.as_str().map_or_else(|| header.to_string(), str::to_owned);
        Some((name.clone(), header))
    })
}

/// The number of `x-mcp-header`s, at whatever depth.
fn count(schema: &Value) -> usize {
    match schema {
        Value::Object(members) => {
            members.iter().map(|(key, value)| usize::from(key == HEADER) + count(value)).sum()
        }
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use toolgate_core::mcp::resource::{ResourceInfo, ResourceVariable};
    use toolgate_core::mcp::tool::{Annotations, TaskSupport};

    use super::*;
    use crate::tool::Needs;

    fn tool(schema: &'static str, headers: &'static [ParamHeader]) -> Vec<String> {
        faults(&ToolInfo {
            name: "t",
            title: None,
            description: None,
            input_schema: Schema::Static(schema),
            output_schema: None,
            annotations: Annotations::default(),
            policy: "everyone",
            icons: &[],
            headers,
            task: TaskSupport::Forbidden,
        })
    }

    const REGION: &[ParamHeader] = &[ParamHeader { header: "Region", argument: "region" }];

    #[test]
    fn a_schema_is_json_with_an_object_at_the_root() {
        assert!(tool(r#"{"type":"object"}"#, &[]).is_empty());
        for schema in ["", "{", r#"{"type":"string"}"#, "[]"] {
            assert_eq!(tool(schema, &[]).len(), 1, "{schema}");
        }
    }

    #[test]
    fn headers_of_the_schema_are_those_of_the_parameters() {
        let schema = r#"{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}"#;
        assert!(tool(schema, REGION).is_empty());
        assert_eq!(tool(schema, &[]).len(), 1);
        assert_eq!(tool(r#"{"type":"object"}"#, REGION).len(), 1);
    }

    #[test]
    fn templates_that_match_one_uri_are_guarded_by_one_policy() {
        const VARIABLES: &[ResourceVariable] =
            &[ResourceVariable { name: "name", completes: false }];
        const fn template(uri: &'static str, policy: &'static str) -> ResourceDef {
            ResourceDef {
                info: ResourceInfo {
                    uri,
                    name: uri,
                    title: None,
                    description: None,
                    mime_type: None,
                    variables: VARIABLES,
                    icons: &[],
                    audience: &[],
                    priority: None,
                    policy,
                },
                call: |_, _, _| Box::pin(async { Err(toolgate_core::mcp::fault::panicked()) }),
                complete: &[],
                needs: Needs { interactive: false, families: &[], features: &[], named: &[] },
                location: "src/lib.rs:1",
            }
        }
        static ANY: ResourceDef = template("docs://{name}", "everyone");
        static ANY_AGAIN: ResourceDef = template("docs://{id}", "everyone");
        static REPORTS: ResourceDef = template("docs://report-{name}", "admins");
        static NOTES: ResourceDef = template("notes://{name}", "admins");
        assert!(overlaps(&[&ANY, &ANY_AGAIN, &NOTES]).is_empty());
        let faults = overlaps(&[&ANY, &NOTES, &REPORTS]);
        assert_eq!(faults.len(), 1, "{faults:?}");
        for part in ["`docs://report-xx`", "`everyone`", "`admins`", "src/lib.rs:1"] {
            assert!(faults[0].contains(part), "{faults:?}");
        }
    }

    #[test]
    fn a_header_deep_inside_is_found() {
        let schema = r#"{"type":"object","properties":{"a":{"items":{"x-mcp-header":"A"}}}}"#;
        let faults = tool(schema, &[]);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("elsewhere"), "{faults:?}");
    }
}
