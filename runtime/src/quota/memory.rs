//! Counts of a test's server: what [`object`](super::object) does, in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::isolate::Isolate;
use super::object::{Counted, count_in};
use crate::platform::millis;

/// The counts by their objects, and the shares of the one isolate that a test is.
#[derive(Default)]
pub(crate) struct Memory {
    counts: RefCell<BTreeMap<String, String>>,
    pub(super) isolate: RefCell<Isolate>,
}

impl Memory {
    /// Answers what the object of this name is asked.
    pub(super) fn ask(&self, object: &str, path: &str, question: &str) -> worker::Result<String> {
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(object.to_owned()).or_default();
        let counted: Counted = count_in(path, count, question, millis())?;
        *count = counted.count;
        Ok(counted.answer)
    }
}
