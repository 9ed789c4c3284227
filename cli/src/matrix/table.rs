//! Contents of a matrix.

use serde::Serialize;
use toolgate_policy::Caller;

/// People and the functions that they can call.
#[derive(Debug, Serialize)]
pub(super) struct Matrix {
    pub(super) people: Vec<Person>,
    pub(super) functions: Vec<Row>,
    pub(super) policies: Vec<Rule>,
}

/// One column.
#[derive(Debug, Serialize)]
pub(super) struct Person {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) groups: Vec<String>,
    #[serde(skip)]
    pub(super) caller: Caller,
}

/// One function.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) policy: String,
    /// Hosts at which it may act as its caller.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) as_caller: Vec<String>,
    /// Connections whose accounts of its caller it may use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) connections: Vec<String>,
    /// The quota that its calls are charged to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quota: Option<String>,
    /// Everybody who can call it, in words by cubes; `None` where it is not decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) who_at_all: Option<Vec<String>>,
    /// In the order of the people.
    pub(super) access: Vec<Cell>,
}

/// Access of one person to one function.
#[derive(Debug, Serialize)]
pub(super) struct Cell {
    pub(super) who: String,
    pub(super) access: Access,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

/// Access of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Access {
    Allowed,
    Denied,
    /// On the arguments of the call, or on a variable whose value is not known here.
    Depends,
}

/// One policy that guards something.
#[derive(Debug, Serialize)]
pub(super) struct Rule {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<String>,
}
