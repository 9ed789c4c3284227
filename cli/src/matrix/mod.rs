//! `cargo toolgate matrix`: who can call what, by the same evaluation as on every request.

mod render;
mod table;

use clap::{Args, ValueEnum};
use toolgate_config::{Checked, Config, DevUser};
use toolgate_core::upstream::described::Described;
use toolgate_policy::Vars;
use toolgate_policy::explain::explain;
use toolgate_policy::{PolicyOutcome, Reason};
use toolgate_policy_proof::compare::{self, Guard, Moved, Pair};
use toolgate_policy_proof::invariants::Kind;

use crate::lock::{self, FunctionKind, Lock};
use crate::project::Project;
use crate::who::{self, Known, Variables, all_scopes};
use crate::{Error, Result, proof};

use table::{Access, Cell, Matrix, Person, Row, Rule};

/// Text at the end of `--help`.
pub const HELP: &str = "\
Functions are those of mcp.lock, policies those of mcp.toml; nothing is compiled.

Exit status: 0 printed, 2 mcp.toml or mcp.lock cannot be read, or wrong usage";

/// Arguments of `cargo toolgate matrix`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// One more person, perhaps with groups; may be repeated
    #[arg(long = "user", value_name = "EMAIL[:GROUP,…]")]
    users: Vec<String>,
    #[command(flatten)]
    variables: Variables,
    /// Environment of mcp.toml, `[env.NAME]`
    #[arg(long = "env", value_name = "NAME")]
    environment: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Format of a matrix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns of text
    #[default]
    Text,
    /// Tables of Markdown
    Markdown,
    /// One JSON object
    Json,
}

/// Prints the matrix of the functions in `mcp.lock` under the policies in `mcp.toml`.
///
/// # Errors
///
/// When one of the two cannot be read.
pub fn run(project: &Project, arguments: &Arguments) -> Result<()> {
    let (file, source) = project.config_and_source()?;
    let checked = project.config_in(arguments.environment.as_deref())?;
    let lock = lock::under(project, &file, &source)?;
    let config = &checked.config;
    let accounts = file.dev.users.iter().map(|user| account(config, user));
    let named = arguments.users.iter().map(|user| named(config, user));
    let people: Vec<_> =
        accounts.chain(named).chain([anyone(config)]).collect::<Result<Vec<_>>>()?;
    let mut functions = rows(&lock, &checked, &people, &arguments.variables.over(&checked));
    anybody(&lock, config, &mut functions)?;
    let matrix = Matrix { functions, policies: rules(&lock, &checked), people };
    print!(
        "{}",
        match arguments.format {
            Format::Text => render::text(&matrix),
            Format::Markdown => render::markdown(&matrix),
            Format::Json => render::json(&matrix)?,
        }
    );
    Ok(())
}

/// An account of `[[dev.users]]`, as the dev identity provider tells of it.
fn account(config: &Config, user: &DevUser) -> Result<Person> {
    let claims = serde_json::to_value(&user.claims)
        .map_err(|error| Error::new(format!("claims of {}: {error}", user.email)))?;
    let described = Described {
        email: Some(user.email.clone()),
        email_verified: true,
        groups: user.groups.clone(),
        // Sent as they are, over what is made from the other fields.
        claims: claims.as_object().cloned().unwrap_or_default(),
        ..Described::default()
    };
    person(config, user.email.clone(), described)
}

/// `ada@example.com:design,staff`.
fn named(config: &Config, user: &str) -> Result<Person> {
    let (email, groups) = user.split_once(':').unwrap_or((user, ""));
    let groups: Vec<_> =
        groups.split(',').filter(|group| !group.is_empty()).map(str::to_owned).collect();
    let described = Described {
        email: Some(email.to_owned()),
        email_verified: true,
        groups,
        ..Described::default()
    };
    person(config, email.to_owned(), described)
}

/// Somebody of whom nothing is known but that they signed in.
fn anyone(config: &Config) -> Result<Person> {
    person(config, "anyone signed in".to_owned(), Described::default())
}

fn person(config: &Config, name: String, described: Described) -> Result<Person> {
    let (groups, scopes) = (described.groups.clone(), all_scopes(config));
    let caller = who::caller(config, Described { scopes, ..described })
        .map_err(|error| Error::new(format!("{name}: {error}")))?;
    Ok(Person { name, groups, caller })
}

