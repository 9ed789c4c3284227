//! Tokens that this isolate has seen, sealed, and what it knows of those that are being renewed.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Serialize;
use toolgate_core::from_json::FromJson;
use toolgate_core::oauth::grant::ASKING;
use toolgate_core::seal::{Keyring, Purpose};

use crate::platform::{PlatformEntropy, now};
use crate::ports::as_caller::NoToken;

/// Grants remembered per isolate; at a few KiB each this is some MiB.
const MAX_REMEMBERED: usize = 1024;

/// Seconds before its expiry from which on a token is renewed: a request takes up to half a minute.
pub(super) const MARGIN: u64 = 30;

/// Seconds for which a failure of the provider answers for itself, so that many calls do not all wait for
/// a provider that is down.
const FAILED_FOR: u64 = 5;

/// Seconds after a renewal for a host that had refused a token, in which its refusal asks for no other one: a
/// host that refuses every token would have the provider asked at each call.
const RENEWED_FOR: u64 = 60;

/// Seconds for which a refusal to exchange the person's token answers for itself: it stays until somebody signs
/// in again, or the owner changes something.
const REFUSED_FOR: u64 = 60;

/// A token that was read from a grant's record.
#[derive(Clone, PartialEq, Eq, Serialize, FromJson)]
pub(super) struct Held {
    pub(super) text: String,
    /// Time of its expiry, where that is known.
    pub(super) expires: Option<u64>,
    /// True if the record has a refresh token, too.
    pub(super) can_renew: bool,
    /// Fingerprint of the record.
    pub(super) seen: String,
    /// When it was read.
    pub(super) at: u64,
    /// True if it was renewed then, and not only read.
    pub(super) is_new: bool,
    /// True if it was renewed because a host had refused the one before.
    pub(super) replaces_refused: bool,
}

#[derive(Default)]
struct Entry {
    /// A sealed [`Held`].
    held: Option<String>,
    asking_until: u64,
    failed_until: u64,
    /// The refusal, and until when it answers for itself.
    refused: Option<(NoToken, u64)>,
}

/// The state of a grant's token in this isolate.
pub(super) enum Found {
    Token(Held),
    /// Another call of this isolate asks for it.
    Busy,
    /// The provider failed a moment ago.
    Failed,
    /// The provider refused a moment ago, for this reason.
    Refused(NoToken),
    /// The record has to be asked; with the fingerprint of the one whose token is no longer good.
    Ask(Option<String>),
}

thread_local! {
    static MEMORY: RefCell<BTreeMap<String, Entry>> = const { RefCell::new(BTreeMap::new()) };
}

impl Held {
    /// True if it lives long enough for a request. One that was short-lived from the first serves for half of
    /// its life.
    pub(super) fn is_fresh(&self, now: u64) -> bool {
        self.expires.is_none_or(|expires| {
            let half = expires.saturating_sub(self.at) / 2;
            expires > now + if self.is_new { MARGIN.min(half) } else { MARGIN }
        })
    }

    fn is_just_renewed(&self, now: u64) -> bool {
        self.replaces_refused && now < self.at + RENEWED_FOR
    }
}

/// Finds the token of a grant for a call whose own token was issued at this time: what was read before may
/// be of another generation. One that a host has refused is none, unless it has just been renewed.
pub(super) fn find(keys: &Keyring, grant: &str, issued: u64, refused: Option<&str>) -> Found {
    let now = now();
    MEMORY.with_borrow(|memory| {
        let Some(entry) = memory.get(grant) else { return Found::Ask(None) };
        let held = entry.held.as_ref().and_then(|sealed| open(keys, grant, sealed));
        let held = held.filter(|held| held.at >= issued);
        let is_good = |held: &Held| {
            let is_refused = refused == Some(held.text.as_str());
            held.is_fresh(now) && !(is_refused && held.can_renew && !held.is_just_renewed(now))
        };
        match held {
            Some(held) if is_good(&held) => Found::Token(held),
            _ if entry.asking_until > now => Found::Busy,
            _ if entry.failed_until > now => Found::Failed,
            held => match entry.refused.filter(|(_, until)| *until > now) {
                Some((why, _)) => Found::Refused(why),
                None => Found::Ask(held.map(|held| held.seen)),
            },
        }
    })
}

/// Notes that a call of this isolate asks for the token.
pub(super) fn begin(grant: &str) {
    change(grant, |entry| entry.asking_until = now() + ASKING);
}

/// Notes what came of it.
pub(super) fn end(keys: &Keyring, grant: &str, outcome: Outcome<'_>) {
    change(grant, |entry| {
        entry.asking_until = 0;
        match outcome {
            Outcome::Token(held) => {
                entry.held = Some(seal(keys, grant, held));
                entry.failed_until = 0;
                entry.refused = None;
            }
            Outcome::Refused(why) => {
                entry.held = None;
                entry.refused = Some((why, now() + REFUSED_FOR));
            }
            Outcome::Failed => entry.failed_until = now() + FAILED_FOR,
            Outcome::None => entry.held = None,
            Outcome::Unknown => {}
        }
    });
}

