//! Documents fetched for clients, kept for a while: few entries, good ones only, and not asked for
//! too often.

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

use http::HeaderMap;
use http::header::CACHE_CONTROL;

use crate::limits::{
    DOCUMENT_AGE, DOCUMENT_DEFAULT_AGE, DOCUMENT_FETCH_WINDOW, MAX_DOCUMENT_FETCHES,
    MAX_DOCUMENT_HOSTS, MAX_DOCUMENTS,
};

/// Entries by their address, the oldest first.
#[derive(Debug)]
pub struct DocumentCache<T> {
    entries: VecDeque<Entry<T>>,
    fetches: Vec<Fetches>,
}

#[derive(Debug)]
struct Entry<T> {
    url: String,
    value: Rc<T>,
    expires: u64,
    /// Number of uses.
    uses: Cell<u32>,
}

#[derive(Debug)]
struct Fetches {
    /// Scheme and host.
    host: String,
    since: u64,
    count: u32,
}

impl<T> DocumentCache<T> {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: VecDeque::new(), fetches: Vec::new() }
    }

    /// The document at this address, if a fresh one is kept.
    #[must_use]
    pub fn get(&self, url: &str, now: u64) -> Option<Rc<T>> {
        let entry = self.entries.iter().find(|entry| entry.url == url && now < entry.expires)?;
        entry.uses.set(entry.uses.get().saturating_add(1));
        Some(Rc::clone(&entry.value))
    }

    /// Keeps what an address answered, as long as the answer's headers allow. There is no way to
    /// keep an error, as section 5.2 of the draft asks.
    pub fn put(&mut self, url: &str, value: Rc<T>, headers: &HeaderMap, now: u64) {
        self.entries.retain(|entry| entry.url != url && now < entry.expires);
        let Some(age) = age(headers) else { return };
        if self.entries.len() >= MAX_DOCUMENTS {
            self.remove_least_used();
        }
        let uses = Cell::new(0);
        self.entries.push_back(Entry { url: url.to_owned(), value, expires: now + age, uses });
    }

    /// Counts a fetch from this address's host, and tells whether it may happen: nobody can use this
    /// server to hammer another one, be it under many paths, or with others in between.
    pub fn may_fetch(&mut self, url: &str, now: u64) -> bool {
        self.fetches.retain(|fetches| now < fetches.since + DOCUMENT_FETCH_WINDOW);
        let host = host(url);
        if let Some(fetches) = self.fetches.iter_mut().find(|fetches| fetches.host == host) {
            fetches.count = fetches.count.saturating_add(1);
            return fetches.count <= MAX_DOCUMENT_FETCHES;
        }
        // To forget a count for another's sake would let anybody reset it.
        if self.fetches.len() >= MAX_DOCUMENT_HOSTS {
            return false;
        }
        self.fetches.push(Fetches { host: host.to_owned(), since: now, count: 1 });
        true
    }

    /// Makes room for one entry: whoever fills the room with strangers pushes out other strangers.
    fn remove_least_used(&mut self) {
        let uses = self.entries.iter().enumerate().map(|(at, entry)| (entry.uses.get(), at));
        if let Some((_, at)) = uses.min() {
            self.entries.remove(at);
        }
    }
}

/// Scheme and host of an address.
fn host(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    &url[..end]
}

