//! Workers KV, in memory and without its delays: what is written is what the next read sees.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use worker::kv::{Key, KvError, ListResponse};

use crate::platform::native::clock;

/// Keys on one page of a list, at most.
const PAGE: u64 = 1000;

/// The shortest time to live that Workers KV takes, in seconds.
const MIN_TTL: u64 = 60;

/// A KV namespace of a test.
#[derive(Debug, Clone, Default)]
pub struct KvStore(Rc<RefCell<BTreeMap<String, Entry>>>);

#[derive(Debug, Clone)]
struct Entry {
    value: Vec<u8>,
    /// In seconds since 1970.
    expiration: Option<u64>,
    metadata: Option<Value>,
}

impl Entry {
    fn is_there(&self) -> bool {
        self.expiration.is_none_or(|end| end > clock::now().as_secs())
    }
}

/// A value that may be put: text as it is, anything else as JSON.
pub trait ToRawKvValue {
    /// The text that is kept.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    fn raw_kv_value(&self) -> Result<String, KvError>;
}

impl ToRawKvValue for str {
    fn raw_kv_value(&self) -> Result<String, KvError> {
        Ok(self.to_owned())
    }
}

impl<T: Serialize> ToRawKvValue for T {
    fn raw_kv_value(&self) -> Result<String, KvError> {
        Ok(match serde_json::to_value(self)? {
            Value::String(text) => text,
            other => other.to_string(),
        })
    }
}

impl KvStore {
    /// Puts text without an end.
    pub(crate) fn fill(&self, key: String, value: String) {
        let entry = Entry { value: value.into_bytes(), expiration: None, metadata: None };
        self.0.borrow_mut().insert(key, entry);
    }

    /// Reads a value.
    pub fn get(&self, name: &str) -> GetOptionsBuilder {
        GetOptionsBuilder { store: self.clone(), name: name.to_owned() }
    }

    /// Writes a value.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn put<T: ToRawKvValue>(&self, name: &str, value: T) -> Result<PutOptionsBuilder, KvError> {
        self.put_bytes(name, value.raw_kv_value()?.as_bytes())
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// None here.
    pub fn put_bytes(&self, name: &str, value: &[u8]) -> Result<PutOptionsBuilder, KvError> {
        let entry = Entry { value: value.to_vec(), expiration: None, metadata: None };
        Ok(PutOptionsBuilder { store: self.clone(), name: name.to_owned(), entry, ttl: None })
    }

    /// Lists keys.
    pub fn list(&self) -> ListOptionsBuilder {
        let store = self.clone();
        ListOptionsBuilder { store, limit: PAGE, cursor: None, prefix: String::new() }
    }

    /// Deletes a key, whether it is there or not.
    ///
    /// # Errors
    /// None here.
    pub async fn delete(&self, name: &str) -> Result<(), KvError> {
        self.0.borrow_mut().remove(name);
        Ok(())
    }
}

/// A read; made by [`KvStore::get`].
#[derive(Debug)]
#[must_use = "nothing is read before it is awaited"]
pub struct GetOptionsBuilder {
    store: KvStore,
    name: String,
}

impl GetOptionsBuilder {
    /// The time for which an edge may keep what was read, which means nothing here.
    pub fn cache_ttl(self, _seconds: u64) -> Self {
        self
    }

    /// As text.
    ///
    /// # Errors
    /// None here.
    pub async fn text(self) -> Result<Option<String>, KvError> {
        Ok(self.entry().map(|entry| text(&entry)))
    }

    /// From JSON.
    ///
    /// # Errors
    /// It is no `T`.
    pub async fn json<T: DeserializeOwned>(self) -> Result<Option<T>, KvError> {
        self.entry().map(|entry| json(&entry)).transpose()
    }

    /// As bytes.
    ///
    /// # Errors
    /// None here.
    pub async fn bytes(self) -> Result<Option<Vec<u8>>, KvError> {
        Ok(self.entry().map(|entry| entry.value))
    }

    /// As text, with its metadata.
    ///
    /// # Errors
    /// The metadata is no `M`.
    pub async fn text_with_metadata<M: DeserializeOwned>(
        self,
    ) -> Result<(Option<String>, Option<M>), KvError> {
        let Some(entry) = self.entry() else { return Ok((None, None)) };
        Ok((Some(text(&entry)), metadata(&entry)?))
    }

