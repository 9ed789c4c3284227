//! Streams of notifications.

use std::cell::RefCell;
use std::fmt;

use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::Value;

use super::server::TestServer;
use crate::platform::native::double::ByteStream;

/// A stream on which the server tells a client what changes, see
/// [`TestClient::listen`](super::TestClient::listen). It is closed when it is dropped.
pub struct TestStream {
    server: TestServer,
    /// None once the server has ended it.
    stream: RefCell<Option<ByteStream>>,
}

impl TestStream {
    pub(super) fn new(server: TestServer, stream: ByteStream) -> Self {
        Self { server, stream: RefCell::new(Some(stream)) }
    }

    /// The messages that have come since this was last asked, such as
    /// `{"method": "notifications/resources/updated", …}`.
    pub fn take(&self) -> Vec<Value> {
        self.server.run(async {
            let mut messages = Vec::new();
            let mut stream = self.stream.borrow_mut();
            // Nothing more has come where it would have to wait.
            while let Some(next) = stream.as_mut().and_then(|stream| stream.next().now_or_never()) {
                match next {
                    Some(Ok(bytes)) => messages.extend(event(&bytes).1),
                    Some(Err(_)) | None => *stream = None,
                }
            }
            messages
        })
    }

    /// True if the server has ended the stream, and everything on it was taken.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.stream.borrow().is_none()
    }
}

/// The id of an event, and its message; a comment has neither.
pub(super) fn event(event: &[u8]) -> (Option<String>, Option<Value>) {
    let text = String::from_utf8_lossy(event);
    let field = |name: &'static str| text.lines().filter_map(move |line| line.strip_prefix(name));
    let data: Vec<&str> = field("data: ").collect();
    let id = field("id: ").next_back().map(str::to_owned);
    (id, serde_json::from_str(&data.join("\n")).ok())
}

impl fmt::Debug for TestStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestStream").finish_non_exhaustive()
    }
}
