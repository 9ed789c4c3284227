//! Needs of a function, read from how its body uses `&Context`.
//!
//! A server contains what its functions use, and nothing else. So this looks at every use of the
//! parameter: a method that is called right on it says what is needed, and anything else, such as
//! handing it on to another function, could be a use of everything.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::Pat;

use super::ast::{self, Function, is_member};
use super::methods::{ALWAYS, LOG, PERSON, SESSION, STATE, SUBSCRIPTIONS};
use super::named::Named;
use super::signature;
use crate::errors::Errors;

/// Parts of a server that a function needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) session: bool,
    pub(crate) state: bool,
    pub(crate) hub: bool,
    pub(crate) log: bool,
    pub(crate) task: bool,
    /// It begins as a plain call, and becomes a task in its course.
    pub(crate) late_task: bool,
    pub(crate) completion: bool,
    /// It says that it acts as its caller. No use of the context makes it so.
    pub(crate) as_caller: bool,
    /// Its calls are charged. No use of the context makes it so.
    pub(crate) quota: bool,
    /// The groups and claims of its caller that it looks at.
    pub(crate) named: Named,
}

impl Needs {
    /// Needs of the function's body.
    pub(crate) fn of(function: &Function) -> Self {
        let mut needs = Self { named: Named::of(function), ..Self::default() };
        uses(function, &mut |method| match method {
            Some(method) => needs.method(&method.to_string()),
            None => needs.everything(),
        });
        needs
    }

    fn method(&mut self, name: &str) {
        match name {
            name if ALWAYS.contains(&name) => {}
            name if SESSION.contains(&name) => self.session = true,
            name if STATE.contains(&name) => self.state = true,
            name if SUBSCRIPTIONS.contains(&name) => self.hub = true,
            // A legacy client sets the level once, and a session remembers it.
            name if LOG.contains(&name) => (self.session, self.log) = (true, true),
            "start_task" => (self.task, self.late_task) = (true, true),
            _ => self.everything(),
        }
    }

    fn everything(&mut self) {
        (self.session, self.state, self.hub, self.log) = (true, true, true, true);
    }

