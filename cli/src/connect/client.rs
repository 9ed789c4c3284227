//! A client: everything that is particular to it.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde::{Serialize, Serializer};

use super::address::Address;
use super::client_file::{ClientFile, Machine};
use super::clients;
use super::entry::Form;

/// A program that can be connected. A new one is a file of [`clients`], and a line of its list.
#[derive(Debug)]
pub(crate) struct Client {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// Another name there.
    pub(super) alias: Option<&'static str>,
    /// Its name for people.
    pub(super) title: &'static str,
    /// A line of `--help`.
    pub(super) help: &'static str,
    /// The file it reads: for one project, or with `true` for all of the person.
    pub(super) file: fn(bool, Machine) -> Option<ClientFile>,
    /// The form of that file, or of that of another client which starts this one.
    pub(super) form: Option<Form>,
    /// The server in that file.
    pub(super) entry: fn(&Address) -> serde_json::Value,
    /// True where another client starts it, by an entry in a file of its own.
    pub(super) is_started: bool,
    /// The place that its requests come from, where that is not this machine.
    pub(super) requests_from: Option<&'static str>,
    /// By hand, in its own settings.
    pub(super) by_hand: fn(&Server<'_>) -> Option<String>,
    /// Lines for a terminal.
    pub(super) commands: fn(&Server<'_>) -> Vec<Step>,
    /// An address that it opens by itself.
    pub(super) link: fn(&Server<'_>) -> Option<String>,
    /// The way to sign in.
    pub(super) then: fn(&str) -> String,
    /// The scheme of the redirect URI that it signs in with, where that is one of its own.
    pub(super) scheme: Option<&'static str>,
}

/// The server that a client is told of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Server<'a> {
    pub(super) name: &'a str,
    pub(super) address: &'a Address,
    /// For all projects of the person.
    pub(super) global: bool,
}

/// A line for a terminal, and what it does.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) what: &'static str,
    pub(super) command: String,
}

impl Client {
    /// A client with nothing but a name: what others begin with.
    pub(super) const PLAIN: Self = Self {
        name: "",
        alias: None,
        title: "",
        help: "",
        file: |_, _| None,
        form: None,
        entry: |address| serde_json::json!({ "url": address.as_str() }),
        is_started: false,
        requests_from: None,
        by_hand: |_| None,
        commands: |_| Vec::new(),
        link: |_| None,
        then: |_| String::new(),
        scheme: None,
    };
}

impl ValueEnum for &'static Client {
    fn value_variants<'a>() -> &'a [Self] {
        clients::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).aliases(self.alias).help(self.help))
    }
}

impl Serialize for Client {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}
