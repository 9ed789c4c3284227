//! Authorization codes, each good once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::access::{self, ACCESS_TOKEN_LIFETIME};
use super::clock::now;
use super::random;
use super::user::User;

/// A code travels straight from one redirect into one request.
const CODE_LIFETIME: u64 = 60;

/// So that a client that starts sign-ins in a loop cannot fill the memory.
const MOST_KEPT: usize = 10_000;

/// Grant that a code was issued for; it is worth nothing with other values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grant {
    /// The account itself: its place in the list changes with `mcp.toml`.
    pub(super) user: Arc<User>,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
    /// The scope `offline_access` was asked for.
    pub(super) is_offline: bool,
}

struct Expiring<T> {
    value: T,
    expires: u64,
}

enum Code {
    Fresh(Grant),
    /// It was used; this is the access token that it was used for.
    Used(String),
}

#[derive(Default)]
pub(super) struct Codes {
    codes: Mutex<HashMap<String, Expiring<Code>>>,
    /// Access tokens that ended before their time.
    ended: Mutex<HashMap<String, Expiring<()>>>,
}

impl Codes {
    pub(super) fn issue(&self, grant: Grant) -> String {
        let code = random::token();
        insert(&self.codes, code.clone(), Code::Fresh(grant), CODE_LIFETIME);
        code
    }

    /// Uses a code up: the grant and an access token, or nothing if the code is unknown, too old
    /// or used. A second use also ends the access token of the first (RFC 6749 section 4.1.2).
    pub(super) fn redeem(&self, code: &str, secret: &str) -> Option<(Grant, String)> {
        let mut codes = held(&self.codes);
        let entry = codes.get_mut(code).filter(|entry| entry.expires > now())?;
        match &entry.value {
            Code::Fresh(grant) => {
                let token = access::issue(secret, &grant.user.email);
                let grant = grant.clone();
                entry.value = Code::Used(token.clone());
                Some((grant, token))
            }
            Code::Used(first) => {
                insert(&self.ended, first.clone(), (), ACCESS_TOKEN_LIFETIME);
                None
            }
        }
    }

    /// True if an access token has ended before its time.
    pub(super) fn has_ended(&self, token: &str) -> bool {
        held(&self.ended).contains_key(token)
    }
}

fn insert<T>(map: &Mutex<HashMap<String, Expiring<T>>>, key: String, value: T, lifetime: u64) {
    let mut map = held(map);
    let now = now();
    if map.len() >= MOST_KEPT {
        map.retain(|_, entry| entry.expires > now);
    }
    if map.len() < MOST_KEPT {
        map.insert(key, Expiring { value, expires: now + lifetime });
    }
}

/// A handler that panicked left the map whole: single calls change it.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
