//! `text/event-stream`: events, and a response body that other code writes to.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::Stream;
use futures_util::future::{Either, select};

use crate::platform::host::{Headers, Response, ResponseBody, ResponseBuilder};
use crate::platform::instance;
use crate::platform::timer::Timer;

/// Events that wait for a slow reader. Above it the writer waits: a reader that is that far behind
/// gains nothing from more.
const MAX_WAITING: usize = 64;

/// Bytes of them, unless it is a single event: the memory that one stream may take.
const MAX_WAITING_BYTES: usize = 1024 * 1024;

/// Proxies drop a silent connection after a minute or so.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// The longest silence of a stream whose reader cancels by going away (MCP 2026-07-28): the platform
/// notices that a reader has gone at the second thing sent after it.
pub(crate) const WATCHED: Duration = Duration::from_secs(1);

/// Things that are sent to find out whether a reader has gone, for the same reason.
pub(crate) const PROBES: u32 = 2;

/// The time until it is noticed at each of them.
pub(crate) const NOTICED: Duration = Duration::from_millis(150);

/// The time that a writer waits for a reader who takes nothing.
const STALLED: Duration = Duration::from_secs(60);

/// A comment, which clients skip (HTML Living Standard, section 9.2.6).
pub(crate) const COMMENT: &[u8] = b": keep-alive\n\n";

/// Writes to an open stream. The stream ends when all of its writers are dropped, or at
/// [`close`](Self::close).
#[derive(Debug)]
pub(crate) struct Writer(Rc<RefCell<Channel>>);

/// A stream of events, to be answered with [`response`].
pub(crate) struct Body {
    channel: Rc<RefCell<Channel>>,
    /// The longest silence.
    keep_alive: Duration,
    silence: Option<Timer>,
}

/// The reader of a stream has gone, or takes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

/// Everything happens on one thread, so a queue and the wakers of both sides are enough.
#[derive(Debug, Default)]
struct Channel {
    events: VecDeque<Vec<u8>>,
    bytes: usize,
    writers: usize,
    /// Nothing more is written: the stream ends after what waits.
    is_closed: bool,
    is_gone: bool,
    reader: Option<Waker>,
    /// Writers who wait for room, or to hear that the reader has gone.
    waiting: Vec<Waker>,
}

/// A stream and who writes to it.
#[must_use]
pub(crate) fn open() -> (Writer, Body) {
    let channel = Rc::new(RefCell::new(Channel { writers: 1, ..Channel::default() }));
    (Writer(Rc::clone(&channel)), Body { channel, keep_alive: KEEP_ALIVE, silence: None })
}

impl Body {
    /// Says something after this time of silence.
    #[must_use]
    pub(crate) fn keep_alive(mut self, keep_alive: Duration) -> Self {
        self.keep_alive = keep_alive;
        self
    }
}

/// The response whose body is the stream.
///
/// # Errors
/// Never: the platform refuses only malformed headers.
pub(crate) fn response(
    body: impl Stream<Item = worker::Result<Vec<u8>>> + 'static,
) -> worker::Result<Response> {
    let headers = Headers::new();
    headers.set("content-type", "text/event-stream")?;
    headers.set("cache-control", "no-cache, no-transform")?;
    // Tells nginx and its kind to pass events on one by one.
    headers.set("x-accel-buffering", "no")?;
    let body = ResponseBody::Stream(instance::stream(body));
    Ok(ResponseBuilder::new().with_headers(headers).body(body))
}

/// One event. Without a name it is a `message`, which is what Streamable HTTP uses.
#[must_use]
pub(crate) fn event(id: Option<&str>, name: Option<&str>, data: &str) -> Vec<u8> {
    let mut text = String::with_capacity(data.len() + 64);
    for (field, value) in [("event: ", name), ("id: ", id)] {
        if let Some(value) = value {
            text.push_str(field);
            text.push_str(value);
            text.push('\n');
        }
    }
    // An empty event is one line with nothing in it.
    for line in data.split('\n') {
        text.push_str("data: ");
        push_escaped(&mut text, line.strip_suffix('\r').unwrap_or(line));
        text.push('\n');
    }
    text.push('\n');
    text.into_bytes()
}

