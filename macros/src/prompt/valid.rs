//! Rules that make a function a prompt, and no generated code.

use proc_macro2::TokenStream;
use syn::LitStr;

use crate::config_file::ConfigPath;
use crate::errors::Errors;
use crate::function::ast::Function;
use crate::function::description::{self, Description};
use crate::function::icon::{self, Icon};
use crate::function::name::{self, Name};
use crate::function::needs::{self, Needs};
use crate::function::signature::{self, Parameter};
use crate::function::{FunctionKind, invariants, policy};
use crate::options;
use crate::text::{self, TextArgument};

/// Options of `#[mcp_prompt(…)]`.
const OPTIONS: &[&str] = &["allow", "name", "title", "description", "icon", "icons", "config"];

/// A function that passed every rule.
pub(crate) struct Prompt<'a> {
    pub(crate) name: Name,
    pub(crate) title: Option<LitStr>,
    pub(crate) description: Description,
    pub(crate) icons: Vec<Icon>,
    pub(crate) policy: LitStr,
    pub(crate) parameters: Vec<Parameter<TextArgument<'a>>>,
    pub(crate) needs: Needs,
    pub(crate) config: ConfigPath,
}

/// Checks everything about the function. What is wrong is in `errors`.
pub(crate) fn check<'a>(
    tokens: TokenStream,
    function: &'a Function,
    errors: &Errors,
) -> Option<Prompt<'a>> {
    let entries = options::parse(tokens, OPTIONS, errors);
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let text = |key: &str| entry(key).and_then(|entry| entry.text(errors));
    let sig = &function.sig;
    let config = ConfigPath::of_config(text("config").as_ref());
    let policy = policy::check(FunctionKind::Prompt, entry("allow"), &config, sig, errors);
    let title = text("title");
    let description =
        description::of_function(FunctionKind::Prompt, function, entry("description"), errors);
    let icons = icon::check(entry("icon"), entry("icons"), errors);
    let name = name::of_function(FunctionKind::Prompt, sig, entry("name"), errors);
    signature::check(FunctionKind::Prompt, function, errors);
    let parameters = signature::parameters(FunctionKind::Prompt, sig, errors, |input| {
        text::check(FunctionKind::Prompt, input, errors)
    });
    let guard = (name.as_ref(), policy.as_ref());
    invariants::check(FunctionKind::Prompt, guard, || None, &config, errors);
    let arguments = parameters.iter().filter_map(Parameter::argument);
    needs::forbid_start_task(function, "only tools become tasks; leave the call out", errors);
    needs::forbid_as_caller(function, "only tools act as their caller; leave the call out", errors);
    let help = "only tools use accounts of their caller; leave the call out";
    needs::forbid_connection(function, help, errors);
    let needs = text::needs(Needs::of(function), arguments);
    Some(Prompt {
        name: name?,
        title,
        description: description?,
        icons,
        policy: policy?,
        parameters,
        needs,
        config,
    })
}

impl Prompt<'_> {
    /// Arguments from the client, in the order of the signature.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &TextArgument<'_>> {
        self.parameters.iter().filter_map(Parameter::argument)
    }
}
