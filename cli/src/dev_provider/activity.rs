//! Recent decisions of the Worker, as its audit trail tells them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

/// Number of events that are kept: an hour of trying things out.
const MOST_KEPT: usize = 300;

/// A longer line is not an event: those without arguments have less than 1 KiB.
const LONGEST_LINE: usize = 64 * 1024;

/// One line of the audit trail (`docs/reason-codes.md`).
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Event {
    toolgate: String,
    pub(super) time: u64,
    pub(super) event: String,
    pub(super) reason: String,
    pub(super) user: Option<String>,
    pub(super) client: Option<String>,
    pub(super) tool: Option<String>,
    pub(super) policy: Option<String>,
    pub(super) detail: Option<String>,
    pub(super) outcome: Option<String>,
    pub(super) ms: Option<u64>,
}

/// The events of this run, the newest first.
#[derive(Debug, Default)]
pub struct Activity(Mutex<VecDeque<Event>>);

impl Activity {
    /// Keeps what the Worker logged, if it is an event.
    pub fn note(&self, line: &str) {
        if line.len() > LONGEST_LINE {
            return;
        }
        let event: Result<Event, _> = serde_json::from_str(line);
        let Ok(event) = event else { return };
        if event.toolgate == "audit" {
            let mut events = self.held();
            events.truncate(MOST_KEPT - 1);
            events.push_front(event);
        }
    }

    pub(super) fn recent(&self) -> Vec<Event> {
        self.held().iter().cloned().collect()
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(time: usize) -> String {
        format!("{{\"toolgate\":\"audit\",\"time\":{time},\"event\":\"refused\",\"reason\":\"r\"}}")
    }

    #[test]
    fn only_the_newest_events_are_kept() {
        let activity = Activity::default();
        (0..MOST_KEPT + 5).for_each(|time| activity.note(&line(time)));
        let times: Vec<_> = activity.recent().iter().map(|event| event.time).collect();
        let expected: Vec<_> = (5..MOST_KEPT as u64 + 5).rev().collect();
        assert_eq!(times, expected);
    }

    #[test]
    fn what_a_tool_logs_is_no_event() {
        let activity = Activity::default();
        for line in ["text", "{}", "{\"time\":1}", &line(1).replace("audit", "other"), "[1]"] {
            activity.note(line);
        }
        assert!(activity.recent().is_empty());
    }
}