/// Appends a line. Readers that take every line end of Unicode for one of an event stream would cut it
/// in two; in JSON, which is what streams carry, these characters stand in text only, and there an
/// escape means the same.
fn push_escaped(text: &mut String, mut line: &str) {
    const ENDS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];
    while let Some(at) = line.find(ENDS) {
        let (before, rest) = line.split_at(at);
        text.push_str(before);
        let mut rest = rest.chars();
        text.push_str(match rest.next() {
            Some('\u{85}') => "\\u0085",
            Some('\u{2028}') => "\\u2028",
            _ => "\\u2029",
        });
        line = rest.as_str();
    }
    text.push_str(line);
}

impl Writer {
    /// Puts bytes on the stream; waits while the reader is behind.
    ///
    /// # Errors
    /// The reader is gone, or took nothing for so long that it is given up.
    pub(crate) async fn send(&self, bytes: Vec<u8>) -> Result<(), Gone> {
        let size = bytes.len();
        if self.has_room(size) {
            return self.send_now(bytes);
        }
        let room = poll_fn(|context| match self.has_room(size) || self.is_gone() {
            true => Poll::Ready(()),
            false => self.wait(context),
        });
        match select(room, Timer::from(STALLED)).await {
            Either::Left(_) => self.send_now(bytes),
            Either::Right(_) => {
                self.close();
                Err(Gone)
            }
        }
    }

    /// Puts bytes on the stream where waiting is not possible.
    ///
    /// # Errors
    /// The reader is gone, or so far behind that the stream is ended instead.
    pub(crate) fn send_now(&self, bytes: Vec<u8>) -> Result<(), Gone> {
        if !self.has_room(bytes.len()) {
            self.close();
            return Err(Gone);
        }
        let reader = {
            let mut channel = self.0.borrow_mut();
            channel.bytes += bytes.len();
            channel.events.push_back(bytes);
            channel.reader.take()
        };
        wake(reader);
        Ok(())
    }

    /// True if nobody reads any more. A disconnected client may be noticed only at the next
    /// keep-alive.
    #[must_use]
    pub(crate) fn is_gone(&self) -> bool {
        let channel = self.0.borrow();
        channel.is_gone || channel.is_closed
    }

    /// Ready when nobody reads any more.
    pub(crate) fn poll_gone(&self, context: &Context<'_>) -> Poll<()> {
        if self.is_gone() { Poll::Ready(()) } else { self.wait(context) }
    }

    /// Waits until nobody reads any more.
    pub(crate) async fn gone(&self) {
        poll_fn(|context| self.poll_gone(context)).await;
    }

    /// Ends the stream after what was written.
    pub(crate) fn close(&self) {
        let wakers = self.0.borrow_mut().close();
        wake(wakers);
    }

    fn has_room(&self, bytes: usize) -> bool {
        let channel = self.0.borrow();
        let fits = channel.events.is_empty()
            || channel.events.len() < MAX_WAITING && channel.bytes + bytes <= MAX_WAITING_BYTES;
        !channel.is_gone && !channel.is_closed && fits
    }

