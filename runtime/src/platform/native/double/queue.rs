//! Queues, of which the test reads what was sent.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use worker::{Error, QueueContentType, Result};

/// Bytes of one message, at most.
const MAX_BYTES: usize = 128_000;

/// Bytes of the messages of a batch, at most.
const MAX_BATCH_BYTES: usize = 256_000;

/// Messages of a batch, at most.
const MAX_BATCH: usize = 100;

/// The longest delay, in seconds.
const MAX_DELAY: u32 = 24 * 3600;

/// A queue of a test.
#[derive(Clone, Default)]
pub struct Queue(Rc<RefCell<Vec<QueueMessage>>>);

/// A message that was sent to a queue, for a test to look at.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct QueueMessage {
    /// The body, as JSON.
    pub body: Value,
    /// The time before it is delivered, where the sender asked for one.
    pub delay: Option<Duration>,
}

/// A message with its options, made by [`MessageBuilder`], or from the message alone.
#[derive(Debug)]
pub struct SendMessage<T> {
    message: T,
    delay_seconds: Option<u32>,
}

/// Makes a message with options.
#[derive(Debug)]
#[must_use = "a message does nothing until it is sent"]
pub struct MessageBuilder<T>(SendMessage<T>);

/// Messages that are sent at once, made by [`BatchMessageBuilder`], or from a list.
#[derive(Debug)]
pub struct BatchSendMessage<T> {
    messages: Vec<SendMessage<T>>,
    delay_seconds: Option<u32>,
}

/// Makes a batch with options.
#[derive(Debug)]
#[must_use = "a batch does nothing until it is sent"]
pub struct BatchMessageBuilder<T>(BatchSendMessage<T>);

impl<T: Serialize> From<T> for SendMessage<T> {
    fn from(message: T) -> Self {
        Self { message, delay_seconds: None }
    }
}

impl<T: Serialize> MessageBuilder<T> {
    /// This message, as JSON and at once.
    pub fn new(message: T) -> Self {
        Self(message.into())
    }

    /// The seconds before it is delivered.
    pub fn delay_seconds(mut self, delay_seconds: u32) -> Self {
        self.0.delay_seconds = Some(delay_seconds);
        self
    }

    /// The form of the body on its way, which means nothing here.
    pub fn content_type(self, _: QueueContentType) -> Self {
        self
    }

    /// The message.
    #[must_use]
    pub fn build(self) -> SendMessage<T> {
        self.0
    }
}

impl<T> BatchMessageBuilder<T> {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message.
    pub fn message<U: Into<SendMessage<T>>>(mut self, message: U) -> Self {
        self.0.messages.push(message.into());
        self
    }

    /// Adds messages.
    pub fn messages<U, V>(mut self, messages: U) -> Self
    where
        U: IntoIterator<Item = V>,
        V: Into<SendMessage<T>>,
    {
        self.0.messages.extend(messages.into_iter().map(Into::into));
        self
    }

    /// The seconds before those messages are delivered that name none themselves.
    pub fn delay_seconds(mut self, delay_seconds: u32) -> Self {
        self.0.delay_seconds = Some(delay_seconds);
        self
    }

    /// The batch.
    #[must_use]
    pub fn build(self) -> BatchSendMessage<T> {
        self.0
    }
}

impl<T> Default for BatchMessageBuilder<T> {
    fn default() -> Self {
        Self(BatchSendMessage { messages: Vec::new(), delay_seconds: None })
    }
}

impl<T, U, V> From<U> for BatchSendMessage<T>
where
    U: IntoIterator<Item = V>,
    V: Into<SendMessage<T>>,
{
    fn from(messages: U) -> Self {
        Self { messages: messages.into_iter().map(Into::into).collect(), delay_seconds: None }
    }
}

impl Queue {
    /// Sends a message.
    ///
    /// # Errors
    /// The message cannot be written as JSON, is too large, or is to wait for too long.
    pub async fn send<T, U: Into<SendMessage<T>>>(&self, message: U) -> Result<()>
    where
        T: Serialize,
    {
        let (message, _) = read(message.into(), None)?;
        self.0.borrow_mut().push(message);
        Ok(())
    }

    /// Sends messages, all or none.
    ///
    /// # Errors
    /// As for [`send`](Self::send), or there are none, or too many of them.
    pub async fn send_batch<T: Serialize, U: Into<BatchSendMessage<T>>>(
        &self,
        messages: U,
    ) -> Result<()> {
        let BatchSendMessage { messages, delay_seconds } = messages.into();
        if messages.is_empty() || messages.len() > MAX_BATCH {
            return Err(refused(&format!("a batch has 1 to {MAX_BATCH} messages")));
        }
        let messages = messages.into_iter().map(|message| read(message, delay_seconds));
        let messages = messages.collect::<Result<Vec<_>>>()?;
        if messages.iter().map(|(_, bytes)| bytes).sum::<usize>() > MAX_BATCH_BYTES {
            return Err(refused(&format!("a batch has at most {MAX_BATCH_BYTES} bytes")));
        }
        self.0.borrow_mut().extend(messages.into_iter().map(|(message, _)| message));
        Ok(())
    }

    /// The messages so far, which are then forgotten.
    pub(crate) fn take(&self) -> Vec<QueueMessage> {
        self.0.take()
    }
}

/// The message, and its size in bytes.
fn read<T: Serialize>(
    message: SendMessage<T>,
    delay: Option<u32>,
) -> Result<(QueueMessage, usize)> {
    let SendMessage { message, delay_seconds } = message;
    let body = serde_json::to_value(message)?;
    let bytes = body.to_string().len();
    if bytes > MAX_BYTES {
        return Err(refused(&format!("a message has at most {MAX_BYTES} bytes")));
    }
    let delay = delay_seconds.or(delay);
    if delay.is_some_and(|seconds| seconds > MAX_DELAY) {
        return Err(refused(&format!("a message waits for at most {MAX_DELAY} seconds")));
    }
    let delay = delay.map(|seconds| Duration::from_secs(seconds.into()));
    Ok((QueueMessage { body, delay }, bytes))
}

fn refused(problem: &str) -> Error {
    Error::JsError(format!("Queue send failed: {problem}"))
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}
