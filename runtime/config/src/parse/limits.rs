//! `[limits]`: how often one network address may ask, how long a tool may run, and how much one person
//! may have open.

use super::networks;
use super::sections::duration_of;
use super::value::{Section, Value};
use crate::diagnostic::{Code, Fault};
use crate::model::Limits;

/// Limits of each limit, in requests per minute: 0 would close the server, and what is above
/// 100,000 limits nothing.
pub(super) const PER_MINUTE: (i64, i64) = (1, 100_000);

/// Hosted clients register for all their people from few addresses, some of them for each sign-in:
/// 7,500 people behind one address who begin within the same half hour.
const REGISTER: u32 = 300;

/// Each sign-in begins with one request that belongs to nothing yet: 15,000 people of an office
/// behind one address who begin within the same half hour.
const AUTHORIZE: u32 = 600;

/// What presents no code or token of ours is an error or junk.
const TOKEN: u32 = 600;

/// What comes back without the cookie of its attempt is an error or junk.
const CALLBACK: u32 = 120;

/// Limits of `tool_timeout`: a tool needs a moment, and for what takes hours there are tasks.
pub(super) const TOOL_TIMEOUT: (u32, u32) = (1, 60 * 60);

/// Clients give up after a minute or a few.
const DEFAULT_TOOL_TIMEOUT: u32 = 5 * 60;

/// Limits of `task_ttl`: a client needs a moment to come back, and what is kept longer is for
/// `ctx.state`.
pub(super) const TASK_TTL: (u32, u32) = (60, 7 * 24 * 60 * 60);

/// A client that was closed overnight finds its result the next day.
const DEFAULT_TASK_TTL: u32 = 24 * 60 * 60;

/// Limits of `sessions_per_person` and `streams_per_person`: a person needs one, and who has more than
/// this is a program.
pub(super) const PER_PERSON: (i64, i64) = (1, 10_000);

/// A few clients on a few machines, each with a few windows.
const SESSIONS_PER_PERSON: u32 = 64;

/// Fewer than sessions: an open stream keeps an object in memory, which costs by the hour.
const STREAMS_PER_PERSON: u32 = 16;

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Limits> {
    let limit = |key, default| match section.get(key) {
        Some(value) => within(&value, key, PER_MINUTE, " requests per minute"),
        None => Some(default),
    };
    let (register, authorize) = (limit("register", REGISTER), limit("authorize", AUTHORIZE));
    let (token, callback) = (limit("token", TOKEN), limit("callback", CALLBACK));
    let tool_timeout = duration_of(section, "tool_timeout", DEFAULT_TOOL_TIMEOUT, TOOL_TIMEOUT);
    let task_ttl = duration_of(section, "task_ttl", DEFAULT_TASK_TTL, TASK_TTL);
    let bound = |key, default| match section.get(key) {
        Some(value) => within(&value, key, PER_PERSON, ""),
        None => Some(default),
    };
    let sessions_per_person = bound("sessions_per_person", SESSIONS_PER_PERSON);
    let streams_per_person = bound("streams_per_person", STREAMS_PER_PERSON);
    let hosted = networks::read(section);
    Some(Limits {
        register: register?,
        authorize: authorize?,
        token: token?,
        callback: callback?,
        tool_timeout: tool_timeout?,
        task_ttl: task_ttl?,
        sessions_per_person: sessions_per_person?,
        streams_per_person: streams_per_person?,
        hosted: hosted?,
    })
}

fn within(value: &Value<'_, '_>, key: &str, (least, most): (i64, i64), unit: &str) -> Option<u32> {
    let number = value.integer()?;
    let fits = (least..=most).contains(&number).then(|| u32::try_from(number).ok()).flatten();
    value.checked(fits.ok_or_else(|| {
        let message = format!("`limits.{key}` is {number}");
        let help = format!("choose from {least} to {most}{unit}");
        Fault::new(Code::OutOfRange, message, help)
    }))
}
