//! Rules that make a function a route, and no generated code.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{FnArg, LitStr, PatType, Type};

use super::address::{self, Address};
use super::hmac::{self, Hmac};
use crate::config_file::{ConfigOutcome, ConfigPath};
use crate::errors::Errors;
use crate::function::ast::{self, Function};
use crate::function::needs::{self, Needs};
use crate::function::{FunctionKind, policy, signature, types};
use crate::options::{self, Entry};

/// Options of `#[http(…)]`.
const OPTIONS: &[&str] = &["allow", "verify", "bearer", "config"];

/// The value of `allow` that opens a route to everybody.
const PUBLIC: &str = "public";

/// A function that passed every rule.
pub(crate) struct Route<'a> {
    pub(crate) address: Address,
    pub(crate) guard: Guard,
    pub(crate) parameters: Vec<Parameter<'a>>,
    pub(crate) needs: Needs,
    pub(crate) config: ConfigPath,
}

/// Who may send requests.
pub(crate) enum Guard {
    Public,
    Policy(LitStr, bool),
    Signed(Box<Hmac>),
}

/// Source of a parameter's value.
pub(crate) enum Parameter<'a> {
    Context,
    Caller,
    Request,
    /// A segment of the path.
    Segment(&'a Ident, &'a Type),
    Body(&'a Type),
}

/// Checks everything about the function. What is wrong is in `errors`.
pub(crate) fn check<'a>(
    tokens: TokenStream,
    function: &'a Function,
    errors: &Errors,
) -> Option<Route<'a>> {
    let sig = &function.sig;
    let (literal, rest) = address::split(tokens, errors);
    let entries = options::parse(rest, OPTIONS, errors);
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let option = entry("config").and_then(|entry| entry.text(errors));
    let config = ConfigPath::of_config(option.as_ref());
    let address = address::check(literal, &sig.ident, errors);
    let bearer = entry("bearer");
    let guard = guard(function, (entry("allow"), entry("verify"), bearer), &config, errors);
    if let (Some(verify), Some(address)) = (entry("verify"), &address)
        && let method @ ("GET" | "DELETE") = &*address.method
    {
        let help = "take POST, PUT or PATCH: only the body is signed, and this method needs none";
        errors.report(&verify.key, format!("a signature says nothing about a {method}"), help);
    }
    signature::check(FunctionKind::Route, function, errors);
    let parameters = parameters(function, address.as_ref(), errors);
    if let (Some(guard), Some(parameters)) = (&guard, &parameters) {
        persons(function, guard, parameters, errors);
    }
    let help = "a route answers once; leave the call out";
    needs::forbid_client(function, help, errors);
    needs::forbid_start_task(function, "only tools become tasks; leave the call out", errors);
    needs::forbid_as_caller(function, "only tools act as their caller; leave the call out", errors);
    let help = "only tools use accounts of their caller; leave the call out";
    needs::forbid_connection(function, help, errors);
    let help = "`[limits] routes` of mcp.toml bounds the requests of a network address; leave the call out";
    needs::forbid(function, &["quota"], ("a route has no quota", help), errors);
    // No client of MCP hears of a route's calls.
    let needs = Needs { session: false, log: false, ..Needs::of(function) };
    Some(Route { address: address?, guard: guard?, parameters: parameters?, needs, config })
}

type Given<'a> = (Option<&'a Entry>, Option<&'a Entry>, Option<&'a Entry>);

fn guard(
    function: &Function,
    (allow, verify, bearer): Given<'_>,
    config: &ConfigPath,
    errors: &Errors,
) -> Option<Guard> {
    let is_public = allow.is_some_and(|allow| {
        matches!(&allow.value, Some(syn::Expr::Lit(lit))
            if matches!(&lit.lit, syn::Lit::Str(text) if text.value() == PUBLIC))
    });
    if let Some(entry) = bearer.filter(|_| is_public || allow.is_none()) {
        let help = "name a policy by `allow`, or leave `bearer` out";
        errors.report(&entry.key, "an access token is for a policy to judge", help);
    }
    match (allow, verify) {
        (None, None) => {
            let help = "write `allow = \"…\"` with a policy of mcp.toml, `allow = \"public\"`, or \
                        `verify = hmac(header = \"…\", secret = \"…\")` for a webhook";
            errors.report(&function.sig.ident, "every route says who may call it", help);
            None
        }
        (Some(_), Some(verify)) => {
            let help = "leave `allow` or `verify` out; the sender of a webhook is no person";
            errors.report(&verify.key, "a route has one guard", help);
            None
        }
        (None, Some(verify)) => {
            hmac::check(verify, config, errors).map(|hmac| Guard::Signed(Box::new(hmac)))
        }
        (Some(allow), None) if is_public => {
            if let ConfigOutcome::Good(checked) = config.check()
                && checked.policy_names().any(|name| name == PUBLIC)
            {
                let help = format!("give the policy of {} another name", config.display());
                errors.report(allow.tokens(), "a policy is named `public`, too", help);
            }
            Some(Guard::Public)
        }
        (Some(allow), None) => {
            let bearer = bearer.map_or(Some(false), |entry| entry.flag(errors));
            let sig = &function.sig;
            let policy = policy::check(FunctionKind::Route, Some(allow), config, sig, errors)?;
            uncounted(&policy, config, errors);
            Some(Guard::Policy(policy, bearer?))
        }
    }
}

