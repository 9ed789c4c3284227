//! Every tool, prompt and resource that was linked into the Worker.

use std::sync::OnceLock;

use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};
use toolgate_config::Config;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::prompt::PromptInfo;
use toolgate_core::mcp::resource::ResourceInfo;
use toolgate_core::mcp::tool::ToolInfo;
use toolgate_core::mcp::{Family, Fault, INTERNAL_ERROR, Target};
use toolgate_core::upstream::kept::Named;

use super::arguments::Arguments;
use super::clash::{self, Clash};
use super::def::{Complete, Def, Needs, PromptDef, ResourceDef, ToolDef};
use crate::context::current::Context;
use crate::ports::feature::Feature;

/// The functions that this Worker serves, each kind sorted by name.
pub struct Registry {
    tools: Vec<&'static ToolDef>,
    infos: Vec<ToolInfo>,
    prompts: Vec<&'static PromptDef>,
    prompt_infos: Vec<PromptInfo>,
    resources: Vec<&'static ResourceDef>,
    resource_infos: Vec<ResourceInfo>,
    families: Vec<&'static dyn Family>,
    features: Vec<&'static dyn Feature>,
    interactive: bool,
    named: Vec<Named>,
}

impl Registry {
    /// The tools as clients see them, sorted by name.
    #[must_use]
    pub fn infos(&self) -> &[ToolInfo] {
        &self.infos
    }

    /// The tools themselves, in the same order.
    #[must_use]
    pub fn tools(&self) -> &[&'static ToolDef] {
        &self.tools
    }

    /// The prompts, sorted by name.
    #[must_use]
    pub fn prompts(&self) -> &[&'static PromptDef] {
        &self.prompts
    }

    /// The resources and templates, sorted by name.
    #[must_use]
    pub fn resources(&self) -> &[&'static ResourceDef] {
        &self.resources
    }

    /// The prompts as clients see them, sorted by name.
    #[must_use]
    pub fn prompt_infos(&self) -> &[PromptInfo] {
        &self.prompt_infos
    }

    /// The resources and templates as clients see them, sorted by name.
    #[must_use]
    pub fn resource_infos(&self) -> &[ResourceInfo] {
        &self.resource_infos
    }

    /// The methods of MCP that the functions need, each family once.
    #[must_use]
    pub fn families(&self) -> &[&'static dyn Family] {
        &self.families
    }

    /// The features that the functions need, each once.
    #[must_use]
    pub fn features(&self) -> &[&'static dyn Feature] {
        &self.features
    }

    /// True if a function talks with its client in ways that a legacy revision needs a session for.
    #[must_use]
    pub fn interactive(&self) -> bool {
        self.interactive
    }

    /// The groups and claims of their callers that the functions look at.
    #[must_use]
    pub fn named(&self) -> &[Named] {
        &self.named
    }

