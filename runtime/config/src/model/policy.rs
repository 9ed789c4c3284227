//! Access policies and their conditions.

use super::{List, OnDeny, Policy, Provider, Str};

/// Conditions inside conditions, policies named by policies included: as many as are evaluated.
/// Policies written by people are a handful of levels deep; this keeps the stack of a Worker safe.
pub const MAX_POLICY_DEPTH: u32 = 32;

/// Conditions evaluated for one decision, those of a policy that is named counted each time.
/// Policies that name each other without a circle can still repeat work exponentially; a real policy
/// has tens of conditions.
pub const MAX_POLICY_STEPS: u32 = 4096;

/// An OAuth scope that policies ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// As it stands in an access token.
    pub name: Str,
    /// Its meaning for a client, on the approval page.
    pub meaning: Str,
}

impl Policy {
    /// A policy of nothing but a condition.
    #[must_use]
    pub fn new(name: impl Into<Str>, rule: Condition) -> Self {
        Self {
            name: name.into(),
            description: None,
            scope: None,
            on_deny: OnDeny::Hide,
            deny_message: None,
            rate: None,
            rule,
        }
    }
}

/// Hands the conditions to a macro, each with its key in the file and a kind of `parse/kind.rs`: the
/// model makes variants of them, `parse` reads them and knows their shapes, `words.rs` says them, and
/// the macros write them as constants. `("key") => shape;` is the key of a condition that is written by
/// hand everywhere; it stands here for the order of the keys.
#[doc(hidden)]
#[macro_export]
macro_rules! conditions {
    ($with:ident) => {
        $with! {
            /// The verified e-mail address is one of these.
            Emails(List<Str>) in "emails" = texts(EMAIL);
            /// The verified e-mail address is at one of these domains, sub-domains excluded.
            Domains(List<Str>) in "domains" = texts(DOMAIN);
            /// The groups claim contains one of these.
            Groups(List<Str>) in "groups" = texts(LINE);
            /// `sub` at the identity provider is one of these.
            Subjects(List<Str>) in "subjects" = texts(LINE);
            /// The client that the access token was issued to is one of these: the id of one of `[[clients]]`, the
            /// address of its metadata document, or the domain of that address.
            Clients(List<Str>) in "clients" = texts(CLIENT);
            /// The caller is one of these workloads.
            Workloads(List<Str>) in "workloads" = texts(WORKLOAD_NAME);
            ("claims") => condition::members;
            ("args") => condition::members;
            /// The access token has one of these OAuth scopes.
            Scopes(List<Str>) in "scopes" = texts(POLICY_SCOPE);
            /// One of these providers signs people in.
            Identity(List<Provider>) in "identity" = Providers;
            /// As [`Condition::Emails`], with the list in a Worker variable, separated by commas,
            /// white space or line breaks.
            EmailsFrom(Str) in "emails_from" = EMAILS_VARIABLE;
            ("policy") => shape::prose;
            ("any") => condition::several;
            ("all") => condition::several;
            ("not") => condition::one;
        }
    };
}

macro_rules! variants {
    ($(
        $(#[$doc:meta])*
        $name:ident($type:ty) in $key:literal = $kind:expr;
        $(($other:literal) => $shape:expr;)*
    )*) => {
        /// A condition on the caller. Several keys in one TOML table mean all of them; several values in
        /// one list mean any of them.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Condition {
            /// Any signed-in user.
            Everyone,
            $($(#[$doc])* $name($type),)*
            /// The value at this path of the claims passes the test.
            Claim {
                /// Name of the claim, then of the members inside.
                path: List<Str>,
                /// The test.
                test: Test,
            },
            /// The value at this path of the call's arguments passes the test.
            Argument {
                /// Name of the argument, then of the members inside.
                path: List<Str>,
                /// The test.
                test: Test,
            },
            /// The policy of this name passes.
            Policy(Str),
            /// At least one passes.
            Any(List<Condition>),
            /// Every one passes.
            All(List<Condition>),
            /// The one condition in the list does not pass.
            Not(List<Condition>),
        }
    };
}

conditions!(variants);

impl Condition {
    /// The conditions inside of a combination; none inside of any other.
    #[must_use]
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::Any(parts) | Self::All(parts) | Self::Not(parts) => parts,
            _ => &[],
        }
    }

    /// Visits the condition, then all that are inside of it.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        self.parts().iter().for_each(|part| part.walk(visit));
    }
}

/// A test of a claim or an argument.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// It equals one of the values; of a claim that is a list, one of its items does.
    OneOf(List<Scalar>),
    /// It is a list, and one of its items equals one of the values.
    Contains(List<Scalar>),
    /// It is there, or, with false, it is not.
    Exists(bool),
    /// It is a number, and not below this one.
    Min(f64),
    /// It is a number, and not above this one.
    Max(f64),
    /// Of an argument: it equals the claim at this path, or one of the items of that claim.
    Claim(List<Str>),
}

/// A value that a claim or an argument is compared with; types must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// Text.
    Str(Str),
    /// A whole number.
    Int(i64),
    /// A boolean.
    Bool(bool),
}
