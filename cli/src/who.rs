//! People and variables as the command line names them.

use std::cell::RefCell;

use clap::Args;
use serde_json::Value;
use toolgate_config::{Checked, Config};
use toolgate_core::oauth::scope;
use toolgate_core::upstream::described::{self, Described};
use toolgate_policy::{Caller, PolicyOutcome, Vars};

use crate::{Error, Result};

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
    /// The client: an id of `[[clients]]`, or the address of its metadata document
    #[arg(long, value_name = "CLIENT", default_value = "")]
    client: String,
    /// An OAuth scope of the access token; may be repeated. By default all that the server knows
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
}

impl Who {
    /// As policies see them.
    ///
    /// # Errors
    ///
    /// When the Worker would let nobody in of whom this is said.
    pub fn caller(&self, config: &Config) -> Result<Caller> {
        let scopes = if self.scopes.is_empty() { all_scopes(config) } else { self.scopes.clone() };
        let described = Described {
            subject: self.subject.clone(),
            email: self.user.clone(),
            email_verified: !self.unverified,
            groups: self.groups.clone(),
            claims: self.claims.iter().cloned().collect(),
            scopes,
            client: self.client.clone(),
        };
        caller(config, described)
    }
}

/// The caller that the Worker would see.
///
/// # Errors
///
/// When the Worker would let nobody in of whom this is said.
pub fn caller(config: &Config, described: Described) -> Result<Caller> {
    described::caller(config, described).map_err(|rejection| {
        Error::new(format!("the Worker would not let this person in: {rejection}"))
    })
}

/// Those of an access token that was asked for with all of them.
pub fn all_scopes(config: &Config) -> Vec<String> {
    scope::all(config).map(str::to_owned).collect()
}

/// Worker variables.
#[derive(Debug, Clone, Default, Args)]
pub struct Variables {
    /// A Worker variable, for `emails_from`, over those of [wrangler.vars]; may be repeated
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    vars: Vec<(String, String)>,
}

/// The variables of a Worker, as far as they are known here: those of the command line, and else those
/// of `[wrangler.vars]`.
#[derive(Debug)]
pub struct Known<'a> {
    given: &'a Variables,
    file: Option<&'a toml::Table>,
}

impl Variables {
    /// Over those that the file has.
    pub fn over<'a>(&'a self, checked: &'a Checked) -> Known<'a> {
        let file = checked.wrangler.get("vars").and_then(toml::Value::as_table);
        Known { given: self, file }
    }
}

/// Result of a decision, apart from its reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The person passes.
    Passes,
    /// It depends on arguments.
    Depends,
    /// The person does not pass.
    Stays,
}

impl From<PolicyOutcome<'_>> for Verdict {
    fn from(outcome: PolicyOutcome<'_>) -> Self {
        match outcome {
            PolicyOutcome::True => Self::Passes,
            PolicyOutcome::Open => Self::Depends,
            PolicyOutcome::False | PolicyOutcome::Unknown(_) => Self::Stays,
        }
    }
}

/// An address that nobody has (RFC 2606 section 2).
const NOBODY: &str = "nobody@example.invalid";

impl Known<'_> {
    /// A variable that is not known here, where the verdict depends on such: with the person on some of
    /// their lists it is another than with the person on none.
    pub fn deciding(
        &self,
        caller: &Caller,
        decide: &dyn Fn(&dyn Vars) -> Verdict,
    ) -> Option<String> {
        let person = caller.email.as_deref()?;
        let (mut names, mut first) = (Vec::<String>::new(), None);
        let mut mask = 0_usize;
        // Each combination of lists that the person is on.
        while mask < 1 << names.len().min(MOST_UNKNOWN) {
            let listed = names.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1);
            let listed = listed.map(|(_, name)| name.clone()).collect();
            let assumed = Assumed { known: self, person, listed, missing: RefCell::default() };
            let verdict = decide(&assumed);
            for name in assumed.missing.into_inner() {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            if *first.get_or_insert(verdict) != verdict {
                return names.into_iter().next();
            }
            mask += 1;
        }
        None
    }
}

/// Variables of which every combination is tried; one policy has one or two.
const MOST_UNKNOWN: usize = 8;

/// Variables of which those that are not known list the person, or nobody.
struct Assumed<'a> {
    known: &'a Known<'a>,
    person: &'a str,
    /// Those that list the person.
    listed: Vec<String>,
    missing: RefCell<Vec<String>>,
}

impl Vars for Assumed<'_> {
    fn var(&self, name: &str) -> Option<String> {
        self.known.var(name).or_else(|| {
            self.missing.borrow_mut().push(name.to_owned());
            let is_listed = self.listed.iter().any(|listed| listed == name);
            Some(if is_listed { self.person } else { NOBODY }.to_owned())
        })
    }
}

impl Vars for Known<'_> {
    fn var(&self, name: &str) -> Option<String> {
        let given = self.given.vars.iter().rev().find(|(known, _)| known == name);
        let given = given.map(|(_, value)| value.clone());
        given.or_else(|| self.file?.get(name)?.as_str().map(str::to_owned))
    }
}

/// `name=value`.
pub fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// `name=value`, the value being JSON or else text.
pub fn json_pair(text: &str) -> std::result::Result<(String, Value), String> {
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
        let caller = |who: Who| who.caller(&config).expect("a caller");
        assert!(caller(who.clone()).email.is_some());
        let unverified = caller(Who { unverified: true, ..who });
        assert!(unverified.email.is_none() && unverified.claimed_email.is_some());
        assert!(caller(Who::default()).email.is_none());
    }
}
