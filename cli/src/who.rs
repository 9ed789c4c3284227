//! People and variables as the command line names them.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Map, Value};
use toolgate_config::Config;
use toolgate_core::caller::{Caller, Vars};
use toolgate_core::oauth::scope;

/// A person, as the identity provider would describe them.
#[derive(Debug, Clone, Default, Args)]
pub struct Who {
    /// E-mail address; without it the person has none
    #[arg(long, value_name = "EMAIL")]
    user: Option<String>,
    /// The address is not verified
    #[arg(long, requires = "user")]
    unverified: bool,
    /// `sub` at the identity provider
    #[arg(long, value_name = "SUB", default_value = "")]
    subject: String,
    /// A group of the person; may be repeated
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// A claim, its value as JSON or else as text; may be repeated
    #[arg(long = "claim", value_name = "NAME=VALUE", value_parser = json_pair)]
    claims: Vec<(String, Value)>,
    /// An OAuth scope of the access token; may be repeated. By default all that the server knows
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
}

impl Who {
    /// As policies see them.
    pub fn caller(&self, config: &Config) -> Caller {
        let scopes = if self.scopes.is_empty() { all_scopes(config) } else { self.scopes.clone() };
        Caller {
            subject: self.subject.clone(),
            email: self.user.clone().filter(|_| !self.unverified),
            claimed_email: self.user.clone().filter(|_| self.unverified),
            groups: self.groups.clone(),
            claims: self.claims.iter().cloned().collect::<Map<_, _>>(),
            scopes,
            ..Caller::default()
        }
    }
}

/// Those of an access token that was asked for with all of them.
pub fn all_scopes(config: &Config) -> Vec<String> {
    scope::all(config).map(str::to_owned).collect()
}

/// Worker variables.
#[derive(Debug, Clone, Default, Args)]
pub struct Variables {
    /// A Worker variable, for `emails_from`; may be repeated
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    vars: Vec<(String, String)>,
}

impl Vars for Variables {
    fn var(&self, name: &str) -> Option<String> {
        let vars: BTreeMap<_, _> = self.vars.iter().cloned().collect();
        vars.get(name).cloned()
    }
}

/// `name=value`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// `name=value`, the value being JSON or else text.
pub fn json_pair(text: &str) -> Result<(String, Value), String> {
    let (name, text) = pair(text)?;
    let value = serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text));
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_json_where_it_can_be() {
        assert_eq!(json_pair("level=3"), Ok(("level".to_owned(), json!(3))));
        assert_eq!(json_pair("a=[\"b\"]"), Ok(("a".to_owned(), json!(["b"]))));
        assert_eq!(json_pair("team=red=blue"), Ok(("team".to_owned(), json!("red=blue"))));
        assert!(json_pair("level").is_err() && json_pair("=3").is_err());
    }

    #[test]
    fn an_address_is_verified_unless_it_is_said_not_to_be() {
        let user = Some("ada@example.com".to_owned());
        let config =
            toolgate_config::check("[server]\nname = \"A server\"\n").expect("sound").config;
        let who = Who { user, ..Who::default() };
        assert!(who.caller(&config).email.is_some());
        let unverified = Who { unverified: true, ..who }.caller(&config);
        assert!(unverified.email.is_none() && unverified.claimed_email.is_some());
        assert!(Who::default().caller(&config).email.is_none());
    }
}
