//! `[[policies.<name>.tests]]`: what policies have to decide. For tests and tools of the host; a
//! Worker does not contain it.

use serde_json::{Map, Value};
use toolgate_config::{Config, PolicyTest, Str, TestUser};
use toolgate_policy::{Caller, Decision, Vars, decide};

use crate::scope;
use crate::upstream::described::{self, Described};
use crate::upstream::id_token::Rejection;

/// One line for each test that does not hold: where it stands, and what is decided instead.
#[must_use]
pub fn failures(config: &Config, tests: &[PolicyTest]) -> Vec<String> {
    tests.iter().filter_map(|test| failure(config, test)).collect()
}

fn failure(config: &Config, test: &PolicyTest) -> Option<String> {
    let PolicyTest { policy, user, arguments, vars, allows, line, column } = test;
    let arguments = arguments.as_deref().map(object);
    let caller = match caller(config, user) {
        Ok(caller) => caller,
        Err(rejection) => {
            return Some(format!(
                "mcp.toml:{line}:{column}: nobody can sign in as the test of policy `{policy}` says: \
                 {rejection}"
            ));
        }
    };
    let decision = decide(config, policy, &caller, arguments.as_ref().into(), &Variables(vars));
    let found = match decision {
        Decision::Allow if *allows => return None,
        Decision::Deny { .. } if !*allows => return None,
        Decision::Allow => "allows".to_owned(),
        Decision::Deny { reason } => format!("denies ({reason})"),
    };
    let who = user.email.as_deref().unwrap_or(&user.subject);
    let expected = if *allows { "allow" } else { "deny" };
    Some(format!(
        "mcp.toml:{line}:{column}: policy `{policy}` {found} `{who}`, and the test expects `{expected}`"
    ))
}

fn caller(config: &Config, user: &TestUser) -> Result<Caller, Rejection> {
    let scopes = match &user.scopes {
        Some(scopes) => scopes.iter().map(|scope| scope.to_string()).collect(),
        None => scope::all(config).map(str::to_owned).collect(),
    };
    let described = Described {
        subject: user.subject.to_string(),
        email: user.email.as_deref().map(str::to_owned),
        email_verified: user.email_verified,
        groups: user.groups.iter().map(|group| group.to_string()).collect(),
        claims: object(&user.claims),
        scopes,
        client: user.client.as_deref().unwrap_or_default().to_owned(),
    };
    described::caller(config, described)
}

/// JSON text that the parser of `mcp.toml` wrote.
fn object(text: &str) -> Map<String, Value> {
    crate::json::from_str(text).unwrap_or_default()
}

struct Variables<'a>(&'a [(Str, Str)]);

impl Vars for Variables<'_> {
    fn var(&self, name: &str) -> Option<String> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.to_string())
    }
}
