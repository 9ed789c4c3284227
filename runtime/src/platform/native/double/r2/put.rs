//! Writing to a bucket.

use std::collections::HashMap;

use toolgate_core::seal;
use worker::{FixedLengthStream, Result};

use super::bucket::{Bucket, refused};
use super::object::{Conditional, HttpMetadata, Object, Stored};
use crate::platform::native::double::web::{ByteStream, Date};

/// Bytes of the metadata of an object, at most.
const MAX_METADATA: usize = 8192;

/// The content of an object that is written.
#[derive(Debug)]
pub enum Data {
    /// A stream whose length is known.
    Stream(FixedLengthStream),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Nothing.
    Empty,
}

impl From<FixedLengthStream> for Data {
    fn from(stream: FixedLengthStream) -> Self {
        Self::Stream(stream)
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Data {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// A write; made by [`Bucket::put`].
#[derive(Debug)]
#[must_use = "nothing is written before it is executed"]
pub struct PutOptionsBuilder<'bucket> {
    bucket: &'bucket Bucket,
    key: String,
    value: Data,
    http_metadata: HttpMetadata,
    custom_metadata: HashMap<String, String>,
    only_if: Option<Conditional>,
}

impl<'bucket> PutOptionsBuilder<'bucket> {
    pub(super) fn new(bucket: &'bucket Bucket, key: String, value: Data) -> Self {
        Self {
            bucket,
            key,
            value,
            http_metadata: HttpMetadata::default(),
            custom_metadata: HashMap::new(),
            only_if: None,
        }
    }

    /// Keeps these headers with it.
    pub fn http_metadata(mut self, metadata: HttpMetadata) -> Self {
        self.http_metadata = metadata;
        self
    }

    /// Keeps this metadata with it.
    pub fn custom_metadata(mut self, metadata: impl Into<HashMap<String, String>>) -> Self {
        self.custom_metadata = metadata.into();
        self
    }

    /// Only if these conditions hold.
    pub fn only_if(mut self, only_if: Conditional) -> Self {
        self.only_if = Some(only_if);
        self
    }

    /// Writes it; `None` if the conditions do not hold.
    ///
    /// # Errors
    /// The key cannot be one, there is too much metadata, or the stream has another length than it says.
    pub async fn execute(self) -> Result<Option<Object>> {
        let Self { bucket, key, value, http_metadata, custom_metadata, only_if } = self;
        let length = |(name, value): (&String, &String)| name.len() + value.len();
        if custom_metadata.iter().map(length).sum::<usize>() > MAX_METADATA {
            let problem = "Your metadata headers exceed the maximum allowed metadata size. (10012)";
            return Err(refused("put", problem));
        }
        let content = match value {
            Data::Stream(stream) => ByteStream::new(stream).read().await?,
            Data::Text(text) => text.into_bytes(),
            Data::Bytes(bytes) => bytes,
            Data::Empty => Vec::new(),
        };
        let known = bucket.find(&key, "put")?;
        if only_if.is_some_and(|conditions| !conditions.holds(known.as_deref())) {
            return Ok(None);
        }
        let etag = etag(&content);
        let stored = bucket.store(Stored {
            key,
            content,
            version: String::new(),
            etag,
            uploaded: Date::now(),
            http_metadata,
            custom_metadata,
        });
        Ok(Some(Object::head(stored)))
    }
}

/// Of 32 digits, as the MD5 that R2 has there; it means nothing but that the content is the same.
fn etag(content: &[u8]) -> String {
    let text: String = content.iter().map(|byte| format!("{byte:02x}")).collect();
    let hash = seal::sha256(&text);
    hash.bytes().take(16).map(|byte| format!("{byte:02x}")).collect()
}
