//! The entry for one server in a client's file.

use serde_json::{Map, Value, json};

use super::client::{Client, Server};

/// One server in a client's file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) form: Form,
    pub(super) name: String,
    pub(super) value: Value,
}

/// Format of a client's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// JSON; servers are under this key.
    Json(&'static str),
    /// TOML; servers are tables of this one, each with the address as its `url`.
    Toml(&'static str),
}

impl Entry {
    /// The entry of a client, if it is configured by a file.
    pub(super) fn of(client: &Client, server: &Server<'_>) -> Option<Self> {
        let value = (client.entry)(server.address);
        Some(Self { form: client.form?, name: server.name.to_owned(), value })
    }

    /// The text to paste.
    pub(super) fn fragment(&self) -> String {
        match self.form {
            Form::Json(servers) => {
                let entry = Map::from_iter([(self.name.clone(), self.value.clone())]);
                format!("{:#}", json!({ servers: entry }))
            }
            Form::Toml(servers) => {
                let url = self.value["url"].as_str().unwrap_or_default();
                format!("[{servers}.{}]\nurl = \"{url}\"", self.name)
            }
        }
    }
}
