//! `resources/list`, `resources/templates/list`, `resources/read`.

use serde_json::{Map, Value};
use toolgate_policy::Arguments;

use super::super::call::{Call, Target};
use super::super::capabilities;
use super::super::describe;
use super::super::fault::resource_not_found;
use super::super::guard::{self, Told};
use super::super::jsonrpc::{self, Request};
use super::super::list::{self, Listing};
use super::super::resource::ResourceInfo;
use super::super::server::{Family, MethodAnswer, Scope};
use super::super::template::{self, MAX_URI_BYTES};
use super::super::{Fault, Group, Method, Revision, retry};
use crate::audit::{EventKind, Reason};
use crate::mcp::json::to_text;

/// The methods for resources. `resources/subscribe` and `resources/unsubscribe` are matters of a
/// session.
pub static RESOURCES: &dyn Family = &Resources;

pub(super) const TOLD: Told = Told {
    allowed: Some(EventKind::ResourceAllowed),
    denied: EventKind::ResourceDenied,
    unknown: Reason::UnknownResource,
};

#[derive(Debug)]
struct Resources;

impl Family for Resources {
    fn group(&self) -> Group {
        Group::Resources
    }

    fn advertise(&self, scope: &Scope<'_>, capabilities: &mut Value) {
        let mut resources = capabilities::listed(scope);
        if capabilities::announces(scope) {
            resources["subscribe"] = Value::Bool(true);
        }
        capabilities["resources"] = resources;
    }

    fn answer(
        &self,
        scope: &Scope<'_>,
        method: Method,
        request: Request,
        slot: usize,
    ) -> Result<MethodAnswer, Fault> {
        if method == Method::ReadResource {
            return read(scope, request, slot);
        }
        let templates = method == Method::ListResourceTemplates;
        let listed = Listed { resources: scope.server.resources, templates };
        let result = list::page(scope, &request.params, &listed)?;
        Ok(MethodAnswer::Ready(jsonrpc::success(&request.id, &result)))
    }
}

struct Listed<'a> {
    resources: &'a [ResourceInfo],
    templates: bool,
}

impl Listing for Listed<'_> {
    fn key(&self) -> &'static str {
        if self.templates { "resourceTemplates" } else { "resources" }
    }

    fn entry(&self, index: usize) -> Option<(&'static str, &'static str)> {
        self.resources.get(index).map(|resource| (resource.name, resource.policy))
    }

    fn has(&self, index: usize) -> bool {
        self.resources[index].variables.is_empty() != self.templates
    }

    fn write(&self, out: &mut String, index: usize, revision: Revision) {
        out.push_str(&to_text(&describe::resource(&self.resources[index], revision)));
    }
}

/// The resource that a URI names: the one of its own that has this URI, however it is escaped, else the
/// template with the most literal text among those that match; with the template's variables.
pub(in super::super) fn find(
    resources: &[ResourceInfo],
    uri: &str,
) -> Option<(usize, Map<String, Value>)> {
    let is_it = |resource: &ResourceInfo| {
        resource.variables.is_empty() && template::is_same_uri(resource.uri, uri)
    };
    if let Some(index) = resources.iter().position(is_it) {
        return Some((index, Map::new()));
    }
    let mut best: Option<(usize, usize, Map<String, Value>)> = None;
    for (index, resource) in resources.iter().enumerate() {
        if resource.variables.is_empty() {
            continue;
        }
        let literal = template::literal_bytes(resource.uri);
        if best.as_ref().is_none_or(|(_, most, _)| literal > *most)
            && let Some(variables) = template::read(resource.uri, uri)
        {
            best = Some((index, literal, variables));
        }
    }
    best.map(|(index, _, variables)| (index, variables))
}

fn read(scope: &Scope<'_>, request: Request, slot: usize) -> Result<MethodAnswer, Fault> {
    let Request { id, mut params, .. } = request;
    let uri = super::text(&params, "uri")?.to_owned();
    if uri.len() > MAX_URI_BYTES {
        return Err(Fault::params("`uri` is too long"));
    }
    let resources = scope.server.resources;
    let found = find(resources, &uri);
    let told = found.as_ref().map(|(index, _)| (resources[*index].name, resources[*index].policy));
    let none = Map::new();
    let variables = found.as_ref().map_or(&none, |(_, variables)| variables);
    if !guard::admits(scope, &TOLD, told, Arguments::Call(variables)) {
        return Err(resource_not_found(scope.revision, &uri));
    }
    let Some((resource, arguments)) = found else {
        return Err(resource_not_found(scope.revision, &uri));
    };
    Ok(MethodAnswer::Call(Box::new(Call {
        slot,
        target: Target::Resource { resource, uri },
        arguments,
        request_id: id,
        peer: scope.peer(&params)?,
        retry: retry::take(scope, &mut params)?,
        refusal: None,
        audit: scope.server.log.hold(),
    })))
}
