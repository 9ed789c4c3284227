//! Lists, page by page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use toolgate_policy::EVERYONE;

use super::guard;
use super::json::{member, quote};
use super::modern::{self, LIST_TTL_MS};
use super::server::Scope;
use super::{Fault, Revision};

/// Entries sorted by name, each guarded by a policy.
pub(super) trait Listing {
    /// Member of the result that holds them.
    fn key(&self) -> &'static str;

    /// Name and policy of the entry of this index; `None` behind the last.
    fn entry(&self, index: usize) -> Option<(&'static str, &'static str)>;

    /// True if the entry belongs to this list at all.
    fn has(&self, _index: usize) -> bool {
        true
    }

    /// Appends the entry as JSON text.
    fn write(&self, out: &mut String, index: usize, revision: Revision);
}

/// One page of what the caller may call, as the result's JSON text. The cursor is the last name of
/// the page before: entries that come or go in between shift nothing.
pub(super) fn page(
    scope: &Scope<'_>,
    params: &Map<String, Value>,
    listing: &dyn Listing,
) -> Result<String, Fault> {
    let after = match params.get("cursor") {
        // Some clients write "from the beginning" so.
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(cursor) => {
            let name = cursor.as_str().and_then(|cursor| open(listing.key(), cursor));
            Some(name.ok_or_else(|| Fault::params("unknown cursor"))?)
        }
    };
    let mut out = String::from("{");
    member(&mut out, listing.key(), "[");
    let mut room = scope.server.page_size.max(1);
    let (mut last, mut next) = ("", None);
    let mut public = true;
    for (index, (name, policy)) in (0..).map_while(|index| Some((index, listing.entry(index)?))) {
        if !listing.has(index) {
            continue;
        }
        // A public answer may be shown to other callers, and all pages have to say the same.
        public &= policy == EVERYONE;
        let is_before = after.as_deref().is_some_and(|after| name <= after);
        if is_before || next.is_some() || !guard::is_listed(scope, policy) {
            continue;
        }
        if room == 0 {
            next = Some(last);
            continue;
        }
        room -= 1;
        if !out.ends_with('[') {
            out.push(',');
        }
        listing.write(&mut out, index, scope.revision);
        last = name;
    }
    out.push(']');
    if let Some(last) = next {
        member(&mut out, "nextCursor", &quote(&seal(listing.key(), last)));
    }
    if scope.revision.has_cache_hints() {
        modern::cacheable(&mut out, LIST_TTL_MS, public);
    }
    if scope.revision.has_result_type() {
        modern::complete(scope, &mut out);
    }
    out.push('}');
    Ok(out)
}

fn seal(key: &str, name: &str) -> String {
    URL_SAFE_NO_PAD.encode([key, ":", name].concat())
}

/// The name in a cursor of this list.
fn open(key: &str, cursor: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix(key)?.strip_prefix(':').map(str::to_owned)
}
