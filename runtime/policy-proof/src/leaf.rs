//! Conditions without others inside, as functions of facts. Each is a table of what the evaluator says.

use toolgate_config::{Condition, Config, List, Str, Test};

use crate::circuit::Gate;
use crate::fact::{About, FactId};
use crate::mutation::{self, Mutation};
use crate::oracle::{Asked, Case, Outcome};
use crate::paths::{Class, Root};
use crate::world::World;

/// When a condition is true, when it is false, and when it depends on arguments that nobody named. At
/// all other times it is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) yes: Gate,
    pub(crate) no: Gate,
    pub(crate) open: Gate,
}

/// Arguments that a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// None: a list is asked about.
    List,
    /// Some, while another one is typed: those that are missing are not known yet.
    Partial,
    /// Those of a call.
    Call,
}

/// Scopes that count as granted, as in `step_up` and in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grants {
    /// Those that the access token has.
    Nothing,
    /// Each that helps where it is asked for.
    Helpful,
    /// All.
    Every,
}

impl World {
    /// A condition without others inside of it; `None` for a combination. A new condition has its place
    /// here, for which the compiler asks, and at `Names::of_one`.
    pub(crate) fn leaf(
        &mut self,
        config: &Config,
        condition: &Condition,
        mode: Mode,
    ) -> Option<Leaf> {
        Some(match condition {
            Condition::Everyone => self.constant(config, condition),
            Condition::Identity(_) => self.constant(config, condition),
            Condition::Emails(_) | Condition::Domains(_) => self.table(&[self.address], condition),
            Condition::EmailsFrom(name) => {
                let variable = self.find(&About::Variable(name.to_string()));
                self.table(
                    &[self.address].into_iter().chain(variable).collect::<Vec<_>>(),
                    condition,
                )
            }
            Condition::Subjects(_) | Condition::Workloads(_) => {
                self.table(&[self.subject], condition)
            }
            Condition::Clients(_) => self.table(&[self.client], condition),
            Condition::Groups(entries) => self.each(entries, About::Group, Condition::Groups),
            Condition::Scopes(entries) => self.each(entries, About::Scope, Condition::Scopes),
            Condition::Claim { path, test } => self.at_path(Root::Claims, path, test, Mode::Call),
            Condition::Argument { .. } if mode == Mode::List => {
                Leaf { yes: Gate::FALSE, no: Gate::FALSE, open: Gate::TRUE }
            }
            // Whether two values that nobody names are equal is not encoded.
            Condition::Argument { test: Test::Claim(_), .. } => {
                let beyond = self.beyond.unwrap_or(Gate::FALSE);
                Leaf { yes: beyond, no: !beyond, open: Gate::FALSE }
            }
            Condition::Argument { path, test } => self.at_path(Root::Arguments, path, test, mode),
            Condition::Policy(_) | Condition::Any(_) | Condition::All(_) | Condition::Not(_) => {
                return None;
            }
        })
    }

    /// A condition that is the same for all callers of a configuration.
    fn constant(&self, config: &Config, condition: &Condition) -> Leaf {
        let asked = Asked::new(&crate::world::bare(config), condition.clone());
        let outcome = asked.outcome(&Case::default());
        Leaf {
            yes: (outcome == Outcome::True).into(),
            no: (outcome == Outcome::False).into(),
            open: Gate::FALSE,
        }
    }

    /// A condition that depends on these facts alone: it is asked for all their values.
    fn table(&mut self, facts: &[FactId], condition: &Condition) -> Leaf {
        let asked = Asked::new(&self.base, condition.clone());
        let mut values = self.default_values();
        let (mut yes, mut no) = (Gate::FALSE, Gate::FALSE);
        let mut rows = vec![Vec::new()];
        for fact in facts {
            let own = 0..self.facts[fact.0].len();
            let more = rows.iter().flat_map(|row: &Vec<usize>| {
                own.clone().map(|value| row.iter().copied().chain([value]).collect())
            });
            rows = more.collect();
        }
        for row in rows {
            let mut is = Gate::TRUE;
            for (fact, value) in facts.iter().zip(&row) {
                values[fact.0] = *value;
                let own = self.is(*fact, *value);
                is = self.circuit.and(is, own);
            }
            match asked.outcome(&self.case(&values, None)) {
                Outcome::True => yes = self.circuit.or(yes, is),
                Outcome::False => no = self.circuit.or(no, is),
                Outcome::Unknown => {}
            }
        }
        Leaf { yes, no, open: Gate::FALSE }
    }

