//! A fixed window.

use serde::Serialize;
use toolgate_config::Rate;

use crate::from_json::FromJson;

/// Milliseconds in a second.
const SECOND: u64 = 1000;

/// The units of each window, and its length in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
pub struct Limit {
    /// Units.
    pub units: u32,
    /// Milliseconds.
    pub period: u64,
}

impl From<Rate> for Limit {
    fn from(rate: Rate) -> Self {
        Self { units: rate.units, period: u64::from(rate.period) * SECOND }
    }
}

/// The units that were used since the window began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, FromJson)]
pub(super) struct Window {
    /// Its beginning.
    pub(super) started: u64,
    /// Units.
    pub(super) used: u64,
}

impl Window {
    /// Begins another window where this one is over, or nothing of it is used; true where it did. A clock
    /// that goes back begins none.
    pub(super) fn roll(&mut self, limit: Limit, now: u64) -> bool {
        let is_over = now >= self.ends(limit);
        if is_over || (self.used == 0 && now > self.started) {
            *self = Self { started: now, used: 0 };
        }
        is_over
    }

    /// The end of the window.
    pub(super) fn ends(&self, limit: Limit) -> u64 {
        self.started.saturating_add(limit.period)
    }

    /// The units that are left. A quota that was lowered since may have less than none.
    pub(super) fn left(&self, limit: Limit) -> u64 {
        u64::from(limit.units).saturating_sub(self.used)
    }

    /// Gives units back.
    pub(super) fn give_back(&mut self, units: u32) {
        self.used = self.used.saturating_sub(units.into());
    }
}
