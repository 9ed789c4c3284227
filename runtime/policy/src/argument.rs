//! Conditions on the arguments of a call.

use serde_json::Value;
use toolgate_config::{Str, Test};

use crate::evaluate::Evaluation;
use crate::outcome::PolicyOutcome;
use crate::test::Subject;
use crate::{Arguments, Reason};

impl<'a, 'c, W> Evaluation<'a, 'c, W> {
    /// The test of the argument at this path.
    pub(crate) fn argument(&self, path: &'a [Str], test: &'a Test) -> PolicyOutcome<'a> {
        let arguments = match self.facts.arguments {
            Arguments::Unknown => return self.open(test),
            Arguments::Call(arguments) => arguments,
            Arguments::Partial { known, typed } => {
                let name = path.first().map(Str::as_ref);
                match name.filter(|name| *name != typed && known.contains_key(*name)) {
                    Some(_) => known,
                    None => return self.open(test),
                }
            }
        };
        match test {
            Test::Claim(claim) => match self.claim(claim) {
                Ok(claim) => Subject::Argument.equals(arguments, path, claim),
                Err(reason) => PolicyOutcome::Unknown(reason),
            },
            test => Subject::Argument.test(arguments, path, test),
        }
    }

    /// The test of an argument that nobody knows: no argument equals a claim that the caller does not have.
    fn open(&self, test: &'a Test) -> PolicyOutcome<'a> {
        match test {
            Test::Claim(claim) => match self.claim(claim) {
                Ok(Value::Array(items)) if items.is_empty() => PolicyOutcome::False,
                Ok(_) => PolicyOutcome::Open,
                Err(reason) => PolicyOutcome::Unknown(reason),
            },
            _ => PolicyOutcome::Open,
        }
    }

    /// A claim that arguments are compared with, or why there is none.
    fn claim(&self, path: &'a [Str]) -> Result<&'c Value, Reason<'a>> {
        let caller = self.facts.caller;
        let name = path.first().map_or("", Str::as_ref);
        if !caller.known.has_claim(path) {
            return Err(Reason::NotKept(name));
        }
        match Subject::Claim.find(&caller.claims, path)? {
            None => Err(Reason::MissingClaim(name)),
            Some(Value::Object(_)) => Err(Reason::ClaimType(name)),
            Some(claim) => Ok(claim),
        }
    }
}
