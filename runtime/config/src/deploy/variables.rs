//! The Worker variables and secrets that a configuration reads, and `.dev.vars.example`.

use std::fmt::Write as _;

use crate::model::{Condition, Endpoints, Identity, Setting};
use crate::parse::{Checked, OwnSecret};
use crate::provider::ProviderFacts;

/// A Worker variable or secret that must be set before the server works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its purpose in a few words, for comments and prompts.
    pub purpose: String,
    /// True where the server's own code reads it, and Toolgate does not.
    pub is_own: bool,
}

/// Every variable that the server reads and `[wrangler.vars]` does not set, in a fixed order.
pub fn variables(checked: &Checked) -> Vec<Variable> {
    let identity = &checked.config.identity;
    let mut found = Found { checked, variables: Vec::new() };
    found.identity(identity);
    let encryption_key = &checked.config.tokens.encryption_key;
    found.name(encryption_key, "seals cookies and tokens: `openssl rand -hex 32`");
    for client in checked.config.clients.iter() {
        if let Some(secret) = &client.secret {
            found.name(secret, &format!("client secret of `{}`", client.id));
        }
        if let Some(secret) = &client.previous_secret {
            found.name(secret, &format!("client secret of `{}` before the present one", client.id));
        }
    }
    for connection in checked.config.connections.iter() {
        found.setting(&connection.client_id, &format!("client id at {}", connection.title));
    }
    for policy in checked.config.policies.iter() {
        found.condition(&policy.rule, &policy.name);
    }
    found.own();
    found.variables
}

struct Found<'a> {
    checked: &'a Checked,
    variables: Vec<Variable>,
}

impl Found<'_> {
    fn name(&mut self, name: &str, purpose: &str) {
        let vars = self.checked.wrangler.get("vars").and_then(toml::Value::as_table);
        let is_set = vars.is_some_and(|vars| vars.contains_key(name));
        if !is_set && !self.variables.iter().any(|known| known.name == name) {
            let purpose = purpose.to_owned();
            self.variables.push(Variable { name: name.to_owned(), purpose, is_own: false });
        }
    }

    /// `[secrets]`, whose names nothing else has.
    fn own(&mut self) {
        let own = self.checked.secrets.iter().cloned();
        self.variables.extend(own.map(|OwnSecret { name, purpose }| Variable {
            name,
            purpose,
            is_own: true,
        }));
    }

    fn identity(&mut self, identity: &Identity) {
        let ProviderFacts { application, client_id, .. } = identity.provider.facts();
        if let Some(client_id) = client_id {
            self.setting(&identity.client_id, &format!("{} of {application}", client_id.title));
        }
        if let Some(secret) = &identity.client_secret {
            self.name(secret, &format!("client secret of {application}"));
        }
        if let Endpoints::Urls { authorization_url, token_url, jwks_url } = &identity.endpoints {
            self.setting(token_url, &format!("token endpoint of {application}"));
            self.setting(authorization_url, &format!("authorization endpoint of {application}"));
            self.setting(jwks_url, &format!("key endpoint of {application}"));
        }
        if let Some(issuer) = &identity.issuer {
            let purpose = match identity.endpoints {
                Endpoints::Discovery(_) => "issuer of the identity provider, which is found by it",
                _ => "expected issuer of the id_token",
            };
            self.setting(issuer, purpose);
        }
    }

    fn setting(&mut self, setting: &Setting, purpose: &str) {
        if let Setting::Var(name) = setting {
            self.name(name, purpose);
        }
    }

    fn condition(&mut self, condition: &Condition, policy: &str) {
        condition.walk(&mut |condition| {
            if let Condition::EmailsFrom(name) = condition {
                self.name(name, &format!("addresses of policy `{policy}`, separated by commas"));
            }
        });
    }
}

/// The text of `.dev.vars.example`.
pub fn dev_vars_example(checked: &Checked) -> String {
    let needed = match checked.secrets.as_slice() {
        [] => "none of it",
        _ => "only the secrets of [secrets]",
    };
    let mut out = format!(
        "# Generated from mcp.toml by `cargo toolgate sync`; do not edit.\n\
         # For `wrangler dev`: copy to .dev.vars, fill in, never commit. `cargo toolgate dev` needs {needed}.\n",
    );
    for Variable { name, purpose, .. } in variables(checked) {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n# {purpose}\n{name}=\"\"\n");
    }
    out
}
