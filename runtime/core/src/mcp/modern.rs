//! Members that results have in addition since 2026-07-28.

use super::describe;
use super::json::{member, object, quote, to_text};
use super::meta::SERVER_INFO;
use super::server::Scope;

/// Lifetime of a list at the client (2026-07-28). It is the time after which a changed policy,
/// group or Worker variable shows in menus; calls are judged each time.
pub const LIST_TTL_MS: u32 = 60_000;

/// Lifetime of an answer to `server/discover` at the client (2026-07-28). It changes with a
/// deployment only.
pub const DISCOVER_TTL_MS: u32 = 300_000;

/// Lifetime of a resource's contents at the client (2026-07-28): none, since a function makes them
/// at each read, and nobody said for how long they hold.
pub const READ_TTL_MS: u32 = 0;

/// `CacheableResult` of 2026-07-28.
pub(super) fn cacheable(out: &mut String, ttl_ms: u32, public: bool) {
    member(out, "ttlMs", &ttl_ms.to_string());
    member(out, "cacheScope", &quote(if public { "public" } else { "private" }));
}

/// Adds the members that every result of 2026-07-28 has.
pub(super) fn complete(scope: &Scope<'_>, out: &mut String) {
    let info = describe::server_info(scope.server, scope.revision);
    member(out, "resultType", &quote("complete"));
    member(out, "_meta", &to_text(&object(vec![(SERVER_INFO, info)])));
}