    /// A condition with entries, each of which a fact is about; one is enough.
    fn each(
        &mut self,
        entries: &List<Str>,
        about: fn(String) -> About,
        make: fn(List<Str>) -> Condition,
    ) -> Leaf {
        let (mut yes, mut no) = (Gate::FALSE, Gate::from(!entries.is_empty()));
        for entry in entries.iter() {
            let Some(fact) = self.find(&about(entry.to_string())) else { continue };
            let one = self.table(&[fact], &make(vec![entry.clone()].into()));
            yes = self.circuit.or(yes, one.yes);
            no = self.circuit.and(no, one.no);
        }
        Leaf { yes, no, open: Gate::FALSE }
    }

    /// A test of what stands at a path.
    fn at_path(&mut self, root: Root, path: &[Str], test: &Test, mode: Mode) -> Leaf {
        let unknown = Leaf { yes: Gate::FALSE, no: Gate::FALSE, open: Gate::FALSE };
        let Some(at) = self.place(root, path) else { return unknown };
        let place = &self.places[at];
        let Some(index) = place.tests.iter().position(|known| known == test) else {
            return unknown;
        };
        let into_lists = place.looks_into_lists(test);
        let rows: Vec<(Class, Outcome)> = place
            .classes
            .iter()
            .cloned()
            .zip(place.outcomes.iter().map(|row| row[index]))
            .collect();
        let standing = self.standing[at].clone();
        let (mut yes, mut no) = (Gate::FALSE, Gate::FALSE);
        for ((class, outcome), is) in rows.iter().zip(&standing.is) {
            let (own_yes, own_no) = match class {
                Class::List if into_lists => self.list(at, index, *outcome),
                // This includes what is missing since something around it is.
                Class::Missing => (Gate::FALSE, Gate::FALSE),
                _ => ((*outcome == Outcome::True).into(), (*outcome == Outcome::False).into()),
            };
            let (own_yes, own_no) = (self.circuit.and(*is, own_yes), self.circuit.and(*is, own_no));
            yes = self.circuit.or(yes, own_yes);
            no = self.circuit.or(no, own_no);
        }
        let leaf = self.with_missing(at, (yes, no), rows[0].1, mode);
        let looked = self.looked_for(at);
        Leaf {
            yes: self.circuit.and(leaf.yes, looked),
            no: self.circuit.and(leaf.no, looked),
            open: leaf.open,
        }
    }

    /// Adds what a missing value comes to; `outcome` is that of a call. The first class is that of
    /// missing ones.
    fn with_missing(
        &mut self,
        at: usize,
        so_far: (Gate, Gate),
        outcome: Outcome,
        mode: Mode,
    ) -> Leaf {
        let (mut yes, mut no) = so_far;
        let mut root = at;
        while let Some(parent) = self.places[root].parent {
            root = parent;
        }
        let unknown_yet = match mode {
            Mode::Partial if mutation::is(Mutation::PartialIsCall) => Gate::FALSE,
            Mode::Partial => self.standing[root].missing.unwrap_or(Gate::FALSE),
            Mode::Call | Mode::List => Gate::FALSE,
        };
        let missing = self.standing[at].missing.unwrap_or(Gate::FALSE);
        let missing = self.circuit.and(missing, !unknown_yet);
        match outcome {
            _ if mutation::is(Mutation::MissingIsUnknown) => {}
            Outcome::True => yes = self.circuit.or(yes, missing),
            Outcome::False => no = self.circuit.or(no, missing),
            Outcome::Unknown => {}
        }
        Leaf { yes, no, open: unknown_yet }
    }

    /// A test of a list, by its items: the strongest of them decides. `empty` is the outcome of a list without any.
    fn list(&mut self, at: usize, test: usize, empty: Outcome) -> (Gate, Gate) {
        let is_read = empty == Outcome::False && !mutation::is(Mutation::EmptyList);
        let (mut yes, mut no) = (Gate::FALSE, Gate::from(is_read));
        for item in 0..self.places[at].items.len() {
            let outcome = self.places[at].items[item].outcomes[test];
            let has = self.is(self.items[at][item], 1);
            match outcome {
                Outcome::True => yes = self.circuit.or(yes, has),
                Outcome::False => continue,
                Outcome::Unknown if mutation::is(Mutation::UnknownItem) => continue,
                Outcome::Unknown => {}
            }
            no = self.circuit.and(no, !has);
        }
        (yes, no)
    }

    /// True where the provider was asked about a claim, or about one that it is inside of.
    fn looked_for(&mut self, at: usize) -> Gate {
        if self.places[at].root == Root::Arguments || mutation::is(Mutation::UnlookedIsRead) {
            return Gate::TRUE;
        }
        let mut looked = Gate::FALSE;
        let mut next = Some(at);
        while let Some(place) = next {
            let fact = self.find(&About::Looked(place));
            let own = fact.map_or(Gate::FALSE, |fact| self.is(fact, 0));
            looked = self.circuit.or(looked, own);
            next = self.places[place].parent;
        }
        looked
    }
}