/// Reports a policy with a rate, which would not hold.
fn uncounted(policy: &LitStr, config: &ConfigPath, errors: &Errors) {
    let name = policy.value();
    if let ConfigOutcome::Good(checked) = config.check()
        && checked.config.policies.iter().any(|known| known.name == name && known.rate.is_some())
    {
        let message =
            format!("the `rate` of the policy `{name}` does not count requests of routes");
        let help = format!(
            "name a policy without one, which may be `policy = \"{name}\"`; `[limits] routes` bounds the \
             requests of a network address"
        );
        errors.report(policy, message, help);
    }
}

/// Sorts the parameters, and reports a segment that none of them is.
fn parameters<'a>(
    function: &'a Function,
    address: Option<&Address>,
    errors: &Errors,
) -> Option<Vec<Parameter<'a>>> {
    let mut names: Vec<&str> = address?.parameters().collect();
    let mut parameters = Vec::new();
    let mut has_body = false;
    for input in &function.sig.inputs {
        let FnArg::Typed(input) = input else {
            let help = "take `ctx: &Context` for what belongs to the call";
            errors.report(input, "a route is a free function", help);
            continue;
        };
        if let Some(attr) = input.attrs.iter().find(|attr| attr.path().is_ident("arg")) {
            errors.report(attr, "a route's parameters have no options", "leave `#[arg]` out");
        }
        let Some(parameter) = parameter(input, &mut names, errors) else { continue };
        if matches!(parameter, Parameter::Body(_)) && std::mem::replace(&mut has_body, true) {
            let help = "a request has one body; name the others in the path, as in `/items/{id}`";
            errors.report(&input.pat, "this parameter is not in the path", help);
        }
        if let (Parameter::Body(ty), "GET") = (&parameter, &*address?.method) {
            let help =
                "name the parameter in the path, or take `request: &RouteRequest` for the query";
            errors.report(ty, "a GET request has no body", help);
        }
        parameters.push(parameter);
    }
    for name in names {
        let help = format!("add the parameter `{name}`, or take it out of the path");
        let message = format!("no parameter of the function is named `{name}`");
        errors.report(&address?.literal, message, help);
    }
    Some(parameters)
}

fn parameter<'a>(
    input: &'a PatType,
    names: &mut Vec<&str>,
    errors: &Errors,
) -> Option<Parameter<'a>> {
    let (inner, reference) = match types::ungrouped(&input.ty) {
        Type::Reference(reference) => (types::ungrouped(&reference.elem), Some(reference)),
        other => (other, None),
    };
    let lent = match inner {
        Type::Path(path) => {
            path.path.segments.last().and_then(|last| match &*last.ident.to_string() {
                "Context" => Some(Parameter::Context),
                "Caller" => Some(Parameter::Caller),
                "RouteRequest" => Some(Parameter::Request),
                _ => None,
            })
        }
        _ => None,
    };
    match (lent, reference) {
        (Some(lent), Some(reference)) if reference.mutability.is_none() => Some(lent),
        (Some(_), _) => {
            let ty = quote!(#inner).to_string();
            errors.report(&input.ty, "this is lent to the route", format!("write `&{ty}`"));
            None
        }
        (None, Some(reference)) => {
            let help = "write the type without `&`, such as `String`";
            errors.report(reference, "this belongs to the route", help);
            None
        }
        (None, None) => {
            let name = ast::simple_name(&input.pat);
            let at = names.iter().position(|known| name.is_some_and(|name| name == known));
            Some(match (name, at) {
                (Some(name), Some(at)) => {
                    names.remove(at);
                    Parameter::Segment(name, &input.ty)
                }
                _ => Parameter::Body(&input.ty),
            })
        }
    }
}

/// Reports what needs a person where nobody is signed in: the state of nobody would be everybody's.
fn persons(function: &Function, guard: &Guard, parameters: &[Parameter<'_>], errors: &Errors) {
    if matches!(guard, Guard::Policy(..)) {
        return;
    }
    let help =
        "guard the route by a policy, or leave this out; `server_state()` is for all callers";
    needs::forbid_person(function, help, errors);
    let inputs = function.sig.inputs.iter().zip(parameters);
    for (input, _) in inputs.filter(|(_, one)| matches!(one, Parameter::Caller)) {
        errors.report(input, "nobody is signed in at this route", help);
    }
}
