//! From a tool to the object that keeps its state.

use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::console_error;

use super::error::StateError;
use super::owner;
use crate::bindings::Env;
use crate::relay;
use crate::tool::Context;

/// What an object keeps. The databases of tools are in objects of their own, so that no statement
/// reaches what is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    State,
    Sql,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::State => "state:",
            Self::Sql => "sql:",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::State => "/state/value",
            Self::Sql => "/state/sql",
        }
    }
}

/// The way to one object.
#[derive(Clone)]
pub(super) struct Hop {
    env: Env,
    kind: Kind,
    /// Name of the object; `None` when it could not be told whose it is.
    object: Option<String>,
}

impl Hop {
    pub(super) fn of_caller(context: &Context, kind: Kind) -> Self {
        let owner = owner::of_caller(context);
        let object = owner.map(|owner| format!("{}{owner}", kind.prefix()));
        Self { env: context.env().clone(), kind, object }
    }

    /// A pseudonym is longer, so no person's object has this name.
    pub(super) fn of_server(context: &Context, kind: Kind) -> Self {
        let object = Some(format!("{}server", kind.prefix()));
        Self { env: context.env().clone(), kind, object }
    }

    /// Asks the object.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        question: &impl Serialize,
    ) -> Result<T, StateError> {
        let question = serde_json::to_string(question).map_err(StateError::Encode)?;
        let answer = self.send(question).await.map_err(|error| unavailable(&error))?;
        toolgate_core::json::from_str(&answer).map_err(|error| unavailable(&error.into()))
    }

    async fn send(&self, question: String) -> worker::Result<String> {
        let Some(object) = &self.object else {
            return Err("the settings of the identity provider are missing".into());
        };
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(bindings) = self.env.bindings() {
            return bindings.state.ask(self.kind, object, &question);
        }
        relay::ask(&self.env, object, self.kind.path(), &question).await
    }
}

fn unavailable(error: &worker::Error) -> StateError {
    console_error!("state failed: {error}");
    StateError::Unavailable
}