    /// From JSON, with its metadata.
    ///
    /// # Errors
    /// It is no `T`, or the metadata is no `M`.
    pub async fn json_with_metadata<T: DeserializeOwned, M: DeserializeOwned>(
        self,
    ) -> Result<(Option<T>, Option<M>), KvError> {
        let Some(entry) = self.entry() else { return Ok((None, None)) };
        Ok((Some(json(&entry)?), metadata(&entry)?))
    }

    /// As bytes, with its metadata.
    ///
    /// # Errors
    /// The metadata is no `M`.
    pub async fn bytes_with_metadata<M: DeserializeOwned>(
        self,
    ) -> Result<(Option<Vec<u8>>, Option<M>), KvError> {
        let Some(entry) = self.entry() else { return Ok((None, None)) };
        let metadata = metadata(&entry)?;
        Ok((Some(entry.value), metadata))
    }

    fn entry(&self) -> Option<Entry> {
        self.store.0.borrow().get(&self.name).filter(|entry| entry.is_there()).cloned()
    }
}

fn text(entry: &Entry) -> String {
    String::from_utf8_lossy(&entry.value).into_owned()
}

fn json<T: DeserializeOwned>(entry: &Entry) -> Result<T, KvError> {
    Ok(serde_json::from_slice(&entry.value)?)
}

fn metadata<M: DeserializeOwned>(entry: &Entry) -> Result<Option<M>, KvError> {
    Ok(entry.metadata.clone().map(serde_json::from_value).transpose()?)
}

/// A write; made by [`KvStore::put`].
#[derive(Debug)]
#[must_use = "PutOptionsBuilder does nothing until you 'execute' it"]
pub struct PutOptionsBuilder {
    store: KvStore,
    name: String,
    entry: Entry,
    ttl: Option<u64>,
}

impl PutOptionsBuilder {
    /// When the value is no longer there, in seconds since 1970.
    pub fn expiration(mut self, expiration: u64) -> Self {
        self.entry.expiration = Some(expiration);
        self
    }

    /// For how many seconds the value is there.
    pub fn expiration_ttl(mut self, expiration_ttl: u64) -> Self {
        self.ttl = Some(expiration_ttl);
        self
    }

    /// The metadata that is kept with the value.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn metadata<T: Serialize>(mut self, metadata: T) -> Result<Self, KvError> {
        self.entry.metadata = Some(serde_json::to_value(metadata)?);
        Ok(self)
    }

    /// Writes it.
    ///
    /// # Errors
    /// The value would be there for less than a minute, which Workers KV does not do.
    pub async fn execute(mut self) -> Result<(), KvError> {
        let now = clock::now().as_secs();
        if let Some(ttl) = self.ttl {
            self.entry.expiration = Some(now + ttl);
        }
        if self.entry.expiration.is_some_and(|end| end < now + MIN_TTL) {
            // Nothing else of `KvError` holds words, and JavaScript's need JavaScript.
            return Err(KvError::InvalidKvStore(format!(
                "`{}` would expire in less than {MIN_TTL} seconds",
                self.name
            )));
        }
        self.store.0.borrow_mut().insert(self.name, self.entry);
        Ok(())
    }
}

/// A list; made by [`KvStore::list`].
#[derive(Debug)]
#[must_use = "ListOptionsBuilder does nothing until you 'execute' it"]
pub struct ListOptionsBuilder {
    store: KvStore,
    limit: u64,
    cursor: Option<String>,
    prefix: String,
}

impl ListOptionsBuilder {
    /// The most keys on a page; 1000 at most.
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = limit.clamp(1, PAGE);
        self
    }

    /// Goes on where the page that gave this cursor ends.
    pub fn cursor(mut self, cursor: String) -> Self {
        self.cursor = Some(cursor);
        self
    }

    /// Only keys that begin with this.
    pub fn prefix(mut self, prefix: String) -> Self {
        self.prefix = prefix;
        self
    }

    /// Lists them.
    ///
    /// # Errors
    /// None here.
    pub async fn execute(self) -> Result<ListResponse, KvError> {
        let entries = self.store.0.borrow();
        let found = entries
            .iter()
            .filter(|(name, entry)| name.starts_with(&self.prefix) && entry.is_there())
            .filter(|(name, _)| self.cursor.as_ref().is_none_or(|after| *name > after));
        let mut keys: Vec<Key> = found
            .map(|(name, entry)| Key {
                name: name.clone(),
                expiration: entry.expiration,
                metadata: entry.metadata.clone(),
            })
            .collect();
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let list_complete = keys.len() <= limit;
        keys.truncate(limit);
        let last = keys.last().filter(|_| !list_complete);
        Ok(ListResponse { cursor: last.map(|key| key.name.clone()), list_complete, keys })
    }
}
