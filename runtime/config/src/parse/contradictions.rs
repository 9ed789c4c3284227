//! Conditions that nobody can meet: `all` of what excludes each other.

use super::declared::Declared;
use super::spot::Spot;
use super::value::Section;
use crate::diagnostic::{Code, Fault};
use crate::model::{Condition, List, Scalar, Str, Test};

/// Reports every combination that nobody can meet, where it stands. Circles and policies that are too
/// complex to be followed have been reported, and this is not asked then.
pub(crate) fn check(section: &Section<'_, '_>, policies: &[Declared]) {
    let search = Search { section, policies };
    for policy in policies {
        search.look(&policy.policy.name, &policy.policy.rule, &policy.spot);
    }
}

struct Search<'a> {
    section: &'a Section<'a, 'a>,
    policies: &'a [Declared],
}

impl<'a> Search<'a> {
    fn look(&self, policy: &str, condition: &'a Condition, spot: &Spot) {
        let mut together = Vec::new();
        self.conjuncts(condition, &mut together);
        if let Some(clash) = clash(&together) {
            let message = format!("nobody can pass this in policy `{policy}`: {clash}");
            let help = "every key of a table, and every entry of `all`, has to hold; \
                        write alternatives in `any`";
            self.section.report(spot.span.clone(), Fault::new(Code::Contradiction, message, help));
            return;
        }
        let (Condition::Any(parts) | Condition::All(parts)) = condition else { return };
        for (index, part) in parts.iter().enumerate() {
            self.look(policy, part, spot.at(&[index]));
        }
    }

    /// The conditions that have to hold for this one to hold.
    fn conjuncts(&self, condition: &'a Condition, out: &mut Vec<&'a Condition>) {
        match condition {
            Condition::All(parts) => {
                parts.iter().for_each(|part| self.conjuncts(part, out));
            }
            Condition::Policy(name) => {
                let named = self.policies.iter().find(|policy| policy.policy.name == *name);
                if let Some(named) = named {
                    self.conjuncts(&named.policy.rule, out);
                }
            }
            condition => out.push(condition),
        }
    }
}

/// Two of them that cannot both hold, or one that never does.
fn clash(together: &[&Condition]) -> Option<String> {
    for (index, one) in together.iter().enumerate() {
        if let Condition::Not(parts) = one
            && parts.as_ref() == [Condition::Everyone]
        {
            return Some("everybody is excluded".to_owned());
        }
        for other in &together[..index] {
            if excludes(one, other) || excludes(other, one) {
                let (other, one) = (negation(other), negation(one));
                return Some(format!("`{other}` and `{one}` exclude each other"));
            }
        }
    }
    None
}

/// A condition in words, with what `not` is about.
fn negation(condition: &Condition) -> String {
    match condition {
        Condition::Not(parts) => match parts.as_ref() {
            [part] => format!("not = {{ {} }}", part.in_words()),
            _ => condition.in_words(),
        },
        condition => condition.in_words(),
    }
}

/// True where both can never hold; asked both ways round. Lists exclude each other where a caller has one
/// of such values at most.
fn excludes(one: &Condition, other: &Condition) -> bool {
    match (one, other) {
        (Condition::Not(parts), other) => parts.iter().any(|part| implies(other, part)),
        (Condition::Emails(one), Condition::Emails(other)) => disjoint(one, other),
        (Condition::Domains(one), Condition::Domains(other)) => disjoint(one, other),
        (Condition::Subjects(one), Condition::Subjects(other)) => disjoint(one, other),
        (Condition::Identity(one), Condition::Identity(other)) => disjoint(one, other),
        (Condition::Emails(emails), Condition::Domains(domains)) => {
            !emails.iter().any(|email| domains.iter().any(|domain| is_at(email, domain)))
        }
        (Condition::Claim { path: one, test: a }, Condition::Claim { path: other, test: b }) => {
            one == other && exclude_tests(a, b)
        }
        (
            Condition::Argument { path: one, test: a },
            Condition::Argument { path: other, test: b },
        ) => one == other && (exclude_tests(a, b) || exclude_values(a, b)),
        _ => false,
    }
}

macro_rules! implications {
    ($(
        $(#[$doc:meta])*
        $name:ident($type:ty) in $key:literal = $kind:expr;
        $(($other:literal) => $shape:expr;)*
    )*) => {
        /// True where whoever meets the first meets the second.
        fn implies(one: &Condition, other: &Condition) -> bool {
            match (one, other) {
                (Condition::Emails(emails), Condition::Domains(domains)) => {
                    emails.iter().all(|email| domains.iter().any(|domain| is_at(email, domain)))
                }
                $((Condition::$name(one), Condition::$name(other)) => one.is_within(other),)*
                (one, other) => one == other,
            }
        }
    };
}

crate::conditions!(implications);

/// A value of a condition that another one may contain.
trait Within {
    fn is_within(&self, other: &Self) -> bool;
}

impl Within for Str {
    fn is_within(&self, other: &Self) -> bool {
        self == other
    }
}

impl<T: Clone + PartialEq> Within for List<T> {
    fn is_within(&self, other: &Self) -> bool {
        self.iter().all(|item| other.contains(item))
    }
}

fn is_at(email: &str, domain: &str) -> bool {
    email.rsplit_once('@').is_some_and(|(_, at)| at == domain)
}

fn disjoint<T: Clone + PartialEq>(one: &List<T>, other: &List<T>) -> bool {
    !one.iter().any(|item| other.contains(item))
}

fn exclude_tests(one: &Test, other: &Test) -> bool {
    match (one, other) {
        (Test::Exists(false), other) => *other != Test::Exists(false),
        (Test::Min(least), Test::Max(most)) => least > most,
        // A list is no number; a number equals none of these.
        (Test::Contains(_), Test::Min(_) | Test::Max(_)) => true,
        _ => false,
    }
}

/// As [`exclude_tests`], for what equals one value only; a claim may be a list of several.
fn exclude_values(one: &Test, other: &Test) -> bool {
    match (one, other) {
        (Test::OneOf(one), Test::OneOf(other)) => disjoint(one, other),
        (Test::OneOf(values), Test::Contains(_)) => !values.is_empty(),
        (Test::OneOf(values), Test::Min(least)) => {
            !values.iter().any(|value| number(value).is_some_and(|number| number >= *least))
        }
        (Test::OneOf(values), Test::Max(most)) => {
            !values.iter().any(|value| number(value).is_some_and(|number| number <= *most))
        }
        _ => false,
    }
}

fn number(value: &Scalar) -> Option<f64> {
    match value {
        Scalar::Int(number) => Some(*number as f64),
        Scalar::Str(_) | Scalar::Bool(_) => None,
    }
}