/// What came of asking for a token.
pub(super) enum Outcome<'a> {
    Token(&'a Held),
    /// The provider failed.
    Failed,
    /// The provider refused, as it will for a while.
    Refused(NoToken),
    /// The grant has no token.
    None,
    /// Another isolate asks.
    Unknown,
}

fn change(grant: &str, change: impl FnOnce(&mut Entry)) {
    MEMORY.with_borrow_mut(|memory| {
        if memory.len() >= MAX_REMEMBERED && !memory.contains_key(grant) {
            // All of those that nobody asks for now: they are read again at their next use.
            let now = now();
            memory.retain(|_, entry| entry.asking_until > now);
        }
        change(memory.entry(grant.to_owned()).or_default());
    });
}

fn seal(keys: &Keyring, grant: &str, held: &Held) -> String {
    keys.seal(Purpose::Record, &place(grant), held, &mut PlatformEntropy)
}

fn open(keys: &Keyring, grant: &str, sealed: &str) -> Option<Held> {
    keys.open(Purpose::Record, &place(grant), sealed)
}

/// A sealed token opens as that of its grant only, and as no record.
fn place(grant: &str) -> String {
    format!("{grant}\nas-caller")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn held(text: &str, expires: u64) -> Held {
        let (expires, at) = (Some(expires), now());
        let (text, seen) = (text.into(), "v1".into());
        Held { text, expires, can_renew: true, seen, at, is_new: false, replaces_refused: false }
    }

    fn keep(grant: &str, held: &Held) -> Keyring {
        let keys = Keyring::parse(KEY).expect("a key");
        begin(grant);
        end(&keys, grant, Outcome::Token(held));
        keys
    }

    fn word(found: Found) -> String {
        match found {
            Found::Token(held) => held.text,
            Found::Busy => "busy".into(),
            Found::Failed => "failed".into(),
            Found::Refused(why) => format!("refused {why:?}"),
            Found::Ask(seen) => format!("ask {}", seen.unwrap_or_default()),
        }
    }

    #[test]
    fn a_token_serves_until_shortly_before_its_expiry() {
        let keys = keep("fresh", &held("token", now() + MARGIN + 60));
        assert_eq!(word(find(&keys, "fresh", 0, None)), "token");
        let keys = keep("stale", &held("token", now() + MARGIN - 1));
        assert_eq!(word(find(&keys, "stale", 0, None)), "ask v1");
        let short = Held { is_new: true, ..held("token", now() + MARGIN - 1) };
        let keys = keep("short", &short);
        assert_eq!(word(find(&keys, "short", 0, None)), "token");
    }

    #[test]
    fn a_token_is_of_its_grant_and_of_no_generation_that_came_later() {
        let keys = keep("one", &held("token", now() + 3600));
        assert_eq!(word(find(&keys, "one", now() + 60, None)), "ask ");
        assert_eq!(word(find(&keys, "other", 0, None)), "ask ");
        let sealed = MEMORY.with_borrow(|memory| memory["one"].held.clone()).expect("it is held");
        assert!(open(&keys, "other", &sealed).is_none() && !sealed.contains("token"));
    }

    #[test]
    fn a_refused_token_is_asked_about_once_in_a_while() {
        let keys = keep("grant", &held("token", now() + 3600));
        assert_eq!(word(find(&keys, "grant", 0, Some("token"))), "ask v1");
        let new = Held { is_new: true, ..held("token", now() + 3600) };
        let keys = keep("grant", &new);
        assert_eq!(word(find(&keys, "grant", 0, Some("token"))), "ask v1");
        let keys = keep("grant", &Held { replaces_refused: true, ..new });
        assert_eq!(word(find(&keys, "grant", 0, Some("token"))), "token");
    }

    #[test]
    fn one_call_asks_and_a_failure_answers_for_a_moment() {
        let keys = Keyring::parse(KEY).expect("a key");
        begin("grant");
        assert_eq!(word(find(&keys, "grant", 0, None)), "busy");
        end(&keys, "grant", Outcome::Failed);
        assert_eq!(word(find(&keys, "grant", 0, None)), "failed");
    }

    #[test]
    fn a_refusal_answers_for_a_while_and_until_there_is_a_token() {
        let keys = keep("refused", &held("token", now() + 3600));
        end(&keys, "refused", Outcome::Refused(NoToken::NotSetUp));
        assert_eq!(word(find(&keys, "refused", 0, None)), "refused NotSetUp");
        change("refused", |entry| entry.refused = Some((NoToken::NotSetUp, now())));
        assert_eq!(word(find(&keys, "refused", 0, None)), "ask ");
        end(&keys, "refused", Outcome::Refused(NoToken::SignInAgain));
        end(&keys, "refused", Outcome::Token(&held("token", now() + 3600)));
        assert_eq!(word(find(&keys, "refused", 0, None)), "token");
    }

    #[test]
    fn the_memory_is_bounded() {
        let keys = Keyring::parse(KEY).expect("a key");
        for index in 0..3 * MAX_REMEMBERED {
            end(&keys, &index.to_string(), Outcome::Unknown);
        }
        assert!(MEMORY.with_borrow(|memory| memory.len() <= MAX_REMEMBERED));
    }
}
