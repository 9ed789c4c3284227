//! The fewest changes that would let somebody in who is refused.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};
use toolgate_config::{Condition, Config};
use toolgate_policy::{Caller, Vars};
use toolgate_policy_proof::{
    Case, Changes, Expected, Grants, MOST_CHANGES, Mode, Prover, Way, reachable,
};

use crate::{Result, proof};

/// Ways in, for people who can change policies: the caller learns nothing of them.
#[derive(Debug, Serialize)]
pub(super) struct WaysIn {
    /// Facts that alone are enough to refuse.
    enough_to_refuse: String,
    /// Changes that the caller makes at will: other arguments, other scopes.
    at_will: Vec<String>,
    /// Changes that others decide on.
    by_others: Vec<String>,
    /// True if there are no others of so few facts.
    complete: bool,
}

/// The question: who calls what.
pub(super) struct Call<'a> {
    pub(super) config: &'a Config,
    pub(super) policy: &'a str,
    pub(super) caller: &'a Caller,
    pub(super) arguments: Option<&'a Map<String, Value>>,
    pub(super) vars: &'a dyn Vars,
    pub(super) schema: Option<&'a Value>,
}

impl WaysIn {
    /// For a caller who is refused; `None` where it is not decided.
    pub(super) fn of(call: &Call<'_>) -> Result<Option<Self>> {
        let config = reachable::only(call.config, std::iter::once(call.policy), &[]);
        let schemas: Vec<&Value> = call.schema.into_iter().collect();
        let mut prover = Prover::new(&[&config], &[], &schemas);
        let mode = if call.arguments.is_some() { Mode::Call } else { Mode::List };
        let goal = prover.passes(0, call.policy, mode, Grants::Nothing);
        let mut within = prover.provided(0);
        if let (Some(schema), Mode::Call) = (call.schema, mode) {
            let accepted = prover.accepted(schema);
            within = prover.and(within, accepted);
        }
        let case = case(&config, call);
        let Some(found) = prover.changes(goal, within, &case, call.schema) else { return Ok(None) };
        for Way { case, .. } in &found.ways {
            let passes = match mode {
                Mode::Call => Expected::Call(0, call.policy, true),
                Mode::List | Mode::Partial => Expected::SomeCall(0, call.policy, true),
            };
            prover.confirm(case, &[passes]).map_err(|fault| proof::fault(&fault))?;
        }
        let words = |at_will: bool| {
            let own = found.ways.iter().map(|way| &way.cube);
            let own = own.filter(|cube| Changes::is_at_will(&prover, cube) == at_will);
            own.map(|cube| prover.words(cube)).collect()
        };
        Ok(Some(Self {
            enough_to_refuse: prover.words(&found.reason),
            at_will: words(true),
            by_others: words(false),
            complete: found.is_complete,
        }))
    }

    pub(super) fn text(&self) -> String {
        let mut out = format!("  enough to refuse: {}\n", self.enough_to_refuse);
        let lists = [
            ("would let in, at will", &self.at_will),
            ("would let in, as others decide", &self.by_others),
        ];
        for (title, ways) in lists {
            for way in ways {
                // Writing to a String cannot fail.
                let _ = writeln!(out, "  {title}: {way}");
            }
        }
        let none = self.at_will.is_empty() && self.by_others.is_empty();
        let rest = match (none, self.complete) {
            (true, _) => format!("no {MOST_CHANGES} changes would let them in"),
            (false, true) => format!("no other way with {MOST_CHANGES} changes or fewer"),
            (false, false) => "and other ways".to_owned(),
        };
        let _ = writeln!(out, "  {rest}");
        out
    }
}

/// The call, with the variables that policies read people from.
fn case(config: &Config, call: &Call<'_>) -> Case {
    let mut case = Case {
        caller: call.caller.clone(),
        arguments: call.arguments.cloned().unwrap_or_default(),
        ..Case::default()
    };
    for policy in config.policies.iter() {
        policy.rule.walk(&mut |condition| {
            if let Condition::EmailsFrom(name) = condition
                && let Some(text) = call.vars.var(name)
            {
                case.variables.insert(name.to_string(), text);
            }
        });
    }
    case
}
