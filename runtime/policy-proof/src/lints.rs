//! Policies that say something else than their author thinks: conditions that nobody meets, that change nothing, and
//! policies that are the same.

use toolgate_config::{Checked, Code, Condition, Config, Diagnostic, List, Scalar, Str, Test};

use crate::circuit::Gate;
use crate::prover::Prover;
use crate::solver::Solved;

/// A condition that nobody can meet, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The policy that it stands in.
    pub policy: String,
    /// The place among its siblings, from the policy's outermost condition.
    pub path: Vec<usize>,
    /// Conditions that exclude each other.
    pub clash: String,
}

/// Every condition that nobody can meet, as a fault of the file.
#[must_use]
pub fn contradictions(checked: &Checked) -> Vec<Diagnostic> {
    let told = impossible(&checked.config).into_iter().filter_map(|found| {
        let Contradiction { policy, path, clash } = found;
        Some(Diagnostic {
            code: Code::Contradiction,
            span: checked.condition_span(&policy, &path)?,
            message: format!("nobody can pass this in policy `{policy}`: {clash}"),
            help: Some(
                "every key of a table, and every entry of `all`, has to hold; write alternatives in `any`"
                    .to_owned(),
            ),
        })
    });
    told.collect()
}

/// Every condition that nobody can meet, the innermost ones where several stand inside of each other.
#[must_use]
pub fn impossible(config: &Config) -> Vec<Contradiction> {
    let free = with_any_provider(config);
    let mut search = Search {
        shown: config,
        config: &free,
        prover: Prover::new(&[&free], &[], &[]),
        found: Vec::new(),
    };
    for (index, policy) in free.policies.iter().enumerate() {
        search.look(&policy.name, &policy.rule, &config.policies[index].rule, &mut Vec::new());
    }
    search.found
}

/// The provider may be another one in an environment, so that conditions on it are about a value like
/// others: as an argument, of which a call has one.
fn with_any_provider(config: &Config) -> Config {
    const NAME: &str = "the identity provider";
    fn free(condition: &Condition) -> Condition {
        let parts = |parts: &List<Condition>| parts.iter().map(free).collect::<Vec<_>>().into();
        match condition {
            Condition::Identity(providers) => {
                let names = providers.iter().map(|one| Scalar::Str(Str::Borrowed(one.name())));
                let test = Test::OneOf(names.collect::<Vec<_>>().into());
                Condition::Argument { path: vec![Str::Borrowed(NAME)].into(), test }
            }
            Condition::Any(all) => Condition::Any(parts(all)),
            Condition::All(all) => Condition::All(parts(all)),
            Condition::Not(all) => Condition::Not(parts(all)),
            other => other.clone(),
        }
    }
    let mut config = config.clone();
    for policy in config.policies.to_mut() {
        policy.rule = free(&policy.rule);
    }
    config
}

/// A condition that has to hold, and the same as the file has it.
type Conjunct<'a> = (&'a Condition, &'a Condition);

struct Search<'a> {
    shown: &'a Config,
    config: &'a Config,
    prover: Prover<'a>,
    found: Vec<Contradiction>,
}

impl<'a> Search<'a> {
    fn look(
        &mut self,
        policy: &str,
        condition: &'a Condition,
        shown: &'a Condition,
        path: &mut Vec<usize>,
    ) {
        let holds = self.prover.holds(0, condition);
        let is_impossible = matches!(self.prover.solve(&[holds]), Solved::Impossible(_));
        let parts = match condition {
            Condition::Any(parts) | Condition::All(parts) => parts.as_ref(),
            // A policy that nobody passes is told where it stands.
            Condition::Policy(_) => return,
            _ => &[],
        };
        let inner = |search: &mut Self, path: &mut Vec<usize>| {
            let before = search.found.len();
            for (index, (part, shown)) in parts.iter().zip(shown.parts()).enumerate() {
                path.push(index);
                search.look(policy, part, shown, path);
                path.pop();
            }
            search.found.len() > before
        };
        let is_told = inner(self, path);
        if is_impossible
            && !is_told
            && !matches!(condition, Condition::Any(_))
            && let Some(clash) = self.clash(condition, shown)
        {
            self.found.push(Contradiction { policy: policy.to_owned(), path: path.clone(), clash });
        }
    }

    /// The fewest conditions that exclude each other; `None` where a policy that is named is to blame.
    fn clash(&mut self, condition: &'a Condition, shown: &'a Condition) -> Option<String> {
        let mut together = Vec::new();
        self.conjuncts((condition, shown), &mut together);
        let gates: Vec<Gate> = together.iter().map(|(one, _)| self.prover.holds(0, one)).collect();
        let mut left: Vec<usize> = (0..gates.len()).collect();
        let mut at = 0;
        while at < left.len() {
            let fewer: Vec<usize> = left.iter().copied().filter(|one| *one != left[at]).collect();
            let asked: Vec<Gate> = fewer.iter().map(|one| gates[*one]).collect();
            match self.prover.solve(&asked) {
                Solved::Impossible(_) => left = fewer,
                Solved::Satisfiable | Solved::Undecided => at += 1,
            }
        }
        let words: Vec<String> =
            left.iter().map(|one| format!("`{}`", in_words(together[*one].1))).collect();
        match words.as_slice() {
            [] => None,
            [only] if only == "`not = { policy = \"everyone\" }`" => {
                Some("everybody is excluded".to_owned())
            }
            [only] => Some(format!("{only} never holds")),
            [first @ .., last] => {
                Some(format!("{} and {last} exclude each other", first.join(", ")))
            }
        }
    }

