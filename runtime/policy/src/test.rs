//! Values that claims and arguments are compared with.

use std::cmp::Ordering;

use serde_json::{Map, Value};
use toolgate_config::{Scalar, Str, Test};
use toolgate_json::number::order;

use crate::Reason;
use crate::outcome::PolicyOutcome;

/// Subject of a comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Claim,
    Argument,
}

impl Subject {
    /// Compares what is at the path.
    pub(crate) fn test<'a>(
        self,
        members: &Map<String, Value>,
        path: &'a [Str],
        test: &'a Test,
    ) -> PolicyOutcome<'a> {
        let Some((name, inner)) = path.split_first() else {
            return PolicyOutcome::Unknown(Reason::EmptyCondition);
        };
        let mut found = members.get(name.as_ref());
        for name in inner {
            found = match found {
                None => None,
                Some(Value::Object(members)) => members.get(name.as_ref()),
                // What would be inside of something else is not absent, but of another form.
                Some(_) => return PolicyOutcome::Unknown(self.type_of(name)),
            };
        }
        match (found, test) {
            // Nothing and null are told apart by too few programs to be decided upon.
            (Some(Value::Null), _) => PolicyOutcome::Unknown(self.type_of(name)),
            (found, Test::Exists(wanted)) => PolicyOutcome::from(found.is_some() == *wanted),
            (None, _) => PolicyOutcome::Unknown(self.missing(name)),
            (Some(value), test) => self.compare(name, value, test),
        }
    }

    fn compare<'a>(self, name: &'a str, value: &Value, test: &'a Test) -> PolicyOutcome<'a> {
        let odd = PolicyOutcome::Unknown(self.type_of(name));
        match (test, value) {
            (Test::OneOf(values), Value::Array(items)) if self == Self::Claim => {
                self.one_item(name, items, values)
            }
            (Test::OneOf(values), value) => self.one_of(name, value, values),
            (Test::Contains(values), Value::Array(items)) => self.one_item(name, items, values),
            (Test::Min(least), Value::Number(number)) => {
                PolicyOutcome::from(order(number, *least).is_some_and(Ordering::is_ge))
            }
            (Test::Max(most), Value::Number(number)) => {
                PolicyOutcome::from(order(number, *most).is_some_and(Ordering::is_le))
            }
            (Test::Contains(_) | Test::Exists(_) | Test::Min(_) | Test::Max(_), _) => odd,
        }
    }

    fn one_item<'a>(
        self,
        name: &'a str,
        items: &[Value],
        values: &'a [Scalar],
    ) -> PolicyOutcome<'a> {
        if items.is_empty() && !values.is_empty() {
            // The list was read and contains nothing.
            return PolicyOutcome::False;
        }
        PolicyOutcome::any(&mut items.iter().map(|item| self.one_of(name, item, values)))
    }

    fn one_of<'a>(self, name: &'a str, found: &Value, values: &'a [Scalar]) -> PolicyOutcome<'a> {
        PolicyOutcome::any(&mut values.iter().map(|value| match (found, value) {
            (Value::String(found), Scalar::Str(value)) => {
                PolicyOutcome::from(found == value.as_ref())
            }
            (Value::Bool(found), Scalar::Bool(value)) => PolicyOutcome::from(found == value),
            (Value::Number(found), Scalar::Int(value)) if found.is_i64() || found.is_u64() => {
                PolicyOutcome::from(found.as_i64() == Some(*value))
            }
            _ => PolicyOutcome::Unknown(self.type_of(name)),
        }))
    }

    fn missing(self, name: &str) -> Reason<'_> {
        match self {
            Self::Claim => Reason::MissingClaim(name),
            Self::Argument => Reason::MissingArgument(name),
        }
    }

    fn type_of(self, name: &str) -> Reason<'_> {
        match self {
            Self::Claim => Reason::ClaimType(name),
            Self::Argument => Reason::ArgumentType(name),
        }
    }
}
