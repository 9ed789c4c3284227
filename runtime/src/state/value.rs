//! Values by type.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StateError;
use crate::state::client::StateClient;
use crate::tool::finite;
use toolgate_core::from_json::FromJson;

/// Bytes of one value as JSON. SQLite in a Durable Object takes rows of 2 MB; the rest is for the
/// key.
pub const MAX_VALUE_BYTES: usize = 1_900_000;

/// Bytes of one value as JSON where `[storage] seal_state` seals it, which makes it a third larger.
pub const MAX_SEALED_VALUE_BYTES: usize = 1_400_000;

/// Bytes of a name.
pub const MAX_KEY_BYTES: usize = 512;

/// Attempts at an update when others come first. Each time at least one of them has
/// succeeded, so a hundred callers at once all get through.
const MAX_ATTEMPTS: usize = 100;

/// A value that is kept between calls, as JSON.
///
/// It is found by the name of its type, without the path of modules: two types of one name share
/// their value, and **a type that is renamed does not find what it kept**. [`State::named`] gives
/// it a name that stays, and keeps several values of one type apart.
///
/// A value may come from an earlier version of the server, so a type that grows
/// says `#[serde(default)]` for what is new.
#[must_use]
pub struct State<T> {
    hop: StateClient,
    key: String,
    value: PhantomData<fn() -> T>,
}

/// A request to the object about a value.
#[derive(Debug, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub(super) enum ValueRequest {
    /// The value under this key.
    Get(String),
    /// Keep this.
    Put {
        key: String,
        /// JSON text, or sealed; `None` deletes.
        value: Option<String>,
        /// Only while this version is kept; 0 stands for nothing.
        expected: Option<i64>,
    },
}

/// The value after the request.
#[derive(Debug, Default, Serialize, FromJson)]
pub(super) struct Kept {
    /// JSON text, or sealed. Left out where the writer knows it.
    pub(super) value: Option<String>,
    /// Never given twice by one object; 0 stands for nothing.
    pub(super) version: i64,
    /// True if what was asked for was done.
    pub(super) done: bool,
}

impl<T> State<T> {
    pub(super) fn new(hop: StateClient) -> Self {
        Self { hop, key: short_name(std::any::type_name::<T>()), value: PhantomData }
    }

    /// The value of this name instead of the type's.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { key: name.into(), ..self }
    }

    /// Forgets the value.
    ///
    /// # Errors
    /// The state cannot be reached.
    pub async fn delete(&self) -> Result<(), StateError> {
        self.put(None, None).await.map(drop)
    }

    async fn read(&self) -> Result<Kept, StateError> {
        let key = self.key()?;
        let kept = self.hop.ask(&ValueRequest::Get(key.clone())).await?;
        self.opened(&key, kept)
    }

    fn opened(&self, key: &str, kept: Kept) -> Result<Kept, StateError> {
        let value = kept.value.map(|value| self.hop.open(key, value)).transpose()?;
        Ok(Kept { value, ..kept })
    }

    async fn put(&self, value: Option<String>, expected: Option<i64>) -> Result<Kept, StateError> {
        let key = self.key()?;
        let seals = self.hop.seals();
        let most = if seals { MAX_SEALED_VALUE_BYTES } else { MAX_VALUE_BYTES };
        let value = match value {
            Some(value) if value.len() > most => {
                return Err(StateError::TooLarge { bytes: value.len(), most });
            }
            Some(value) if seals => Some(self.hop.seal(&key, &value)?),
            value => value,
        };
        let kept = self.hop.ask(&ValueRequest::Put { key: key.clone(), value, expected }).await?;
        self.opened(&key, kept)
    }

    fn key(&self) -> Result<String, StateError> {
        let fits = (1..=MAX_KEY_BYTES).contains(&self.key.len());
        fits.then(|| self.key.clone()).ok_or(StateError::Key)
    }
}

impl<T: Serialize + DeserializeOwned> State<T> {
    /// The value; `None` where nothing was kept yet.
    ///
    /// # Errors
    /// The state cannot be reached, or what is kept is not a `T`.
    pub async fn get(&self) -> Result<Option<T>, StateError> {
        parse(self.read().await?.value.as_deref())
    }

    /// Keeps this value, whatever was kept before. To change what is there, use [`State::update`]:
    /// a `get` and a `set` may have another call in between.
    ///
    /// # Errors
    /// The state cannot be reached, or the value is too large.
    pub async fn set(&self, value: &T) -> Result<(), StateError> {
        self.put(Some(text(value)?), None).await.map(drop)
    }

    /// Changes the value, from `T::default()` where nothing was kept yet. Of calls at once none is
    /// lost: `change` is called again, with the newer value, when another call came first. It should
    /// therefore do nothing but change the value.
    ///
    /// # Errors
    /// The state cannot be reached, what is kept is not a `T`, the changed value is too large, or
    /// others kept coming first a hundred times.
    pub async fn update<R>(&self, mut change: impl FnMut(&mut T) -> R) -> Result<R, StateError>
    where
        T: Default,
    {
        self.update_option(|value| change(value.get_or_insert_default())).await
    }

    /// As [`State::update`], where `None` stands for nothing: what is not there can be told, and a
    /// value that becomes `None` is forgotten.
    ///
    /// # Errors
    /// As for [`State::update`].
    pub async fn update_option<R>(
        &self,
        mut change: impl FnMut(&mut Option<T>) -> R,
    ) -> Result<R, StateError> {
        let mut kept = self.read().await?;
        for _ in 0..MAX_ATTEMPTS {
            let mut value = parse(kept.value.as_deref())?;
            let result = change(&mut value);
            let value = value.as_ref().map(text).transpose()?;
            kept = self.put(value, Some(kept.version)).await?;
            if kept.done {
                return Ok(result);
            }
        }
        Err(StateError::Contended)
    }
}

fn parse<T: DeserializeOwned>(json: Option<&str>) -> Result<Option<T>, StateError> {
    json.map(toolgate_core::json::from_str).transpose().map_err(StateError::Decode)
}

fn text<T: Serialize>(value: &T) -> Result<String, StateError> {
    finite::to_text(value).map_err(StateError::Encode)
}

/// `alloc::vec::Vec<my_server::notes::Note>` → `Vec<Note>`.
fn short_name(full: &str) -> String {
    let mut short = String::new();
    let mut start = 0;
    for (at, found) in full.char_indices() {
        match found {
            ':' => start = at + 1,
            _ if found.is_alphanumeric() || found == '_' => {}
            _ => {
                short.push_str(&full[start..at]);
                short.push(found);
                start = at + found.len_utf8();
            }
        }
    }
    short.push_str(&full[start..]);
    short
}

impl<T> fmt::Debug for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Notes;

    #[test]
    fn a_type_is_found_by_its_name_without_modules() {
        assert_eq!(short_name(std::any::type_name::<Notes>()), "Notes");
        assert_eq!(short_name(std::any::type_name::<Vec<Option<Notes>>>()), "Vec<Option<Notes>>");
        assert_eq!(short_name(std::any::type_name::<(u8, String)>()), "(u8, String)");
        assert_eq!(short_name("[a::b::C; 4]"), "[C; 4]");
    }
}