fn rows(lock: &Lock, checked: &Checked, people: &[Person], vars: &Known<'_>) -> Vec<Row> {
    let row = |(kind, function): (FunctionKind, &lock::Function)| Row {
        kind: kind.as_str(),
        name: function.name.clone(),
        policy: function.policy.clone(),
        as_caller: function.as_caller.clone(),
        connections: function.connections.clone(),
        quota: function.quota.clone(),
        who_at_all: None,
        access: people
            .iter()
            .map(|Person { name, caller, .. }| {
                let (config, policy) = (&checked.config, &function.policy);
                if kind == FunctionKind::Route && policy == lock::PUBLIC {
                    return cell(name, None, PolicyOutcome::True);
                }
                let decide =
                    |vars: &dyn Vars| explain(config, policy, caller, None, vars).outcome.into();
                let variable = vars.deciding(caller, &decide);
                cell(name, variable, explain(config, policy, caller, None, vars).outcome)
            })
            .collect(),
    };
    // No person sends what a program signs.
    let is_signed = |kind, policy: &str| kind == FunctionKind::Route && policy == lock::SIGNED;
    let rows = lock.functions().filter(|(kind, one)| !is_signed(*kind, &one.policy));
    rows.map(row).collect()
}

/// Adds everybody who can call a function.
fn anybody(lock: &Lock, config: &Config, rows: &mut [Row]) -> Result<()> {
    const MORE: &str = "and others";
    let schemas: Vec<Option<serde_json::Value>> = rows
        .iter()
        .map(|row| {
            let tool = lock.tools.iter().find(|tool| row.kind == "tool" && tool.name == row.name);
            tool.and_then(|tool| proof::schema(Kind::Tool, tool))
        })
        .collect();
    let pairs = rows.iter().zip(&schemas).map(|(row, schema)| {
        let guard = Guard { policy: &row.policy, schema: schema.as_ref() };
        Pair { old: None, new: Some(guard) }
    });
    let pairs: Vec<Pair<'_>> = pairs.collect();
    let found = compare::compare(config, config, &pairs, None);
    let found = found.map_err(|fault| proof::fault(&fault))?;
    let mut told = Vec::new();
    for (row, difference) in rows.iter().zip(found) {
        told.push(match difference.gained {
            _ if row.policy == lock::PUBLIC => {
                Some(vec!["everybody, also without signing in".to_owned()])
            }
            Moved::Nobody => Some(Vec::new()),
            Moved::Undecided => None,
            Moved::Some { cubes, is_complete } => {
                let more = (!is_complete).then(|| MORE.to_owned());
                Some(cubes.into_iter().map(|(words, _)| words).chain(more).collect())
            }
        });
    }
    for (row, told) in rows.iter_mut().zip(told) {
        row.who_at_all = told;
    }
    Ok(())
}

fn cell(who: &str, variable: Option<String>, outcome: PolicyOutcome<'_>) -> Cell {
    if let Some(name) = variable {
        let reason = Some(format!("depends on {name}"));
        return Cell { who: who.to_owned(), access: Access::Depends, reason };
    }
    let (access, reason) = match outcome {
        PolicyOutcome::True => (Access::Allowed, None),
        PolicyOutcome::Open => (Access::Depends, None),
        PolicyOutcome::False => (Access::Denied, Some(Reason::NotMatched.to_string())),
        PolicyOutcome::Unknown(reason) => (Access::Denied, Some(reason.to_string())),
    };
    Cell { who: who.to_owned(), access, reason }
}

fn rules(lock: &Lock, checked: &Checked) -> Vec<Rule> {
    let of = |policy: &lock::Policy| {
        let known = checked.config.policies.iter().find(|known| known.name == policy.name);
        let position = checked.policy_position(&policy.name);
        Rule {
            name: policy.name.clone(),
            description: known.and_then(|known| known.description.clone()).map(Into::into),
            rule: policy.rule.clone(),
            position: position.map(|at| format!("mcp.toml:{}:{}", at.line, at.column)),
        }
    };
    lock.policies.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_may_have_groups() {
        let file = "[server]\nname = \"A server\"\n[identity]\nprovider = \"cloudflare-access\"\n\
                    groups_claim = \"roles\"\n";
        let config = toolgate_config::check(file).expect("sound").config;
        let person = named(&config, "ada@example.com:design,staff").expect("a person");
        assert_eq!(person.name, "ada@example.com");
        assert_eq!(person.caller.groups, ["design", "staff"], "under whatever name");
        assert!(named(&config, "ada@example.com").expect("a person").groups.is_empty());
    }

    #[test]
    fn an_account_is_what_its_claims_say() {
        let config =
            toolgate_config::check("[server]\nname = \"A server\"\n").expect("sound").config;
        let mut claims = toml::Table::new();
        claims.insert("email_verified".to_owned(), false.into());
        claims.insert("groups".to_owned(), vec!["design"].into());
        let user =
            DevUser { email: "ada@example.com".to_owned(), name: None, groups: Vec::new(), claims };
        let Person { caller, .. } = account(&config, &user).expect("a person");
        assert_eq!((caller.email, caller.groups), (None, vec!["design".to_owned()]));
    }
}
