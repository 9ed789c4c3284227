//! From a tool to the object that keeps its state.

use serde::Serialize;
use toolgate_core::from_json::FromJson;
use toolgate_core::seal::{Keyring, Purpose};

use super::error::StateError;
#[cfg(not(target_arch = "wasm32"))]
use super::memory::Memory;
use super::owner;
use crate::http::object_client;
use crate::platform::PlatformEntropy;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::ports::app::App;
use crate::tool::Context;

/// The beginning of a sealed value. No JSON text does.
const SEALED: &str = "sealed:";

/// The content of an object. The databases of tools are in objects of their own, so that no statement
/// reaches what is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateKind {
    State,
    Sql,
}

impl StateKind {
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
pub(super) struct StateClient {
    app: Option<&'static App>,
    env: Env,
    kind: StateKind,
    /// Name of the object; `None` when it could not be told whose it is.
    object: Option<String>,
}

impl StateClient {
    pub(super) fn of_caller(context: &Context, kind: StateKind) -> Self {
        let owner = owner::of_caller(context);
        let object = owner.map(|owner| format!("{}{owner}", kind.prefix()));
        Self::new(context, kind, object)
    }

    /// A pseudonym is longer, so no person's object has this name.
    pub(super) fn of_server(context: &Context, kind: StateKind) -> Self {
        let object = Some(format!("{}server", kind.prefix()));
        Self::new(context, kind, object)
    }

    fn new(context: &Context, kind: StateKind, object: Option<String>) -> Self {
        Self { app: context.app(), env: context.env().clone(), kind, object }
    }

    /// Asks the object.
    pub(super) async fn ask<T: FromJson>(
        &self,
        question: &impl Serialize,
    ) -> Result<T, StateError> {
        let question = serde_json::to_string(question).map_err(StateError::Encode)?;
        let answer = self.send(question).await.map_err(|error| unavailable(&error))?;
        toolgate_core::from_json::read(&answer).map_err(|error| unavailable(&error.into()))
    }

    /// True if values are to be sealed.
    pub(super) fn seals(&self) -> bool {
        self.app.is_some_and(|app| app.config.storage.seal_state)
    }

    /// Seals a value for its object and its name there.
    pub(super) fn seal(&self, key: &str, value: &str) -> Result<String, StateError> {
        let keys =
            self.keys().ok_or_else(|| unavailable(&"the encryption key is missing".into()))?;
        let (bound_to, mut entropy) = (self.bound_to(key), PlatformEntropy);
        let sealed = keys.seal_bytes(Purpose::State, &bound_to, value.as_bytes(), &mut entropy);
        Ok([SEALED, &sealed].concat())
    }

    /// Opens a value, if it is sealed: whatever the setting says now, some may be from before.
    pub(super) fn open(&self, key: &str, value: String) -> Result<String, StateError> {
        let Some(sealed) = value.strip_prefix(SEALED) else { return Ok(value) };
        let bound_to = self.bound_to(key);
        let bytes = self.keys().and_then(|keys| keys.open_bytes(Purpose::State, &bound_to, sealed));
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(StateError::Sealed)
    }

    fn keys(&self) -> Option<Keyring> {
        self.app?.keyring(&self.env)
    }

    fn bound_to(&self, key: &str) -> String {
        [self.object.as_deref().unwrap_or_default(), "\n", key].concat()
    }

    async fn send(&self, question: String) -> worker::Result<String> {
        let Some(object) = &self.object else {
            return Err(
                "there is no caller, or the settings of the identity provider are missing".into()
            );
        };
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(bindings) = self.env.bindings() {
            return bindings.memory::<Memory>().ask(self.kind, object, &question);
        }
        let Some(app) = self.app else { return Err("there is no server".into()) };
        object_client::ask(app, &self.env, object, self.kind.path(), &question).await
    }
}

fn unavailable(error: &worker::Error) -> StateError {
    log_error!("state failed: {error}");
    StateError::Unavailable
}
