//! The messages of the calls of one message, on the session's stream.

use std::cell::RefCell;

use serde_json::Value;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::{Exchange, Revision, notify};

use crate::call::Asked;
use crate::http::sse;
use crate::http::sse::Writer;
use crate::sessions_common::Outgoing;

/// Shared by the calls of one message.
pub(super) struct Post {
    exchange: RefCell<Exchange>,
    revision: Revision,
    writer: Writer,
}

impl Post {
    /// Sends what is ready already.
    pub(super) async fn begin(mut exchange: Exchange, writer: Writer) -> Self {
        let ready = exchange.ready();
        let revision = exchange.revision();
        let post = Self { exchange: RefCell::new(exchange), revision, writer };
        for text in &ready {
            post.send(text).await;
        }
        post
    }

    /// Waits for a client that is slow; one that is gone has no session any more.
    async fn send(&self, text: &str) {
        send(&self.writer, text).await;
    }
}

/// Sends one message.
pub(super) async fn send(writer: &Writer, text: &str) {
    let _ = writer.send(sse::event(None, Some("message"), text)).await;
}

impl Outgoing for Post {
    async fn notify(&self, text: &str) {
        self.send(text).await;
    }

    async fn ask(&self, asked: &Asked) -> bool {
        self.send(&(asked.wire.request)(&asked.ask, &asked.id, self.revision)).await;
        true
    }

    async fn withdraw(&self, id: &str) {
        self.send(&notify::cancelled(id)).await;
    }

    /// There is one stream, and it lives as long as the session.
    fn release(&self) {}

    async fn answer(&self, slot: usize, _request_id: &Value, outcome: Option<CallResult>) {
        let Some(outcome) = outcome else { return };
        let answer = self.exchange.borrow_mut().answer_one(slot, outcome);
        if let Some(answer) = answer {
            self.send(&answer).await;
        }
    }
}
