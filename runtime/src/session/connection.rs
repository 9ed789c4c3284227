//! One open connection of a stream: reads what is stored, as fast as the client takes it.

use std::cell::{Cell, RefCell};
use std::future::Future as _;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use futures_util::Stream;

use super::store::Store;
use crate::http::sse;
use crate::http::sse::{COMMENT, KEEP_ALIVE, NOTICED, PROBES};
use crate::platform::timer::Timer;

/// The wait of a client that loses its connection before it resumes, in milliseconds.
const RETRY: &str = "retry: 500\n";

/// The same, for a client whose person has too many streams open: back at once, it would displace another
/// one, which would come back in turn.
const DISPLACED: &[u8] = b"retry: 60000\n\n";

/// The open connections of a session.
pub(super) type Outlets = RefCell<Vec<Rc<Outlet>>>;

/// The writer's end of a connection: there is nothing to hand over, only to say that there is.
pub(super) struct Outlet {
    pub(super) stream: u64,
    /// Nothing but notifications goes on the stream.
    pub(super) is_standalone: bool,
    end: Cell<End>,
    /// The last event that was sent.
    sent: Cell<u64>,
    /// Something is to be sent that tells whether the client is still there.
    is_asked: Cell<bool>,
    reader: RefCell<Option<Waker>>,
}

/// When a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With its stream.
    Open,
    /// When everything stored was sent.
    AfterRest,
    /// Now: another connection has taken its place, or the session is over.
    Now,
    /// Now: its person has opened too many others.
    Displaced,
}

/// The reader's end: the body of the response.
pub(super) struct Connection {
    store: Store,
    outlet: Rc<Outlet>,
    outlets: Weak<Outlets>,
    /// Still to be sent: an event without data, so that the client can resume before the first one
    /// (MCP 2025-11-25, Streamable HTTP).
    is_primed: bool,
    silence: Option<Timer>,
}

impl Connection {
    /// Connects a client to a stream, in place of an earlier connection.
    pub(super) fn open(
        outlets: &Rc<Outlets>,
        store: Store,
        outlet: Outlet,
        sent: u64,
        primes: bool,
    ) -> Self {
        close(outlets, |other| other.stream == outlet.stream, End::Now);
        outlet.sent.set(sent);
        let outlet = Rc::new(outlet);
        outlets.borrow_mut().push(Rc::clone(&outlet));
        let outlets = Rc::downgrade(outlets);
        Self { store, outlet, outlets, is_primed: !primes, silence: None }
    }

    /// True if nothing but notifications goes on its stream.
    pub(super) fn is_standalone(&self) -> bool {
        self.outlet.is_standalone
    }

    fn event(&mut self) -> worker::Result<Option<Vec<u8>>> {
        let Outlet { stream, ref end, ref sent, .. } = *self.outlet;
        match end.get() {
            End::Open | End::AfterRest => {}
            End::Now => return Ok(None),
            End::Displaced => {
                end.set(End::Now);
                return Ok(Some(DISPLACED.to_vec()));
            }
        }
        if !self.is_primed {
            self.is_primed = true;
            let mut event = RETRY.as_bytes().to_vec();
            event.extend(sse::event(Some(&event_id(stream, sent.get())), None, ""));
            return Ok(Some(event));
        }
        let Some((seq, data)) = self.store.next(stream, sent.get())? else { return Ok(None) };
        sent.set(seq);
        self.store.trim(stream, seq)?;
        Ok(Some(sse::event(Some(&event_id(stream, seq)), None, &data)))
    }

    pub(super) fn stream(&self) -> u64 {
        self.outlet.stream
    }

    fn is_over(&self) -> bool {
        self.outlet.end.get() != End::Open
    }
}

impl Stream for Connection {
    type Item = worker::Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.event() {
            Ok(None) => {}
            event => {
                self.silence = None;
                return Poll::Ready(event.transpose());
            }
        }
        if self.is_over() {
            if self.outlet.end.get() == End::AfterRest && !self.outlet.is_standalone {
                // Whoever it was sent to may still come back for it; it is the first to give way.
                self.store.set_read(self.outlet.stream)?;
            }
            return Poll::Ready(None);
        }
        *self.outlet.reader.borrow_mut() = Some(context.waker().clone());
        let silence = self.silence.get_or_insert_with(|| Timer::from(KEEP_ALIVE));
        if Pin::new(silence).poll(context).is_pending() && !self.outlet.is_asked.take() {
            return Poll::Pending;
        }
        self.silence = None;
        Poll::Ready(Some(Ok(COMMENT.to_vec())))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(outlets) = self.outlets.upgrade() {
            outlets.borrow_mut().retain(|outlet| !Rc::ptr_eq(outlet, &self.outlet));
        }
    }
}

impl Outlet {
    pub(super) fn new(stream: u64, is_standalone: bool, end: End) -> Self {
        let (end, sent, is_asked) = (Cell::new(end), Cell::new(0), Cell::new(false));
        Self { stream, is_standalone, end, sent, is_asked, reader: RefCell::default() }
    }

    /// The last event that was sent.
    pub(super) fn sent(&self) -> u64 {
        self.sent.get()
    }

    fn wake(&self) {
        let reader = self.reader.borrow_mut().take();
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

/// Says that a stream has a new event.
pub(super) fn wake(outlets: &Outlets, stream: u64) {
    let found = outlets.borrow().iter().find(|outlet| outlet.stream == stream).map(Rc::clone);
    if let Some(outlet) = found {
        outlet.wake();
    }
}

/// True if a client is connected to a stream. The platform notices that one has gone at the second thing
/// sent after it.
pub(super) async fn is_open(outlets: &Outlets, stream: u64) -> bool {
    for _ in 0..PROBES {
        let found = outlets.borrow().iter().find(|outlet| outlet.stream == stream).map(Rc::clone);
        let Some(outlet) = found else { return false };
        outlet.is_asked.set(true);
        outlet.wake();
        Timer::from(NOTICED).await;
    }
    outlets.borrow().iter().any(|outlet| outlet.stream == stream)
}

/// Ends connections.
pub(super) fn close(outlets: &Outlets, which: impl Fn(&Outlet) -> bool, end: End) {
    let ended: Vec<_> =
        outlets.borrow().iter().filter(|outlet| which(outlet)).map(Rc::clone).collect();
    for outlet in ended {
        outlet.end.set(end);
        outlet.wake();
    }
}

/// `<stream>-<number>`: an id names its stream, as MCP 2025-11-25 advises.
fn event_id(stream: u64, seq: u64) -> String {
    [stream.to_string().as_str(), "-", &seq.to_string()].concat()
}

/// Reads an event id of ours.
pub(super) fn read_event_id(id: &str) -> Option<(u64, u64)> {
    let (stream, seq) = id.split_once('-')?;
    Some((stream.parse().ok()?, seq.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_names_its_stream_and_place() {
        assert_eq!(read_event_id(&event_id(12, 7)), Some((12, 7)));
        for id in ["", "-", "1", "1-", "-1", "1-x", "x-1", "1-2-3", "1-99999999999999999999"] {
            assert_eq!(read_event_id(id), None, "{id}");
        }
    }
}
