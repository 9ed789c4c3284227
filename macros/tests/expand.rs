//! Snapshots of what the macros write: `expand/<case>.in.rs` holds a call of a macro,
//! `expand/<case>.out.rs` what becomes of it. `UPDATE=1 cargo test -p toolgate-macros` writes the
//! latter anew.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Item, Meta};

use crate::function::TriggerKind;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand")
}

/// Expands every item of a file that one of the macros stands on.
fn expand(source: &str) -> TokenStream {
    let file = syn::parse_file(source).expect("a Rust file");
    let mut tokens = TokenStream::new();
    for item in file.items {
        match item {
            Item::Fn(mut function) => {
                let (expand, options) = take_macro(&mut function.attrs);
                tokens.extend(expand(options, function.into_token_stream()));
            }
            other => other.to_tokens(&mut tokens),
        }
    }
    tokens
}

type Macro = fn(TokenStream, TokenStream) -> TokenStream;

fn take_macro(attrs: &mut Vec<Attribute>) -> (Macro, TokenStream) {
    let macros: [(&str, Macro); 7] = [
        ("http", crate::route::http),
        ("mcp_tool", crate::tool::mcp_tool),
        ("mcp_prompt", crate::prompt::mcp_prompt),
        ("mcp_resource", crate::resource::mcp_resource),
        ("cron", |options, item| crate::trigger::trigger(TriggerKind::Cron, options, item)),
        ("queue", |options, item| crate::trigger::trigger(TriggerKind::Queue, options, item)),
        ("email", |options, item| crate::trigger::trigger(TriggerKind::Email, options, item)),
    ];
    for (name, expand) in macros {
        if let Some(at) = attrs.iter().position(|attr| attr.path().is_ident(name)) {
            let options = match attrs.remove(at).meta {
                Meta::List(list) => list.tokens,
                _ => TokenStream::new(),
            };
            return (expand, options);
        }
    }
    panic!("no macro stands on a function")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).expect("the input")
}

fn check(case: &str) {
    compare(case, expand(&read(&format!("{case}.in.rs"))));
}

fn compare(case: &str, tokens: TokenStream) {
    let file = syn::parse2(tokens).expect("what was written is Rust");
    let found = prettyplease::unparse(&file);
    let path = folder().join(format!("{case}.out.rs"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &found).expect("the snapshot can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        found == expected,
        "{} is out of date; look at the difference after `UPDATE=1 cargo test -p toolgate-macros`\n{found}",
        path.display()
    );
}

macro_rules! cases {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )*};
}

cases! {
    no_parameters
    known_types
    types_of_the_user
    context_and_caller
    limits_and_defaults
    values_patterns_and_examples
    descriptions
    every_option
    faults
    own_schemas
    uses_of_the_context
    prompts
    quotas
    connections
    resources
    triggers
    routes
}

/// `mcp.toml` in, the Worker out; without the files beside it, which are checked elsewhere.
#[test]
fn a_whole_configuration() {
    compare("serve", crate::server::expand_config(&read("serve.in.toml")));
}

#[test]
fn a_worker_for_development() {
    compare("serve_dev", crate::server::expand_config(&read("serve_dev.in.toml")));
}

#[test]
fn a_worker_with_d1_has_a_purge() {
    compare("serve_d1", crate::server::expand_config(&read("serve_d1.in.toml")));
}

#[test]
fn a_worker_has_the_handlers_of_its_triggers_and_one_of_all_crons() {
    compare("serve_triggers", crate::server::expand_config(&read("serve_triggers.in.toml")));
}

#[test]
fn a_worker_that_announces_changes_has_sessions_and_the_hub() {
    compare(
        "serve_notifications",
        crate::server::expand_config(&read("serve_notifications.in.toml")),
    );
}

#[test]
fn a_worker_behind_access_has_no_client() {
    compare("serve_jwt", crate::server::expand_config(&read("serve_jwt.in.toml")));
}

#[test]
fn a_worker_that_signs_people_in_locally_has_nothing_of_the_configured_provider() {
    let source = read("serve_jwt.in.toml");
    compare("serve_stand_in", crate::server::expand_config_for_dev(&source));
}

#[test]
fn every_case_is_run() {
    let inputs = fs::read_dir(folder()).expect("the folder");
    let count = inputs
        .filter(|entry| {
            let name = entry.as_ref().expect("an entry").file_name();
            name.to_string_lossy().ends_with(".in.rs")
        })
        .count();
    assert_eq!(count, 17, "add the new case to `cases!`");
}

/// Paths in expanded code must mean the same thing whatever the user has imported or named.
#[test]
fn expanded_code_names_everything_by_its_whole_path() {
    for source in [
        "/// A\n#[mcp_tool(allow = \"everyone\", title = \"t\", read_only, icon = \"https://a/b\")]\n\
         async fn f(ctx: &Context, #[arg(range = 1..=2, header = \"A\")] a: Option<u8>) -> u8 { 1 }",
        "/// A\n#[mcp_tool(allow = \"everyone\")]\n\
         fn f(#[arg(pattern = \"a\")] a: String, #[arg(values = [1])] b: Vec<u8>) -> u8 { 1 }",
        "/// A\n#[mcp_prompt(allow = \"everyone\")]\n\
         async fn f(ctx: &Context, #[arg(complete = [\"x\"])] a: Option<u8>) -> u8 { 1 }",
        "#[cron(\"a\")]\nasync fn f(ctx: &Context, at: Scheduled) {}",
        "#[queue(\"a\")]\nasync fn f(jobs: Vec<Queued<u8>>) -> u8 { 1 }",
        "/// A\n#[mcp_resource(allow = \"everyone\", uri = \"a://{a}\", mime_type = \"a/b\")]\n\
         async fn f(ctx: &Context, #[arg(complete = x)] a: u8) -> u8 { 1 }",
    ] {
        names_everything_by_its_whole_path(&expand(source).to_string());
    }
}

fn names_everything_by_its_whole_path(text: &str) {
    let registration = text.split("const _").nth(1).expect("a registration");
    let names = [
        "Some",
        "None",
        "Box",
        "Option",
        "ToolDef",
        "PromptDef",
        "ResourceDef",
        "Needs",
        "ResourceInfo",
        "RequestedResource",
        "TriggerDef",
        "TriggerCall",
        "RawMessage",
        "IntoTriggerResult",
        "IntoToolResult",
        "IntoPromptResult",
        "IntoResource",
        "Pattern",
        "Icon",
        "concat",
        "file",
    ];
    for name in names {
        for (at, _) in registration.match_indices(name) {
            let before = registration[..at].trim_end();
            let alone = !registration[at + name.len()..].starts_with(char::is_alphanumeric);
            let of_user = name == "Option" && before.ends_with("same :: <");
            assert!(
                before.ends_with("::") || !alone || of_user,
                "`{name}` stands alone in\n{text}"
            );
        }
    }
}