    /// The conditions that have to hold for this one to hold.
    fn conjuncts(&self, (condition, shown): Conjunct<'a>, out: &mut Vec<Conjunct<'a>>) {
        match condition {
            Condition::All(parts) => {
                let parts = parts.iter().zip(shown.parts());
                parts.for_each(|part| self.conjuncts(part, out));
            }
            Condition::Policy(name) => {
                let at = self.config.policies.iter().position(|policy| policy.name == *name);
                if let Some(at) = at {
                    let rules = (&self.config.policies[at].rule, &self.shown.policies[at].rule);
                    self.conjuncts(rules, out);
                }
            }
            condition => out.push((condition, shown)),
        }
    }
}

/// A condition in one line, with what is inside of it.
fn in_words(condition: &Condition) -> String {
    let each = |parts: &[Condition]| {
        let words: Vec<String> =
            parts.iter().map(|part| format!("{{ {} }}", in_words(part))).collect();
        words.join(", ")
    };
    match condition {
        Condition::Not(parts) => format!("not = {}", each(parts)),
        Condition::Any(parts) => format!("any = [{}]", each(parts)),
        Condition::All(parts) => format!("all = [{}]", each(parts)),
        condition => condition.in_words(),
    }
}

/// A policy, or a condition in one, that could be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Superfluous {
    /// Without this condition, the same callers pass.
    Condition {
        /// The policy.
        policy: String,
        /// The place of the condition.
        path: Vec<usize>,
        /// The condition.
        words: String,
    },
    /// Both are true for the same callers and false for the same ones.
    Same {
        /// A policy.
        policy: String,
        /// An earlier one.
        as_policy: String,
    },
}

/// Conditions that change nothing, and policies that are the same, where it is decided.
#[must_use]
pub fn superfluous(config: &Config) -> Vec<Superfluous> {
    let mut found = Vec::new();
    let free = with_any_provider(config);
    let mut prover = Prover::new(&[&free], &[], &[]);
    let gates: Vec<[Gate; 2]> = config
        .policies
        .iter()
        .map(|policy| {
            let named = Condition::Policy(policy.name.clone());
            [prover.holds(0, &named), prover.fails(0, &named)]
        })
        .collect();
    for (index, policy) in free.policies.iter().enumerate() {
        let same = (0..index).find(|other| prover.is_same(gates[index], gates[*other]));
        found.extend(same.map(|other| Superfluous::Same {
            policy: policy.name.to_string(),
            as_policy: config.policies[other].name.to_string(),
        }));
        let whole = [prover.holds(0, &policy.rule), prover.fails(0, &policy.rule)];
        let mut paths = Vec::new();
        parts(&policy.rule, &mut Vec::new(), &mut paths);
        for path in paths {
            let Some((rule, _)) = without(&policy.rule, &path) else { continue };
            let fewer = [prover.holds(0, &rule), prover.fails(0, &rule)];
            if prover.is_same(whole, fewer) {
                let shown = without(&config.policies[index].rule, &path);
                let words = shown.map(|(_, dropped)| in_words(&dropped)).unwrap_or_default();
                found.push(Superfluous::Condition { policy: policy.name.to_string(), path, words });
            }
        }
    }
    found
}

/// The places of all parts of combinations.
fn parts(condition: &Condition, path: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
    for (index, part) in condition.parts().iter().enumerate() {
        path.push(index);
        if !matches!(condition, Condition::Not(_)) {
            out.push(path.clone());
        }
        parts(part, path, out);
        path.pop();
    }
}

/// The condition without the part at this place, and that part; `None` where nothing would be left.
fn without(condition: &Condition, path: &[usize]) -> Option<(Condition, Condition)> {
    let (first, rest) = path.split_first()?;
    let mut parts = condition.parts().to_vec();
    let dropped = if rest.is_empty() {
        let dropped = parts.remove(*first);
        if parts.is_empty() {
            return None;
        }
        dropped
    } else {
        let (part, dropped) = without(&parts[*first], rest)?;
        parts[*first] = part;
        dropped
    };
    let rule = match condition {
        Condition::Any(_) => Condition::Any(parts.into()),
        Condition::All(_) => Condition::All(parts.into()),
        Condition::Not(_) => Condition::Not(parts.into()),
        _ => return None,
    };
    Some((rule, dropped))
}

impl Prover<'_> {
    /// True if two conditions are true for the same callers, and false for the same ones.
    fn is_same(&mut self, one: [Gate; 2], other: [Gate; 2]) -> bool {
        one.into_iter().zip(other).all(|(one, other)| {
            let differs = self.xor(one, other);
            matches!(self.solve(&[differs]), Solved::Impossible(_))
        })
    }
}
