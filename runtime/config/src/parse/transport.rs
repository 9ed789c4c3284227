//! `[transport]`: what the MCP endpoints accept.

use std::borrow::Cow;

use super::sections::{DAY, duration_of};
use super::text::domain;
use super::url::origin;
use super::value::{Section, Value};
use crate::diagnostic::{Code, Fault};
use crate::model::Transport;

/// Limits of `max_body_bytes`: MCP messages need some room, and a Worker has 128 MB of memory.
pub(super) const MAX_BODY_BYTES: (i64, i64) = (64 * 1024, 16 * 1024 * 1024);

/// Limits of `session_idle`: a client that lost its connection comes back within seconds, and what
/// nobody used for a week nobody misses.
pub(super) const SESSION_IDLE: (u32, u32) = (10, 7 * DAY);

/// Limits of `page_size`: a list has to get on, and one answer has to stay readable.
pub(super) const PAGE_SIZE: (i64, i64) = (1, 10_000);

/// Some clients read the first page only, so it holds all of what nearly every server has.
const DEFAULT_PAGE_SIZE: u32 = 1000;

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Transport> {
    let flag = |key, default| {
        section.get(key).map_or(Some(default), |value: Value<'_, '_>| value.boolean())
    };
    let (sse, notifications) = (flag("sse", true), flag("notifications", false));
    let none = || Some(Cow::Borrowed(&[][..]));
    let allowed_origins =
        section.get("allowed_origins").map_or_else(none, |value| value.texts(origin));
    let allowed_hosts = section.get("allowed_hosts").map_or_else(none, |value| value.texts(domain));
    let max_body_bytes = number(section, "max_body_bytes", 4 * 1024 * 1024, MAX_BODY_BYTES);
    let session_idle = duration_of(section, "session_idle", 60 * 60, SESSION_IDLE);
    let page_size = number(section, "page_size", DEFAULT_PAGE_SIZE, PAGE_SIZE);
    Some(Transport {
        sse: sse?,
        notifications: notifications?,
        allowed_origins: allowed_origins?,
        allowed_hosts: allowed_hosts?,
        max_body_bytes: max_body_bytes?,
        session_idle: session_idle?,
        page_size: page_size?,
    })
}

fn number(
    section: &Section<'_, '_>,
    key: &str,
    default: u32,
    (least, most): (i64, i64),
) -> Option<u32> {
    let Some(value) = section.get(key) else { return Some(default) };
    let number = value.integer()?;
    let fits = (least..=most).contains(&number).then(|| u32::try_from(number).ok()).flatten();
    value.checked(fits.ok_or_else(|| {
        let message = format!("`{key}` is {number}");
        Fault::new(Code::OutOfRange, message, format!("choose from {least} to {most}"))
    }))
}
