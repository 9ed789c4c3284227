//! Objects of a bucket.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use worker::{Error, Result};

use crate::platform::native::double::web::{ByteStream, Date, Headers, ResponseBody};

/// An object, with its content where it was read.
#[derive(Debug)]
pub struct Object {
    stored: Rc<Stored>,
    /// Offset and length of what is read, where a part was asked for.
    range: Option<(u64, u64)>,
    /// None where only the metadata was asked for, or a condition does not hold.
    body: Option<Body>,
}

/// An object as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) key: String,
    pub(super) content: Vec<u8>,
    pub(super) version: String,
    pub(super) etag: String,
    pub(super) uploaded: Date,
    pub(super) http_metadata: HttpMetadata,
    pub(super) custom_metadata: HashMap<String, String>,
}

#[derive(Debug)]
struct Body {
    bytes: Vec<u8>,
    is_used: Cell<bool>,
}

/// The content of an [`Object`], which is read once.
#[derive(Debug)]
pub struct ObjectBody<'body>(&'body Body);

/// Headers that are kept with an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpMetadata {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Expires`.
    pub cache_expiry: Option<Date>,
}

/// Conditions of a read or write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditional {
    /// The object has this etag.
    pub etag_matches: Option<String>,
    /// The object has another etag.
    pub etag_does_not_match: Option<String>,
    /// The object was uploaded before.
    pub uploaded_before: Option<Date>,
    /// The object was uploaded after.
    pub uploaded_after: Option<Date>,
}

/// A part of an object's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// So many bytes from an offset on.
    OffsetWithLength {
        /// Bytes before.
        offset: u64,
        /// Bytes to read.
        length: u64,
    },
    /// All from an offset on.
    OffsetToEnd {
        /// Bytes before.
        offset: u64,
    },
    /// So many bytes from the start.
    Prefix {
        /// Bytes to read.
        length: u64,
    },
    /// So many bytes before the end.
    Suffix {
        /// Bytes to read.
        suffix: u64,
    },
}

impl Conditional {
    /// True if the conditions hold for the object of this key, or for there being none.
    pub(super) fn holds(&self, stored: Option<&Stored>) -> bool {
        let Some(stored) = stored else {
            return self.etag_matches.is_none() && self.uploaded_after.is_none();
        };
        let is_same = |etag: &String| etag == "*" || *etag == stored.etag;
        self.etag_matches.as_ref().is_none_or(is_same)
            && !self.etag_does_not_match.as_ref().is_some_and(is_same)
            && self.uploaded_before.is_none_or(|date| stored.uploaded < date)
            && self.uploaded_after.is_none_or(|date| stored.uploaded > date)
    }
}

impl Range {
    /// Offset and length within this many bytes.
    fn within(&self, size: u64) -> Result<(u64, u64)> {
        let (offset, length) = match *self {
            Self::OffsetWithLength { offset, length } => (offset, length),
            Self::OffsetToEnd { offset } => (offset, size.saturating_sub(offset)),
            Self::Prefix { length } => (0, length),
            Self::Suffix { suffix } => (size.saturating_sub(suffix), suffix.min(size)),
        };
        if offset > size || length == 0 {
            let message = "get: The requested range is not satisfiable (10039)";
            return Err(Error::JsError(message.to_owned()));
        }
        Ok((offset, length.min(size - offset)))
    }
}

impl Object {
    /// The metadata alone.
    pub(super) fn head(stored: Rc<Stored>) -> Self {
        Self { stored, range: None, body: None }
    }

    /// With its content, or a part of it.
    pub(super) fn read(stored: Rc<Stored>, range: Option<Range>) -> Result<Self> {
        let size = stored.content.len() as u64;
        let range = range.map(|range| range.within(size)).transpose()?;
        let (offset, length) = range.unwrap_or((0, size));
        let content = stored.content.iter().skip(index(offset)).take(index(length));
        let body = Body { bytes: content.copied().collect(), is_used: Cell::new(false) };
        Ok(Self { stored, range, body: Some(body) })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> String {
        self.stored.key.clone()
    }

    /// Names this content; each write has another one.
    #[must_use]
    pub fn version(&self) -> String {
        self.stored.version.clone()
    }

    /// Bytes of the whole content.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.stored.content.len() as u64
    }

    /// The etag, which is the same for the same content.
    #[must_use]
    pub fn etag(&self) -> String {
        self.stored.etag.clone()
    }

    /// The etag as a header has it.
    #[must_use]
    pub fn http_etag(&self) -> String {
        format!("\"{}\"", self.stored.etag)
    }

    /// When it was written.
    #[must_use]
    pub fn uploaded(&self) -> Date {
        self.stored.uploaded
    }

    /// The headers that are kept with it.
    #[must_use]
    pub fn http_metadata(&self) -> HttpMetadata {
        self.stored.http_metadata.clone()
    }

    /// The metadata that is kept with it.
    ///
    /// # Errors
    /// None here.
    pub fn custom_metadata(&self) -> Result<HashMap<String, String>> {
        Ok(self.stored.custom_metadata.clone())
    }

    /// The part that was read, where a part was asked for.
    ///
    /// # Errors
    /// None was.
    pub fn range(&self) -> Result<Range> {
        let (offset, length) =
            self.range.ok_or_else(|| Error::JsError("invalid range".to_owned()))?;
        Ok(Range::OffsetWithLength { offset, length })
    }

    /// The content; none of [`head`](super::Bucket::head), of a list, and where a condition does not hold.
    #[must_use]
    pub fn body(&self) -> Option<ObjectBody<'_>> {
        self.body.as_ref().map(ObjectBody)
    }

    /// True if the content was read, where there is one.
    #[must_use]
    pub fn body_used(&self) -> Option<bool> {
        self.body.as_ref().map(|body| body.is_used.get())
    }

    /// Sets the headers that are kept with it.
    ///
    /// # Errors
    /// One of them cannot be sent.
    pub fn write_http_metadata(&self, headers: Headers) -> Result<()> {
        let kept = &self.stored.http_metadata;
        for (name, value) in [
            ("content-type", &kept.content_type),
            ("content-language", &kept.content_language),
            ("content-disposition", &kept.content_disposition),
            ("content-encoding", &kept.content_encoding),
            ("cache-control", &kept.cache_control),
        ] {
            if let Some(value) = value {
                headers.set(name, value)?;
            }
        }
        Ok(())
    }
}

impl ObjectBody<'_> {
    /// As text.
    ///
    /// # Errors
    /// It was read before, or is not UTF-8.
    pub async fn text(self) -> Result<String> {
        String::from_utf8(self.take()?).map_err(|error| Error::RustError(error.to_string()))
    }

    /// As bytes.
    ///
    /// # Errors
    /// It was read before.
    pub async fn bytes(self) -> Result<Vec<u8>> {
        self.take()
    }

    /// As a stream, in one chunk.
    ///
    /// # Errors
    /// It was read before.
    pub fn stream(self) -> Result<ByteStream> {
        self.take().map(ByteStream::once)
    }

    /// As the body of a response.
    ///
    /// # Errors
    /// It was read before.
    pub fn response_body(self) -> Result<ResponseBody> {
        self.stream().map(ResponseBody::Stream)
    }

    fn take(&self) -> Result<Vec<u8>> {
        let Self(body) = self;
        if body.is_used.replace(true) {
            return Err(Error::BodyUsed);
        }
        Ok(body.bytes.clone())
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