    /// Runs what a policy has allowed; a tool or prompt with a `refusal` only as far as to check its arguments.
    pub fn run<'a>(
        &'static self,
        target: &'a Target,
        context: &'a Context,
        arguments: Map<String, Value>,
        refusal: Option<String>,
    ) -> LocalBoxFuture<'a, CallResult> {
        match target {
            Target::Tool(tool) => match self.tools.get(*tool) {
                Some(def) => {
                    let arguments = Arguments::new(arguments).refused_with(refusal);
                    let result = (def.call)(context, arguments);
                    Box::pin(async move {
                        let mut result = result.await;
                        match result.fault.take() {
                            Some(fault) => Err(*fault),
                            None => Ok(Box::new(result) as _),
                        }
                    })
                }
                None => refuse("This tool is not linked into the server"),
            },
            Target::Prompt(prompt) => match self.prompts.get(*prompt) {
                Some(def) => {
                    let arguments = Arguments::of("prompt", arguments).refused_with(refusal);
                    (def.call)(context, arguments)
                }
                None => refuse("This prompt is not linked into the server"),
            },
            Target::Resource { resource, uri } => match self.resources.get(*resource) {
                Some(def) => (def.call)(context, Arguments::of("resource", arguments), uri),
                None => refuse("This resource is not linked into the server"),
            },
            Target::PromptCompletion { prompt, argument, value } => {
                let def = self.prompts.get(*prompt);
                complete(def.and_then(|def| def.complete.get(*argument)), context, value)
            }
            Target::ResourceCompletion { resource, variable, value } => {
                let def = self.resources.get(*resource);
                complete(def.and_then(|def| def.complete.get(*variable)), context, value)
            }
        }
    }

    /// Of these definitions.
    ///
    /// # Errors
    ///
    /// Two of them cannot be told apart.
    fn collect(
        tools: impl IntoIterator<Item = &'static ToolDef>,
        prompts: impl IntoIterator<Item = &'static PromptDef>,
        resources: impl IntoIterator<Item = &'static ResourceDef>,
    ) -> Result<Self, Clash> {
        let (tools, prompts) = (sorted(tools), sorted(prompts));
        let resources = sorted(resources);
        clash::names(&tools)?;
        clash::names(&prompts)?;
        clash::names(&resources)?;
        clash::uris(&resources)?;
        let mut registry = Self {
            infos: tools.iter().map(|def| def.info).collect(),
            prompt_infos: prompts.iter().map(|def| def.info).collect(),
            resource_infos: resources.iter().map(|def| def.info).collect(),
            tools,
            prompts,
            resources,
            families: Vec::new(),
            features: Vec::new(),
            interactive: false,
            named: Vec::new(),
        };
        let of_routes = super::route::all().map(|route| &route.needs);
        let needs: Vec<_> = registry.all().map(Def::needs).chain(of_routes).collect();
        for needs in needs {
            registry.add(needs);
        }
        Ok(registry)
    }

    fn add(&mut self, needs: &'static Needs) {
        self.interactive |= needs.interactive;
        self.named.extend_from_slice(needs.named);
        for family in needs.families {
            if !self.families.iter().any(|known| known.group() == family.group()) {
                self.families.push(*family);
            }
        }
        for feature in needs.features {
            if self.features.iter().all(|known| known.prefix() != feature.prefix()) {
                self.features.push(*feature);
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &'static dyn Def> {
        let tools = self.tools.iter().map(|def| *def as &dyn Def);
        let prompts = self.prompts.iter().map(|def| *def as &dyn Def);
        tools.chain(prompts).chain(self.resources.iter().map(|def| *def as &dyn Def))
    }
}

/// By name, and by place as well, so that a clash reads the same every time. Put in one by one:
/// there are a few dozen at most, and a sort for each of three types is code in every Worker.
fn sorted<D: Def>(defs: impl IntoIterator<Item = &'static D>) -> Vec<&'static D> {
    let mut sorted: Vec<&'static D> = Vec::new();
    for def in defs {
        let key = (def.name(), def.location());
        let after = sorted.iter().position(|other| (other.name(), other.location()) > key);
        sorted.insert(after.unwrap_or(sorted.len()), def);
    }
    sorted
}

/// Completes an argument; nothing is proposed for one that nothing completes.
fn complete<'a>(
    complete: Option<&Option<Complete>>,
    context: &'a Context,
    typed: &'a str,
) -> LocalBoxFuture<'a, CallResult> {
    match complete {
        Some(Some(complete)) => complete(context, typed),
        _ => refuse("Nothing completes this argument"),
    }
}

/// A fault that cannot happen while the indices are those of this registry.
fn refuse<'a>(why: &'static str) -> LocalBoxFuture<'a, CallResult> {
    Box::pin(async move { Err(Fault::new(INTERNAL_ERROR, why)) })
}

/// Has every function put itself into the inventory, which takes a call of the module's constructors.
/// Where nobody makes it, the linker adds it to each export, and every step from JavaScript into wasm
/// goes through all functions of the server.
#[allow(unsafe_code, reason = "the constructors are those of `inventory`, and safe to repeat")]
fn submit() {
    #[cfg(target_arch = "wasm32")]
    {
        unsafe extern "C" {
            fn __wasm_call_ctors();
        }
        // SAFETY: defined by the linker; it takes nothing, gives nothing back, and what it runs only
        // adds each function once.
        unsafe { __wasm_call_ctors() }
    }
}

/// The functions that this Worker serves, collected at the first call.
///
/// # Errors
///
/// Two functions, of different crates, have the same name.
pub fn registry() -> Result<&'static Registry, Clash> {
    static REGISTRY: OnceLock<Result<Registry, Clash>> = OnceLock::new();
    REGISTRY
        .get_or_init(|| {
            submit();
            Registry::collect(
                inventory::iter::<ToolDef>,
                inventory::iter::<PromptDef>,
                inventory::iter::<ResourceDef>,
            )
        })
        .as_ref()
        .map_err(|clash| *clash)
}

/// One line per function whose policy the configuration does not know. Such a function refuses
/// everyone; it comes from a crate that was compiled beside another `mcp.toml`, or beside none.
pub(crate) fn unknown_policies(registry: &Registry, config: &Config) -> Vec<String> {
    registry
        .all()
        .filter(|def| def.policy() != "everyone")
        .filter(|def| config.policies.iter().all(|policy| policy.name != def.policy()))
        .map(|def| {
            format!(
                "{}: {} `{}` is guarded by the policy `{}`, which mcp.toml does not define",
                def.location(),
                def.kind(),
                def.name(),
                def.policy()
            )
        })
        .collect()
}

#[cfg(test)]
#[path = "registry_tests.rs"]
mod tests;