    /// The `Needs` of the definition. `family` is what the kind itself brings.
    pub(crate) fn tokens(&self, family: Option<&'static str>) -> TokenStream {
        let Self { session, state, hub, log, task, late_task, completion, as_caller, quota, named } =
            self;
        let named = named.tokens();
        let chosen = |pairs: &[(bool, &'static str)]| -> Vec<Ident> {
            let chosen = pairs.iter().filter(|(needed, _)| *needed);
            chosen.map(|(_, name)| format_ident!("{name}")).collect()
        };
        let families = chosen(&[
            (family.is_some(), family.unwrap_or_default()),
            (*completion, "COMPLETIONS"),
            (*log, "LOGGING"),
            (*task, "TASKS"),
        ]);
        let features = chosen(&[
            (*session, "SESSIONS"),
            (*hub, "SUBSCRIPTIONS"),
            (*state, "STATE"),
            (*task, if *late_task { "LATE_TASKS" } else { "TASKS" }),
            (*as_caller, "AS_CALLER"),
            (*quota, "QUOTAS"),
        ]);
        quote! {
            ::toolgate::__private::Needs {
                interactive: #session,
                families: &[#(::toolgate::__private::family::#families),*],
                features: &[#(::toolgate::__private::feature::#features),*],
                named: #named,
            }
        }
    }
}

/// Reports calls of `start_task` where nothing can become a task.
pub(crate) fn forbid_start_task(function: &Function, help: &str, errors: &Errors) {
    uses(function, &mut |method| {
        if let Some(method) = method.filter(|method| *method == "start_task") {
            errors.report(method, "this function never becomes a task", help);
        }
    });
}

/// Reports calls of `as_caller` where the function does not say that it acts as its caller.
pub(crate) fn forbid_as_caller(function: &Function, help: &str, errors: &Errors) {
    uses(function, &mut |method| {
        if let Some(method) = method.filter(|method| *method == "as_caller") {
            errors.report(method, "this function does not say that it acts as its caller", help);
        }
    });
}

/// Reports calls of `connection` where the function names none.
pub(crate) fn forbid_connection(function: &Function, help: &str, errors: &Errors) {
    uses(function, &mut |method| {
        if let Some(method) = method.filter(|method| *method == "connection") {
            errors.report(method, "this function names no connection that it uses", help);
        }
    });
}

/// Reports calls of methods that a function of this kind cannot use; `why` is the message and the help.
pub(crate) fn forbid(function: &Function, methods: &[&str], why: (&str, &str), errors: &Errors) {
    uses(function, &mut |method| {
        if let Some(method) = method.filter(|method| methods.iter().any(|one| method == one)) {
            errors.report(method, why.0, why.1);
        }
    });
}

/// Reports calls that talk with a client of MCP, where none listens.
pub(crate) fn forbid_client(function: &Function, help: &str, errors: &Errors) {
    let talks = |name: &str| SESSION.contains(&name) || LOG.contains(&name) || name == "progress";
    uses(function, &mut |method| {
        if let Some(method) = method.filter(|method| talks(&method.to_string())) {
            errors.report(method, "no client of MCP hears this function", help);
        }
    });
}

/// Reports calls that are about the caller, where nobody is signed in.
pub(crate) fn forbid_person(function: &Function, help: &str, errors: &Errors) {
    uses(function, &mut |method| {
        if let Some(method) = method.filter(|method| PERSON.iter().any(|name| method == name)) {
            errors.report(method, "nobody is signed in at this route", help);
        }
    });
}

/// Reports calls of `quota` where the function has none, which is asked only where there is a call.
pub(crate) fn forbid_quota(function: &Function, errors: &Errors, has_units: impl Fn() -> bool) {
    uses(function, &mut |method| {
        if let Some(method) = method.filter(|method| *method == "quota" && !has_units()) {
            let help =
                "add `quota = \"…\"` to `#[mcp_tool(…)]`, with the name of a quota of mcp.toml";
            errors.report(method, "this function has no quota", help);
        }
    });
}

/// Tells every use of the context in the body: a method that is called right on it, or `None` for
/// what could be a use of everything.
fn uses(function: &Function, tell: &mut dyn FnMut(Option<&Ident>)) {
    let mut names = Vec::new();
    for pattern in signature::contexts(&function.sig) {
        match ast::simple_name(pattern) {
            Some(name) => names.push(name),
            None if matches!(pattern, Pat::Wild(_)) => {}
            None => tell(None),
        }
    }
    if !names.is_empty() {
        scan(function.body.clone(), &names, tell);
    }
}

/// Reads the tokens for uses of one of the names.
fn scan(tokens: TokenStream, names: &[&Ident], tell: &mut dyn FnMut(Option<&Ident>)) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => scan(group.stream(), names, tell),
            TokenTree::Ident(ident) if names.contains(&ident) && !is_member(&trees[..at]) => {
                match &trees[at + 1..] {
                    [TokenTree::Punct(dot), TokenTree::Ident(method), ..]
                        if dot.as_char() == '.' =>
                    {
                        tell(Some(method));
                    }
                    _ => tell(None),
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::FunctionKind;

    fn needs(function: &str) -> Needs {
        let tokens = function.parse().expect("tokens");
        let needs = Needs::of(&Function::parse(FunctionKind::Tool, tokens).expect("a function"));
        Needs { named: Named::default(), ..needs }
    }

    fn everything() -> Needs {
        Needs { session: true, state: true, hub: true, log: true, ..Needs::default() }
    }

    #[test]
    fn a_function_without_the_context_needs_nothing() {
        assert_eq!(needs("fn f(a: u8) { ctx.ask() }"), Needs::default());
        assert_eq!(needs("fn f(_: &Context) { ctx.ask() }"), Needs::default());
    }

    #[test]
    fn a_method_says_what_is_needed() {
        let of = |body: &str| needs(&format!("async fn f(ctx: &Context) {{ {body} }}"));
        assert_eq!(of("ctx.progress(1.0); ctx.caller().clone()"), Needs::default());
        assert_eq!(
            of("ctx\n    .ask::<Name>(\"?\").await?"),
            Needs { session: true, ..Needs::default() }
        );
        assert_eq!(
            of("if a { x(|| ctx.state::<u8>()) }"),
            Needs { state: true, ..Needs::default() }
        );
        assert_eq!(of("ctx.tools_changed().await"), Needs { hub: true, ..Needs::default() });
        assert_eq!(
            of("format!(\"{}\", ctx.info(1))"),
            Needs { session: true, log: true, ..Needs::default() }
        );
        let late = Needs { task: true, late_task: true, ..Needs::default() };
        assert_eq!(of("ctx.start_task().await"), late);
    }

    #[test]
    fn the_parameter_may_have_any_name() {
        let found = needs("fn f(a: u8, call: &toolgate::tool::Context) { call.log(ctx) }");
        assert_eq!(found, Needs { session: true, log: true, ..Needs::default() });
    }

    #[test]
    fn any_other_use_could_be_a_use_of_everything() {
        let of = |body: &str| needs(&format!("async fn f(ctx: &Context) {{ {body} }}"));
        for body in [
            "help(ctx)",
            "let c = ctx;",
            "Context::ask(ctx)",
            "(ctx).ask()",
            "m!(ctx)",
            "ctx.mine()",
            "..ctx",
        ] {
            assert_eq!(of(body), everything(), "{body}");
        }
    }

    #[test]
    fn a_member_of_the_same_name_is_something_else() {
        assert_eq!(needs("fn f(ctx: &Context) { self.ctx.ask() }"), Needs::default());
    }
}
