//! The answer to a call of a tool that only its arguments keep out. The tool is in the caller's list, so
//! that it exists is not a secret, and a model can make another call.

use serde_json::{Map, Value};
use toolgate_policy as policy;

use super::server::Scope;

pub use super::server::Refusing;

/// See [`Refusing`].
pub static REFUSING: Refusing = Refusing { message };

/// The words of the answer; `None` where something else than arguments keeps the caller out.
fn message(scope: &Scope<'_>, policy: &str, arguments: &Map<String, Value>) -> Option<String> {
    let Scope { server, caller, vars, .. } = *scope;
    let paths = policy::refused_arguments(server.config, policy, caller, arguments, vars);
    if paths.is_empty() {
        return None;
    }
    if let Some(message) = policy::deny_message(server.config, policy) {
        return Some(message.to_owned());
    }
    let (mut refused, mut missing) = (Vec::new(), Vec::new());
    for path in paths {
        let is_given = path.first().is_some_and(|name| arguments.contains_key(name.as_ref()));
        let names = if is_given { &mut refused } else { &mut missing };
        let name = ["`", &path.join("."), "`"].concat();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let clauses = [(refused, "is not allowed for you"), (missing, "has to be given")];
    let clauses: Vec<String> = clauses
        .into_iter()
        .flat_map(|(names, verdict)| names.into_iter().map(move |name| [&name, verdict].join(" ")))
        .collect();
    Some(clauses.join("; "))
}
