//! Seals what the object of a session or a task keeps, with the person's context: a text opens only in
//! the object, for the person and at the place that it was sealed for.

use std::rc::Rc;

use toolgate_core::seal::{Keyring, Purpose};

use crate::platform::PlatformEntropy;
use crate::platform::bindings::Env;
use crate::ports::app::App;

/// The keys, for the object of one person's session or task.
#[derive(Clone)]
pub(crate) struct Vault {
    keys: Rc<Keyring>,
    context: String,
}

impl Vault {
    /// `name` is that of the session or the task.
    ///
    /// # Errors
    /// There is no sound encryption key.
    pub(crate) fn of(app: &App, env: &Env, subject_key: &str, name: &str) -> worker::Result<Self> {
        let keys = app.keyring(env).ok_or("the encryption key is missing")?;
        Ok(Self { keys: Rc::new(keys), context: [subject_key, "\n", name, "\n"].concat() })
    }

    /// Seals a text for its place among what the object keeps.
    pub(crate) fn seal(&self, place: &str, text: &str) -> String {
        let bound_to = [&self.context, place].concat();
        self.keys.seal_bytes(Purpose::Record, &bound_to, text.as_bytes(), &mut PlatformEntropy)
    }

    /// # Errors
    /// It was not sealed for this place, or under a key that is gone.
    pub(crate) fn open(&self, place: &str, sealed: &str) -> worker::Result<String> {
        let bytes = self.keys.open_bytes(Purpose::Record, &[&self.context, place].concat(), sealed);
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        text.ok_or_else(|| "what is kept does not open: its encryption key is gone".into())
    }
}

#[cfg(test)]
#[path = "recorded_tests.rs"]
pub(crate) mod recorded_tests;
