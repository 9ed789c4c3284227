//! Notifications that a call has made and its host has not taken yet.

use std::collections::VecDeque;

use toolgate_core::mcp::notify;
use toolgate_core::mcp::peer::{Level, Peer};

/// Notifications that wait. A host takes them whenever the call waits, so that only a call that
/// makes very many without waiting gets here.
const MAX_WAITING: usize = 256;

/// Bytes of them.
const MAX_BYTES: usize = 256 * 1024;

/// The queue. It is bounded: above the limits the newest progress takes the place of the one before,
/// and log messages are counted and left out.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Message>,
    bytes: usize,
    left_out: usize,
    /// The greatest progress so far: it has to grow with each notification.
    progress: Option<f64>,
}

#[derive(Debug)]
struct Message {
    text: String,
    is_progress: bool,
}

impl Outbox {
    /// True if progress of this much is more than was told before.
    pub(super) fn advances(&mut self, progress: f64) -> bool {
        let advances = self.progress.is_none_or(|before| progress > before);
        if advances {
            self.progress = Some(progress);
        }
        advances
    }

    pub(super) fn progress(&mut self, text: String) {
        if !self.has_room(&text)
            && let Some(last) = self.waiting.iter_mut().rev().find(|message| message.is_progress)
        {
            self.bytes = self.bytes - last.text.len() + text.len();
            last.text = text;
        } else {
            self.push(text, true);
        }
    }

    pub(super) fn log(&mut self, text: String) {
        if self.has_room(&text) {
            self.push(text, false);
        } else {
            self.left_out += 1;
        }
    }

    /// The next one to send. The last tells how many were left out.
    pub(super) fn take(&mut self, peer: &Peer) -> Option<String> {
        if let Some(message) = self.waiting.pop_front() {
            self.bytes -= message.text.len();
            return Some(message.text);
        }
        let left_out = std::mem::take(&mut self.left_out);
        if left_out == 0 {
            return None;
        }
        let note = format!("{left_out} log messages were left out: too many at once");
        notify::log(peer, Level::Warning, None, note.into())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.left_out == 0
    }

    fn has_room(&self, text: &str) -> bool {
        self.waiting.len() < MAX_WAITING && self.bytes + text.len() <= MAX_BYTES
    }

    fn push(&mut self, text: String, is_progress: bool) {
        self.bytes += text.len();
        self.waiting.push_back(Message { text, is_progress });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer() -> Peer {
        Peer { log_level: Some(Level::Debug), ..Peer::default() }
    }

    #[test]
    fn log_messages_above_the_limit_are_left_out_and_counted() {
        let mut outbox = Outbox::default();
        for _ in 0..MAX_WAITING + 3 {
            outbox.log("x".to_owned());
        }
        for _ in 0..MAX_WAITING {
            assert_eq!(outbox.take(&peer()).as_deref(), Some("x"));
        }
        let note = outbox.take(&peer()).expect("a note");
        assert!(note.contains("3 log messages were left out"), "{note}");
        assert_eq!(outbox.take(&peer()), None);
        assert!(outbox.is_empty());
    }

    #[test]
    fn the_bytes_that_wait_are_bounded_too() {
        let mut outbox = Outbox::default();
        for _ in 0..3 {
            outbox.log("x".repeat(MAX_BYTES / 2));
        }
        assert_eq!(outbox.waiting.len(), 2);
        assert_eq!(outbox.left_out, 1);
    }

    #[test]
    fn progress_above_the_limit_takes_the_place_of_the_one_before() {
        let mut outbox = Outbox::default();
        for step in 0..MAX_WAITING + 10 {
            outbox.progress(step.to_string());
        }
        assert_eq!(outbox.waiting.len(), MAX_WAITING);
        let last = outbox.waiting.back().map(|message| message.text.clone());
        assert_eq!(last, Some((MAX_WAITING + 9).to_string()));
    }

    #[test]
    fn progress_only_grows() {
        let mut outbox = Outbox::default();
        let told = [0.0, 1.0, 1.0, 0.5, 2.0, f64::NAN].map(|progress| outbox.advances(progress));
        assert_eq!(told, [true, true, false, false, true, false]);
    }
}
