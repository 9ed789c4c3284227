//! Facts and cubes in words.

use toolgate_config::{Scalar, Test};

use serde_json::Value;

use crate::describe::{Cube, Side};
use crate::fact::{About, group, variable};
use crate::oracle::{Case, Outcome};
use crate::paths::{Class, Place, Root};
use crate::prover::Prover;
use crate::world::{AddressClass, World};

impl Prover<'_> {
    /// A cube in words, its most telling facts first; without any, everybody.
    #[must_use]
    pub fn words(&self, Cube(sides): &Cube) -> String {
        let words: Vec<String> =
            sides.iter().filter_map(|side| self.world.fact_words(side)).collect();
        if words.is_empty() { "everybody".to_owned() } else { words.join("; ") }
    }
}

/// A caller in words, for people who read an answer.
#[must_use]
pub fn case_words(case: &Case) -> String {
    let caller = &case.caller;
    let mut words = vec![match (&caller.email, caller.subject.starts_with("zz-")) {
        (Some(email), _) => email.clone(),
        (None, true) => "somebody without an address".to_owned(),
        (None, false) => format!("subject {} without an address", caller.subject),
    }];
    if caller.email.is_some() && !caller.subject.starts_with("zz-") {
        words.push(format!("subject {}", caller.subject));
    }
    if let Some(client) = caller.client.as_deref().filter(|client| !client.is_empty()) {
        words.push(format!("client {client}"));
    }
    if !caller.groups.is_empty() {
        words.push(format!("groups {}", caller.groups.join(" ")));
    }
    if !caller.claims.is_empty() {
        words.push(format!("claims {}", Value::Object(caller.claims.clone())));
    }
    if !caller.scopes.is_empty() {
        words.push(format!("scopes {}", caller.scopes.join(" ")));
    }
    for (name, value) in &case.variables {
        words.push(format!("{name}={value}"));
    }
    if !case.arguments.is_empty() {
        words.push(format!("arguments {}", Value::Object(case.arguments.clone())));
    }
    words.join(", ")
}

