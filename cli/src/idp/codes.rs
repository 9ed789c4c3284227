//! Authorization codes, each good once, and the access tokens made from them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{now, random};

/// A code travels straight from one redirect into one request.
const CODE_LIFETIME: u64 = 60;

/// As Cloudflare Access by default; only the userinfo endpoint takes these tokens.
pub(super) const ACCESS_TOKEN_LIFETIME: u64 = 300;

/// So that a client that starts sign-ins in a loop cannot fill the memory.
const MOST_KEPT: usize = 10_000;

/// What a code was issued for; it is worth nothing with other values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grant {
    pub(super) user: usize,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
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
    tokens: Mutex<HashMap<String, Expiring<usize>>>,
}

impl Codes {
    pub(super) fn issue(&self, grant: Grant) -> String {
        let code = random::token();
        insert(&self.codes, code.clone(), Code::Fresh(grant), CODE_LIFETIME);
        code
    }

    /// Uses a code up: the grant and an access token, or nothing if the code is unknown, too old
    /// or used. A second use also ends the access token of the first (RFC 6749 section 4.1.2).
    pub(super) fn redeem(&self, code: &str) -> Option<(Grant, String)> {
        let token = random::token();
        let mut codes = held(&self.codes);
        let entry = codes.get_mut(code).filter(|entry| entry.expires > now())?;
        match std::mem::replace(&mut entry.value, Code::Used(token.clone())) {
            Code::Fresh(grant) => {
                insert(&self.tokens, token.clone(), grant.user, ACCESS_TOKEN_LIFETIME);
                Some((grant, token))
            }
            Code::Used(first) => {
                held(&self.tokens).remove(&first);
                None
            }
        }
    }

    /// Whose access token this is.
    pub(super) fn user(&self, token: &str) -> Option<usize> {
        held(&self.tokens).get(token).filter(|entry| entry.expires > now()).map(|entry| entry.value)
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
