//! The units of a server, counted in one place.
//!
//! Below [`MIN_LEASED`] each call asks here, so the count is exact. From there on a request takes a *lease*
//! too: a share of the units that its isolate hands out by itself for a few seconds. A unit leaves the pool
//! before anybody uses it, and comes back only when its isolate says that nobody did, so that crashes and lost
//! answers cost units and never add any.

use serde::Serialize;

use super::window::{Limit, Window};
use crate::from_json::FromJson;

/// Units a minute from which on shares are leased: a Durable Object answers hundreds of requests a second, so
/// ten are no burden, and the count of small quotas is exact.
pub const MIN_LEASED: u64 = 600;

/// The life of a lease, in milliseconds. What an isolate that gets no more calls holds is of use to nobody for
/// this long.
pub const LEASE_LIFE: u64 = 10_000;

/// Milliseconds after which what a lease has left is given back by itself. An isolate that is still busy asks
/// again before, and gives it back with that request.
pub const GIVE_BACK_AFTER: u64 = LEASE_LIFE + 5000;

/// The part of its life, in milliseconds, in which an isolate uses a lease no more. Its clock stands still
/// between two events, so that it may see less time than has passed.
pub const LEASE_MARGIN: u64 = 250;

/// The most units of a lease: what an isolate that ends takes with it.
const MAX_LEASE: u64 = 500;

/// All isolates together may hold one unit of so many when the quota comes to its end: with smaller shares they
/// would ask for each unit. It is what may stay unused.
const HELD_AT_END: u64 = 34;

/// Isolates that are told apart. Beyond this many the shares are small anyway.
const MAX_ISOLATES: usize = 1000;

/// Leases that are remembered, so that what they leave can come back. Those that ended first are forgotten.
const MAX_LEASES: usize = 2000;

/// The count of one server's quota.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
pub struct Pool {
    window: Window,
    /// The end of the window.
    ends: u64,
    /// The number of the last lease.
    number: u64,
    leases: Vec<Lease>,
    isolates: Vec<Isolate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
struct Lease {
    number: u64,
    units: u32,
    ends: u64,
}

/// An isolate that has asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
struct Isolate {
    name: String,
    seen: u64,
}

/// A request of an isolate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Draw {
    /// The isolate.
    pub isolate: String,
    /// Units that a call takes: all of them, or none. 0 only gives back.
    pub units: u32,
    /// Units that the isolate expects to use within the life of a lease.
    pub want: u32,
    /// Leases that the isolate uses no more.
    pub back: Vec<Back>,
    /// The limit that holds now.
    pub limit: Limit,
}

/// The rest of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
pub struct Back {
    /// Its number.
    pub number: u64,
    /// Units that nobody used.
    pub units: u32,
}

/// The answer to a [`Draw`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub enum Drawn {
    /// There are not so many units left. Also what stands in for an answer that cannot be read.
    Spent {
        /// Milliseconds until the window ends.
        resets: u64,
        /// Milliseconds until units may have come back.
        again: u64,
    },
    /// The units of the call are taken.
    Granted {
        /// The number of the lease.
        number: u64,
        /// Units of the lease, in addition to those of the call.
        units: u32,
        /// Milliseconds that the lease lives, from when it was asked for.
        life: u64,
    },
}

/// True if shares of such a quota are leased.
#[must_use]
pub fn is_leased(limit: Limit) -> bool {
    u64::from(limit.units) * 60_000 >= MIN_LEASED * limit.period
}

impl Pool {
    /// Answers a request.
    pub fn draw(&mut self, draw: Draw, now: u64) -> Drawn {
        let limit = draw.limit;
        if self.window.roll(limit, now) {
            self.leases.clear();
            let before = now.saturating_sub(limit.period);
            self.isolates.retain(|isolate| isolate.seen >= before);
        }
        self.ends = self.window.ends(limit);
        draw.back.iter().for_each(|back| self.take_back(*back));
        let resets = self.ends.saturating_sub(now);
        if draw.units == 0 {
            return Drawn::Granted { number: 0, units: 0, life: 0 };
        }
        if is_leased(limit) {
            self.see(draw.isolate, now);
        }
        let left = self.window.left(limit);
        let Some(left) = left.checked_sub(draw.units.into()) else {
            let ends = self.leases.iter().map(|lease| lease.ends.saturating_sub(now));
            let next = ends.filter(|wait| *wait > 0).min().unwrap_or(resets);
            return Drawn::Spent { resets, again: next.min(resets) };
        };
        let life = LEASE_LIFE.min(resets);
        let units = self.share(limit, left, draw.want).filter(|_| life > LEASE_MARGIN).unwrap_or(0);
        self.window.used += u64::from(draw.units) + u64::from(units);
        if units == 0 {
            return Drawn::Granted { number: 0, units, life };
        }
        // From the clock on, since the object forgets the number at the end of a window: a lease of before
        // must not pass for one of now.
        self.number = if self.number == 0 { now } else { self.number + 1 };
        if self.leases.len() >= MAX_LEASES {
            self.leases.remove(0);
        }
        self.leases.push(Lease { number: self.number, units, ends: now + life });
        Drawn::Granted { number: self.number, units, life }
    }

    /// The time from which on nothing of this is of use.
    #[must_use]
    pub fn disposable_at(&self) -> u64 {
        self.ends
    }

    fn take_back(&mut self, back: Back) {
        // One that is not there was given back before, or is of an earlier window.
        if let Some(index) = self.leases.iter().position(|lease| lease.number == back.number) {
            let lease = self.leases.remove(index);
            self.window.give_back(back.units.min(lease.units));
        }
    }

    fn see(&mut self, name: String, now: u64) {
        if let Some(known) = self.isolates.iter_mut().find(|known| known.name == name) {
            known.seen = now;
        } else if self.isolates.len() < MAX_ISOLATES {
            self.isolates.push(Isolate { name, seen: now });
        }
    }

    /// The units of a lease, of those that are left: what the isolate expects to use, and no more than its
    /// part of them.
    fn share(&self, limit: Limit, left: u64, want: u32) -> Option<u32> {
        if !is_leased(limit) {
            return None;
        }
        let isolates = self.isolates.len().max(1) as u64;
        let least = (u64::from(limit.units) / (HELD_AT_END * isolates)).max(1);
        let part = (left / isolates).max(least);
        let units = part.min(want.into()).min(left).min(MAX_LEASE);
        u32::try_from(units).ok().filter(|units| *units > 0)
    }
}