fn either(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

impl World {
    /// `None` for what goes without saying.
    fn fact_words(&self, Side { fact, values, possible }: &Side) -> Option<String> {
        let is = |value: usize| values.contains(&value);
        Some(match &self.facts[fact.0].about {
            About::Address => self.address_words(values, possible),
            About::Subject => self.subject_words(values),
            About::Client => self.client_words(values),
            About::Variable(name) => match (is(variable::WITH), is(variable::WITHOUT)) {
                (true, false) => format!("listed in {name}"),
                (false, true) => format!("not listed in {name}"),
                (true, true) => format!("{name} can be read"),
                (false, false) => format!("{name} cannot be read"),
            },
            About::Group(name) => match (is(group::IN), is(group::OUT), is(group::UNKNOWN)) {
                (true, false, false) => format!("in `{name}`"),
                (false, true, false) => format!("not in `{name}`"),
                (false, false, _) => format!("nobody told whether in `{name}`"),
                (true, true, _) => format!("it is told whether in `{name}`"),
                (true, false, true) => format!("in `{name}`, or nobody told"),
                (false, true, true) => format!("not in `{name}`, or nobody told"),
            },
            About::Scope(name) if is(1) => format!("scope `{name}`"),
            About::Scope(name) => format!("without the scope `{name}`"),
            About::Kind(at) => self.kind_words(*at, values, possible),
            About::Item(at, class) => {
                let place = &self.places[*at];
                let item = items_words(place, *class);
                let verb = if is(1) { "has" } else { "does not have" };
                format!("{} {verb} {item}", place_name(place))
            }
            About::Looked(_) if is(0) => return None,
            About::Looked(at) => {
                format!("the provider was not asked about {}", place_name(&self.places[*at]))
            }
        })
    }

    fn address_words(&self, values: &[usize], possible: &[usize]) -> String {
        let is_whole = |wanted: &AddressClass| {
            self.addresses
                .iter()
                .position(|class| class == wanted)
                .is_some_and(|at| values.contains(&at))
        };
        let at = |address: &str, domain: &str| address.ends_with(&format!("@{domain}"));
        // All of a domain, if the addresses that policies list there are among them.
        let whole_domain = |domain: &str| {
            is_whole(&AddressClass::SomebodyAt(domain.to_owned()))
                && self.addresses.iter().enumerate().all(|(index, class)| match class {
                    AddressClass::Listed(address) if at(address, domain) => values.contains(&index),
                    _ => true,
                })
        };
        if !values.contains(&0) && possible.iter().all(|one| *one == 0 || values.contains(one)) {
            return "any address".to_owned();
        }
        let mut words = Vec::new();
        for value in values {
            match &self.addresses[*value] {
                AddressClass::Unusable => words.push("without an address".to_owned()),
                AddressClass::Elsewhere => words.push("an address that no policy names".to_owned()),
                AddressClass::SomebodyAt(domain) if whole_domain(domain) => {
                    words.push(domain.clone())
                }
                AddressClass::SomebodyAt(domain) => words.push(format!("others at {domain}")),
                AddressClass::Listed(address) => {
                    let domain = address.split_once('@').map_or("", |(_, domain)| domain);
                    if !whole_domain(domain) {
                        words.push(address.clone());
                    }
                }
            }
        }
        either(&words)
    }

    fn client_words(&self, values: &[usize]) -> String {
        let named = |value: &usize| match value {
            0 => "a client that was not asked for".to_owned(),
            1 => "another client".to_owned(),
            listed => format!("client {}", self.clients[*listed - 2]),
        };
        either(&values.iter().map(named).collect::<Vec<_>>())
    }

    fn subject_words(&self, values: &[usize]) -> String {
        let named = |value: &usize| self.subjects[*value - 1].clone();
        let left_out: Vec<String> = (1..=self.subjects.len())
            .filter(|value| !values.contains(value))
            .map(|value| named(&value))
            .collect();
        if values.contains(&0) {
            return format!("not subject {}", either(&left_out));
        }
        format!("subject {}", either(&values.iter().map(named).collect::<Vec<_>>()))
    }

    /// Classes of values: as tests that come to something together, or else one by one.
    fn kind_words(&self, at: usize, values: &[usize], possible: &[usize]) -> String {
        let place = &self.places[at];
        let name = place_name(place);
        if let Some(words) = tests_words(place, values, possible) {
            return words;
        }
        let one = |value: &usize| match &place.classes[*value] {
            Class::Missing => "missing".to_owned(),
            Class::Object => "an object".to_owned(),
            Class::List => "a list".to_owned(),
            Class::Values(members) => members_words(place, members),
        };
        format!("{name} {}", either(&values.iter().map(one).collect::<Vec<_>>()))
    }
}

/// The name of a claim or an argument.
fn place_name(place: &Place) -> String {
    match place.root {
        Root::Claims => place.name(),
        Root::Arguments => place.path.join("."),
    }
}

fn members_words(place: &Place, members: &[Value]) -> String {
    let is_listed = |value: &Value| place.tests.iter().any(|test| names(test, value));
    match members {
        [first, ..] if is_listed(first) => first.to_string(),
        [first, ..] if first.is_string() => "another text".to_owned(),
        [first, ..] => format!("such as {first}"),
        [] => "nothing".to_owned(),
    }
}

fn items_words(place: &Place, class: usize) -> String {
    let members = &place.items[class].members;
    match members_words(place, members) {
        words if members.first().is_some_and(Value::is_string) => words,
        words => format!("an item {words}"),
    }
}

fn names(test: &Test, value: &Value) -> bool {
    let (Test::OneOf(values) | Test::Contains(values)) = test else { return false };
    values.iter().any(|listed| match (listed, value) {
        (Scalar::Str(one), Value::String(other)) => one == other,
        (Scalar::Int(one), Value::Number(other)) => other.as_i64() == Some(*one),
        (Scalar::Bool(one), Value::Bool(other)) => one == other,
        _ => false,
    })
}

/// Outcomes of tests that the values have in common, where they have nothing else in common with no other
/// value.
fn tests_words(place: &Place, values: &[usize], possible: &[usize]) -> Option<String> {
    let has = |class: usize, test: usize, wanted: Outcome, negated: bool| {
        let is_list =
            place.classes[class] == Class::List && place.looks_into_lists(&place.tests[test]);
        if is_list { None } else { Some((place.outcomes[class][test] == wanted) != negated) }
    };
    let mut used = Vec::new();
    let mut left: Vec<usize> = possible.to_vec();
    for (wanted, negated) in [
        (Outcome::True, false),
        (Outcome::False, false),
        (Outcome::True, true),
        (Outcome::False, true),
    ] {
        for test in 0..place.tests.len() {
            let all = values.iter().all(|class| has(*class, test, wanted, negated) == Some(true));
            let kept: Vec<usize> = left
                .iter()
                .copied()
                .filter(|class| has(*class, test, wanted, negated) != Some(false))
                .collect();
            if all && kept.len() < left.len() {
                left = kept;
                used.push(test_words(place, &place.tests[test], wanted, negated)?);
            }
        }
    }
    (left == values).then(|| used.join(", "))
}

fn test_words(place: &Place, test: &Test, wanted: Outcome, negated: bool) -> Option<String> {
    let name = place_name(place);
    let listed = |values: &[Scalar]| {
        let shown = |value: &Scalar| match value {
            Scalar::Str(text) => format!("{text:?}"),
            Scalar::Int(number) => number.to_string(),
            Scalar::Bool(flag) => flag.to_string(),
        };
        either(&values.iter().map(shown).collect::<Vec<_>>())
    };
    let is_true = wanted == Outcome::True;
    if negated {
        let inner = test_words(place, test, wanted, false)?;
        return Some(format!("not ({inner})"));
    }
    Some(match test {
        Test::Claim(path) => format!(
            "{name} {} claims.{}",
            if is_true { "equal to" } else { "other than" },
            path.join(".")
        ),
        Test::OneOf(values) if is_true => format!("{name} {}", listed(values)),
        Test::OneOf(values) => format!("{name} other than {}", listed(values)),
        Test::Contains(values) if is_true => format!("{name} with {}", listed(values)),
        Test::Contains(values) => format!("{name} without {}", listed(values)),
        Test::Exists(there) if *there == is_true => format!("{name} there"),
        Test::Exists(_) => format!("{name} missing"),
        Test::Min(least) if is_true => format!("{name} ≥ {least}"),
        Test::Min(least) => format!("{name} below {least}"),
        Test::Max(most) if is_true => format!("{name} ≤ {most}"),
        Test::Max(most) => format!("{name} above {most}"),
    })
}
