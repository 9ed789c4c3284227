//! The handle of a Durable Object: what features work with inside of one.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use toolgate_core::from_json::FromJson;

use crate::platform::bindings::Env;
use crate::platform::host::{Request, Response, SqlStorage, State};
use crate::ports::app::App;

/// One instance of the class that `serve!()` exports.
pub struct Object {
    app: &'static App,
    state: State,
    env: Env,
    memory: RefCell<Option<Rc<dyn Any>>>,
}

impl Object {
    /// Called by the platform; storage is touched only by what keeps something.
    #[must_use]
    pub fn new(app: &'static App, state: State, env: Env) -> Self {
        Self { app, state, env, memory: RefCell::default() }
    }

    /// The server.
    pub(crate) fn app(&self) -> &'static App {
        self.app
    }

    /// The Worker's bindings.
    pub(crate) fn env(&self) -> &Env {
        &self.env
    }

    /// The platform's side of this object.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The object's database.
    pub(crate) fn sql(&self) -> SqlStorage {
        self.state.storage().sql()
    }

    /// The memory of the object's feature, for as long as the object stays in memory; made at the
    /// first use. An object is of one feature, so it has one memory.
    pub(crate) fn memory<T: Default + 'static>(&self) -> Rc<T> {
        let mut memory = self.memory.borrow_mut();
        let known = memory.as_ref().and_then(|memory| Rc::clone(memory).downcast::<T>().ok());
        known.unwrap_or_else(|| {
            let new = Rc::new(T::default());
            *memory = Some(Rc::clone(&new) as Rc<dyn Any>);
            new
        })
    }

    /// True if the object's database has a table of this name: tells what the object is when
    /// nobody says so, which is when its alarm goes off.
    pub(crate) fn has_table(&self, name: &str) -> worker::Result<bool> {
        let query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
        let rows = self.sql().exec(query, vec![name.into()])?;
        Ok(rows.raw().next().transpose()?.is_some())
    }
}

/// The question in a request of the Worker. The platform's own reading of JSON goes through a
/// second deserialiser, which costs a Worker several KiB.
pub(crate) async fn body<T: FromJson>(request: &mut Request) -> worker::Result<T> {
    Ok(toolgate_core::from_json::read(&request.text().await?)?)
}

/// The answer to the Worker.
pub(crate) fn answer(value: &impl Serialize) -> worker::Result<Response> {
    Response::ok(serde_json::to_string(value)?)
}