    fn wait(&self, context: &Context<'_>) -> Poll<()> {
        let mut channel = self.0.borrow_mut();
        if !channel.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            channel.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Clone for Writer {
    fn clone(&self) -> Self {
        self.0.borrow_mut().writers += 1;
        Self(Rc::clone(&self.0))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let wakers = {
            let mut channel = self.0.borrow_mut();
            channel.writers -= 1;
            if channel.writers == 0 { channel.close() } else { Vec::new() }
        };
        wake(wakers);
    }
}

impl Channel {
    /// Gives back whom to wake once nothing is borrowed any more.
    #[must_use]
    fn close(&mut self) -> Vec<Waker> {
        self.is_closed = true;
        let mut wakers = std::mem::take(&mut self.waiting);
        wakers.extend(self.reader.take());
        wakers
    }
}

fn wake(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(Waker::wake);
}

impl Stream for Body {
    type Item = Result<Vec<u8>, worker::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let (event, wakers) = {
            let mut channel = self.channel.borrow_mut();
            let event = channel.events.pop_front();
            if event.is_none() && channel.is_closed {
                return Poll::Ready(None);
            }
            channel.bytes -= event.as_ref().map_or(0, Vec::len);
            channel.reader = Some(context.waker().clone());
            let wakers =
                if event.is_some() { std::mem::take(&mut channel.waiting) } else { Vec::new() };
            (event, wakers)
        };
        wake(wakers);
        if let Some(event) = event {
            self.silence = None;
            return Poll::Ready(Some(Ok(event)));
        }
        let keep_alive = self.keep_alive;
        let silence = self.silence.get_or_insert_with(|| Timer::from(keep_alive));
        if Pin::new(silence).poll(context).is_pending() {
            return Poll::Pending;
        }
        self.silence = None;
        Poll::Ready(Some(Ok(COMMENT.to_vec())))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let wakers = {
            let mut channel = self.channel.borrow_mut();
            channel.is_gone = true;
            channel.events.clear();
            channel.bytes = 0;
            std::mem::take(&mut channel.waiting)
        };
        wake(wakers);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, StreamExt as _};

    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn an_event_has_its_name_and_id_before_its_data() {
        assert_eq!(
            text(event(Some("a-1"), Some("endpoint"), "/messages")),
            "event: endpoint\nid: a-1\ndata: /messages\n\n"
        );
        assert_eq!(text(event(None, None, "{}")), "data: {}\n\n");
    }

    #[test]
    fn every_line_of_the_data_is_a_field_of_its_own() {
        assert_eq!(text(event(None, None, "a\r\nb\nc")), "data: a\ndata: b\ndata: c\n\n");
    }

    #[test]
    fn line_ends_of_unicode_are_escaped_and_mean_the_same() {
        let data = "{\"text\":\"a\u{2028}b\u{2029}\u{85}ü\"}";
        let event = text(event(None, None, data));
        assert_eq!(event, "data: {\"text\":\"a\\u2028b\\u2029\\u0085ü\"}\n\n");
        let json = event.strip_prefix("data: ").expect("data");
        let read: serde_json::Value = serde_json::from_str(json).expect("JSON");
        assert_eq!(read["text"], "a\u{2028}b\u{2029}\u{85}ü");
    }

    #[test]
    fn an_event_without_data_still_is_one() {
        assert_eq!(text(event(Some("s-0"), None, "")), "id: s-0\ndata: \n\n");
    }

    #[test]
    fn a_writer_notices_that_the_reader_has_gone() {
        let (writer, body) = open();
        assert_eq!(writer.send_now(b"x".to_vec()), Ok(()));
        drop(body);
        assert!(writer.is_gone());
        assert_eq!(writer.send_now(b"x".to_vec()), Err(Gone));
    }

    #[test]
    fn a_stream_ends_after_what_was_written_when_its_last_writer_is_dropped() {
        let (writer, mut body) = open();
        let other = writer.clone();
        assert_eq!(other.send_now(b"last".to_vec()), Ok(()));
        drop((writer, other));
        let mut next = || body.next().now_or_never().expect("nothing to wait for");
        assert_eq!(next().expect("an event").expect("never an error"), b"last");
        assert!(next().is_none());
    }

    #[test]
    fn a_reader_too_far_behind_loses_the_stream_and_no_event_in_between() {
        let (writer, _body) = open();
        let written = (0..1_000).take_while(|_| writer.send_now(Vec::new()).is_ok()).count();
        assert_eq!(written, MAX_WAITING);
        assert!(writer.is_gone());
    }

    #[test]
    fn the_bytes_that_wait_are_bounded_and_one_event_always_fits() {
        let (writer, mut body) = open();
        assert_eq!(writer.send_now(vec![b'x'; 2 * MAX_WAITING_BYTES]), Ok(()));
        assert!(!writer.has_room(1), "the writer waits");
        let event = body.next().now_or_never().flatten().expect("an event").expect("no error");
        assert_eq!(event.len(), 2 * MAX_WAITING_BYTES);
        assert!(writer.has_room(1));
    }
}