impl<T> Default for DocumentCache<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Lifetime of an answer, in seconds: what its `Cache-Control` says, within our bounds (RFC 9111
/// section 5.2.2). `None` when it says `no-store`.
fn age(headers: &HeaderMap) -> Option<u64> {
    let mut stated: Option<u64> = None;
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    for directive in values.flat_map(|value| value.split(',')) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" => return None,
            "no-cache" => stated = Some(0),
            // Of several the shortest; one that cannot be read counts as stale.
            "max-age" => {
                let seconds = value.trim().trim_matches('"').parse().unwrap_or(0);
                stated = Some(stated.map_or(seconds, |other| other.min(seconds)));
            }
            _ => {}
        }
    }
    let age = stated.unwrap_or(DOCUMENT_DEFAULT_AGE);
    Some(age.clamp(*DOCUMENT_AGE.start(), *DOCUMENT_AGE.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(CACHE_CONTROL, value.parse().unwrap())])
    }

    #[test]
    fn cache_control_is_honoured_within_bounds() {
        for (value, expected) in [
            ("max-age=600", Some(600)),
            ("public, MAX-AGE=\"7200\"", Some(7200)),
            ("max-age=1", Some(60)),
            ("max-age=99999999", Some(86_400)),
            ("max-age=x", Some(60)),
            ("max-age=600, no-cache", Some(60)),
            ("max-age=600, No-Store", None),
            ("public", Some(DOCUMENT_DEFAULT_AGE)),
        ] {
            assert_eq!(age(&headers(value)), expected, "{value}");
        }
        assert_eq!(age(&HeaderMap::new()), Some(DOCUMENT_DEFAULT_AGE));
    }

    #[test]
    fn an_entry_is_served_until_it_expires_and_then_no_more() {
        let mut cache = DocumentCache::new();
        cache.put("a", Rc::new(1), &headers("max-age=100"), 1000);
        assert_eq!(cache.get("a", 1099).as_deref(), Some(&1));
        assert_eq!(cache.get("a", 1100), None);
        assert_eq!(cache.get("b", 1000), None);
    }

    #[test]
    fn what_must_not_be_stored_also_removes_what_was() {
        let mut cache = DocumentCache::new();
        cache.put("a", Rc::new(1), &headers("max-age=100"), 1000);
        cache.put("a", Rc::new(2), &headers("no-store"), 1001);
        assert_eq!(cache.get("a", 1002), None);
    }

    #[test]
    fn a_flood_of_documents_does_not_grow_the_cache() {
        let mut cache = DocumentCache::new();
        for index in 0..10 * MAX_DOCUMENTS {
            let url = index.to_string();
            assert!(cache.may_fetch(&url, 1000));
            cache.put(&url, Rc::new(index), &HeaderMap::new(), 1000);
        }
        assert_eq!(cache.entries.len(), MAX_DOCUMENTS);
        for host in 0..2 * MAX_DOCUMENT_HOSTS {
            cache.may_fetch(&format!("https://{host}.example/a"), 1000);
        }
        assert_eq!(cache.fetches.len(), MAX_DOCUMENT_HOSTS);
        assert_eq!(cache.get("0", 1000), None);
        assert!(cache.get(&(10 * MAX_DOCUMENTS - 1).to_string(), 1000).is_some());
    }

    #[test]
    fn fillers_neither_reset_a_count_nor_push_out_what_is_in_use() {
        let mut cache = DocumentCache::new();
        cache.put("https://used.example/a", Rc::new(0), &HeaderMap::new(), 1000);
        assert!(cache.get("https://used.example/a", 1000).is_some());
        let victim = |cache: &mut DocumentCache<_>, path: usize| {
            cache.may_fetch(&format!("https://victim.example/{path}"), 1000)
        };
        let mut fetched = 0;
        for round in 0..MAX_DOCUMENT_FETCHES as usize + 1 {
            fetched += usize::from(victim(&mut cache, round));
            for filler in 0..MAX_DOCUMENTS + 1 {
                let url = format!("https://{filler}.example/a");
                cache.may_fetch(&url, 1000);
                cache.put(&url, Rc::new(filler), &HeaderMap::new(), 1000);
            }
        }
        assert_eq!(fetched, MAX_DOCUMENT_FETCHES as usize);
        assert!(cache.get("https://used.example/a", 1000).is_some());
    }

    #[test]
    fn one_address_is_fetched_only_so_often_a_minute() {
        let mut cache = DocumentCache::<()>::new();
        let allowed = (0..100).filter(|_| cache.may_fetch("a", 1000)).count();
        assert_eq!(allowed, MAX_DOCUMENT_FETCHES as usize);
        assert!(cache.may_fetch("b", 1000));
        assert!(!cache.may_fetch("a", 1059));
        assert!(cache.may_fetch("a", 1060));
    }
}
