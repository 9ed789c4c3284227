//! Bodies.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::LocalBoxStream;
use futures_util::{Stream, StreamExt as _};
use worker::Result;

/// A stream of bytes.
pub struct ByteStream(LocalBoxStream<'static, Result<Vec<u8>>>);

/// A body for [`RequestInit::with_body`](super::RequestInit::with_body): what `.into()` makes of text. In a
/// Worker it is a `JsValue`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestBody(pub(super) Vec<u8>);

impl ByteStream {
    /// These bytes in one chunk.
    pub(crate) fn once(bytes: Vec<u8>) -> Self {
        Self::new(futures_util::stream::iter([Ok(bytes)]))
    }

    pub(crate) fn new(stream: impl Stream<Item = Result<Vec<u8>>> + 'static) -> Self {
        Self(stream.boxed_local())
    }

    /// All bytes to the end of the stream.
    pub(crate) async fn read(mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next().await {
            bytes.append(&mut chunk?);
        }
        Ok(bytes)
    }
}

impl RequestBody {
    /// Of bytes.
    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Stream for ByteStream {
    type Item = Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl From<&str> for RequestBody {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for RequestBody {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl From<&String> for RequestBody {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").finish_non_exhaustive()
    }
}
