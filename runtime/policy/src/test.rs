//! Values that claims and arguments are compared with.

use std::cmp::Ordering;

use serde_json::{Map, Value};
use toolgate_config::{Scalar, Str, Test};
use toolgate_json::number::{is_same, order};

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
        let Some(name) = path.first() else {
            return PolicyOutcome::Unknown(Reason::EmptyCondition);
        };
        let found = match self.find(members, path) {
            Ok(found) => found,
            Err(reason) => return PolicyOutcome::Unknown(reason),
        };
        match (found, test) {
            (found, Test::Exists(wanted)) => PolicyOutcome::from(found.is_some() == *wanted),
            (None, _) => PolicyOutcome::Unknown(self.missing(name)),
            (Some(value), test) => self.compare(name, value, test),
        }
    }

    /// The value at the path, or why that cannot be decided upon.
    pub(crate) fn find<'m, 'a>(
        self,
        members: &'m Map<String, Value>,
        path: &'a [Str],
    ) -> Result<Option<&'m Value>, Reason<'a>> {
        let Some((name, inner)) = path.split_first() else {
            return Err(Reason::EmptyCondition);
        };
        let mut found = members.get(name.as_ref());
        for name in inner {
            found = match found {
                None => None,
                Some(Value::Object(members)) => members.get(name.as_ref()),
                // What would be inside of something else is not absent, but of another form.
                Some(_) => return Err(self.type_of(name)),
            };
        }
        // Nothing and null are told apart by too few programs to be decided upon.
        match found {
            Some(Value::Null) => Err(self.type_of(name)),
            found => Ok(found),
        }
    }

    /// Compares what is at the path with a claim, or with each item of it.
    pub(crate) fn equals<'a>(
        self,
        members: &Map<String, Value>,
        path: &'a [Str],
        claim: &Value,
    ) -> PolicyOutcome<'a> {
        let name = path.first().map_or("", Str::as_ref);
        let found = match self.find(members, path) {
            Ok(found) => found.ok_or(self.missing(name)),
            Err(reason) => Err(reason),
        };
        match (found, claim) {
            (Err(reason), _) => PolicyOutcome::Unknown(reason),
            (Ok(_), Value::Array(items)) if items.is_empty() => PolicyOutcome::False,
            (Ok(found), Value::Array(items)) => {
                PolicyOutcome::any(&mut items.iter().map(|item| self.same(name, found, item)))
            }
            (Ok(found), claim) => self.same(name, found, claim),
        }
    }

    /// Two scalars of one type that are the same.
    fn same<'a>(self, name: &'a str, found: &Value, claim: &Value) -> PolicyOutcome<'a> {
        match (found, claim) {
            (Value::String(found), Value::String(claim)) => PolicyOutcome::from(found == claim),
            (Value::Bool(found), Value::Bool(claim)) => PolicyOutcome::from(found == claim),
            (Value::Number(found), Value::Number(claim)) if found.is_f64() == claim.is_f64() => {
                PolicyOutcome::from(is_same(found, claim))
            }
            _ => PolicyOutcome::Unknown(self.type_of(name)),
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
            // A claim is compared where both are known.
            (
                Test::Contains(_) | Test::Exists(_) | Test::Min(_) | Test::Max(_) | Test::Claim(_),
                _,
            ) => odd,
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
