//! The streams of a session of Streamable HTTP: what is stored, and who reads it now.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value;
use toolgate_core::mcp::fault;

use super::connection::{self, Connection, End, Outlet, Outlets};
use super::store::Store;
use crate::platform::console::log_error;
use crate::platform::now;

/// Connections for notifications that one client has at a time. It needs one; another may be there
/// because nobody noticed yet that it was lost.
const MAX_STANDALONE: usize = 4;

/// The text in place of the pending requests of a stream that answers none.
const STANDALONE: &str = "";

/// The streams.
pub(super) struct Streams {
    store: Store,
    outlets: Rc<Outlets>,
    /// Streams whose calls run.
    running: RefCell<Vec<u64>>,
}

/// The result of resuming a stream.
pub(super) enum Resumed {
    /// The rest of the stream.
    Rest(Connection),
    /// Nothing: the client has all of it.
    Nothing,
    /// There is no such stream, or it is not kept any more.
    Unknown,
}

impl Streams {
    pub(super) fn new(store: Store) -> Self {
        Self { store, outlets: Rc::default(), running: RefCell::default() }
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// True if a client is connected.
    pub(super) fn is_read(&self) -> bool {
        !self.outlets.borrow().is_empty()
    }

    /// The streams that a client is connected to.
    pub(super) fn open(&self) -> Vec<u64> {
        self.outlets.borrow().iter().map(|outlet| outlet.stream).collect()
    }

    /// True if a client is connected to a stream.
    pub(super) async fn is_open(&self, stream: u64) -> bool {
        connection::is_open(&self.outlets, stream).await
    }

    /// Begins a stream that will answer these requests.
    pub(super) fn begin(&self, pending: &[Value]) -> worker::Result<u64> {
        let stream = self.store.begin_stream(serde_json::to_string(pending)?, now())?;
        self.running.borrow_mut().push(stream);
        Ok(stream)
    }

    /// Adds an event. Once there is no room, only what is needed is kept.
    pub(super) fn append(&self, stream: u64, text: &str, is_needed: bool) {
        let outlets = self.outlets.borrow();
        let sent: Vec<_> = outlets.iter().map(|outlet| (outlet.stream, outlet.sent())).collect();
        drop(outlets);
        if let Err(error) = self.store.append(stream, text, is_needed, &sent) {
            return log_error!("an event could not be stored: {error}");
        }
        connection::wake(&self.outlets, stream);
    }

    /// Notes the requests that a stream still has to answer, should its calls be lost.
    pub(super) fn set_pending(&self, stream: u64, pending: &[Value]) {
        let written = serde_json::to_string(pending).map_err(worker::Error::from);
        if let Err(error) = written.and_then(|text| self.store.set_pending(stream, text)) {
            log_error!("a stream could not be stored: {error}");
        }
    }

    /// Nothing more comes on a stream.
    pub(super) fn end(&self, stream: u64) {
        self.running.borrow_mut().retain(|other| *other != stream);
        if let Err(error) = self.store.end_stream(stream, now()) {
            log_error!("a stream could not be ended: {error}");
        }
        self.close(stream, End::AfterRest);
    }

    /// Ends the connection of a stream.
    pub(super) fn close(&self, stream: u64, end: End) {
        connection::close(&self.outlets, |outlet| outlet.stream == stream, end);
    }

    /// Ends every connection.
    pub(super) fn close_all(&self) {
        connection::close(&self.outlets, |_| true, End::Now);
    }

    /// Connects a client to a stream, from after the event of this number.
    pub(super) fn connect(&self, outlet: Outlet, sent: u64, primes: bool) -> Connection {
        Connection::open(&self.outlets, self.store.clone(), outlet, sent, primes)
    }

    /// Opens a stream for notifications.
    pub(super) fn open_standalone(&self, primes: bool) -> worker::Result<Connection> {
        let kept = self.store.standalone(STANDALONE)?;
        // The newest are kept for a client that lost its connection.
        for stream in kept.iter().rev().skip(MAX_STANDALONE - 1) {
            self.close(*stream, End::Now);
            self.store.delete_stream(*stream)?;
        }
        let stream = self.store.begin_stream(STANDALONE.to_owned(), now())?;
        Ok(self.connect(Outlet::new(stream, true, End::Open), 0, primes))
    }

    /// Resumes a stream after the event of this number.
    pub(super) fn resume(&self, stream: u64, seq: u64) -> worker::Result<Resumed> {
        let Some((pending, mut is_over)) = self.store.stream(stream)? else {
            return Ok(Resumed::Unknown);
        };
        if self.store.lacks_after(stream, seq)? {
            return Ok(Resumed::Unknown);
        }
        let is_standalone = pending == STANDALONE;
        if !is_over && !is_standalone && !self.running.borrow().contains(&stream) {
            self.give_up(stream, seq, &pending)?;
            is_over = true;
        }
        if is_over && self.store.next(stream, seq)?.is_none() {
            // The client has seen the end.
            self.store.delete_stream(stream)?;
            return Ok(Resumed::Nothing);
        }
        let end = if is_over { End::AfterRest } else { End::Open };
        Ok(Resumed::Rest(self.connect(Outlet::new(stream, is_standalone, end), seq, false)))
    }

    /// Answers what the lost calls of a stream will not. The client may have seen an event that was
    /// lost with them, so the answers have higher numbers than what it names.
    fn give_up(&self, stream: u64, seq: u64, pending: &str) -> worker::Result<()> {
        let pending: Vec<Value> = toolgate_core::json::from_str(pending)?;
        for id in &pending {
            let lost = fault::lost().response(Some(id));
            self.store.append_lost(stream, seq.saturating_add(1), &lost)?;
        }
        self.store.end_stream(stream, now())
    }

    /// Sends a message on one stream that a client reads now: that for notifications, or else one of a call. Where there
    /// is none, nobody waits for it.
    pub(super) fn tell(&self, text: &str) -> worker::Result<()> {
        let (open, standalone) = (self.open(), self.store.standalone(STANDALONE)?);
        let running = self.running.borrow();
        let found = open.iter().find(|stream| standalone.contains(stream));
        if let Some(stream) = found.or(open.iter().find(|stream| running.contains(stream))) {
            self.append(*stream, text, false);
        }
        Ok(())
    }

    /// Sends a notification on one stream: one that is read, or else one that may be resumed. False
    /// if there is none.
    pub(super) fn notify(&self, text: &str) -> worker::Result<bool> {
        let is_read =
            |stream: &u64| self.outlets.borrow().iter().any(|outlet| outlet.stream == *stream);
        let streams = self.store.standalone(STANDALONE)?;
        let read = streams.iter().rev().find(|stream| is_read(stream));
        let Some(stream) = read.or(streams.last()) else { return Ok(false) };
        self.append(*stream, text, false);
        self.store.trim_to_last(*stream)?;
        Ok(true)
    }
}
