//! `connections = ["…"]`: which accounts of its caller at third parties a tool uses.

use quote::ToTokens as _;
use syn::{Expr, ExprLit, Lit, LitStr};
use toolgate_config::Checked;

use crate::config_file::{ConfigOutcome, ConfigPath};
use crate::errors::Errors;
use crate::options::Entry;

/// The names of connections, if `mcp.toml` knows them.
pub(crate) fn check(entry: &Entry, config: &ConfigPath, errors: &Errors) -> Vec<LitStr> {
    let Some(names) = names(entry, errors) else { return Vec::new() };
    for (index, name) in names.iter().enumerate() {
        if names[..index].iter().any(|other| other.value() == name.value()) {
            let message = format!("`{}` stands here twice", name.value());
            errors.report(name, message, "leave one of them out");
        }
    }
    // A broken mcp.toml is for `serve!` to report, once.
    if let ConfigOutcome::Good(checked) = config.check() {
        for name in &names {
            if !checked.connection_names().any(|known| known == name.value()) {
                let message = format!("unknown connection `{}`", name.value());
                errors.report(name, message, help(&checked, &name.value(), config));
            }
        }
    }
    names
}

fn names(entry: &Entry, errors: &Errors) -> Option<Vec<LitStr>> {
    let wrong = || {
        let help = "write `connections = [\"linear\"]`, with names of mcp.toml";
        errors.report(entry.tokens(), "`connections` takes a list of names in quotes", help);
    };
    let Some(Expr::Array(list)) = &entry.value else {
        wrong();
        return None;
    };
    let name = |expr: &Expr| match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Some(name.clone()),
        other => {
            let help = "write the name of a connection of mcp.toml: `\"linear\"`";
            errors.report(other.to_token_stream(), "this is not a name in quotes", help);
            None
        }
    };
    let names: Vec<LitStr> = list.elems.iter().filter_map(name).collect();
    if list.elems.is_empty() {
        wrong();
    }
    Some(names)
}

fn help(checked: &Checked, wrong: &str, config: &ConfigPath) -> String {
    let file = config.display();
    let names: Vec<_> = checked.connection_names().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return format!(
            "{file} has no connection: add `[connections.{wrong}]` with the addresses of the third party, \
             `client_id` and `hosts`"
        );
    }
    let known = format!("the connections of {file} are {}", names.join(", "));
    match checked.suggest_connection(wrong) {
        Some((meant, at)) => {
            format!("did you mean `{meant}` ({file}:{}:{})?\n= help: {known}", at.line, at.column)
        }
        None => known,
    }
}
