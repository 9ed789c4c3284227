//! Sign-ins that a browser has begun: their ids, their sealed cookies, and how many it keeps.
//!
//! Any site can make a browser begin one, so what a browser keeps must not grow with their number. An
//! id begins with its time, by which the oldest give way.

use crate::from_json::FromJson;
use http::{HeaderMap, HeaderValue};
use serde::Serialize;

use crate::cookie::{self, CONSENT, LOGIN};
use crate::limits::MAX_ATTEMPTS;
use crate::oauth::context::OAuthContext;
use crate::seal::Purpose;

/// Seconds since 1970 in hexadecimal, at the start of an id.
const TIME_LENGTH: usize = 8;

/// Characters of a random value: 132 bits. What is sealed into a cookie has to fit it.
const SECRET_LENGTH: usize = 22;

/// Characters of the upstream `state` that name its cookie: the time, and 84 random bits. The whole of
/// it binds the cookie's content.
const NAME_LENGTH: usize = TIME_LENGTH + 14;

/// Cookies looked at in one request, however many it brings. Those of a real attempt have half a KiB
/// and more, so that this is all of them.
const MAX_SEEN: usize = 64;

/// A new id of a consent page.
pub(crate) fn page_id(oauth: &mut OAuthContext<'_>) -> String {
    dated(oauth.now, &secret(oauth))
}

/// A new `state` for the identity provider.
pub(crate) fn state(oauth: &mut OAuthContext<'_>) -> String {
    dated(oauth.now, &oauth.entropy.token())
}

fn dated(now: u64, random: &str) -> String {
    format!("{now:08x}{random}")
}

/// A value that nobody guesses.
pub(crate) fn secret(oauth: &mut OAuthContext<'_>) -> String {
    let mut secret = oauth.entropy.token();
    secret.truncate(SECRET_LENGTH);
    secret
}

/// The cookie of the consent page of this id; `None` for an id that we cannot have made.
pub(crate) fn page_cookie(oauth: &OAuthContext<'_>, id: &str) -> Option<String> {
    is_ours(id).then(|| [cookie::name_at(oauth.origin, CONSENT), id].concat())
}

/// The cookie of the login with this state; `None` for a state that we cannot have made.
pub(crate) fn login_cookie(oauth: &OAuthContext<'_>, state: &str) -> Option<String> {
    let id = state.get(..NAME_LENGTH).filter(|id| is_ours(id))?;
    Some([cookie::name_at(oauth.origin, LOGIN), id].concat())
}

/// True if the id can be in the name of a cookie of ours, and so in a `Set-Cookie` without harm.
fn is_ours(id: &str) -> bool {
    id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Seals what an attempt has to remember. A client's own texts follow as they are: JSON may take six
/// bytes for one of theirs, and then the longest would not fit.
pub(crate) fn seal<T: Serialize>(
    oauth: &mut OAuthContext<'_>,
    purpose: Purpose,
    id: &str,
    value: &T,
    texts: &str,
) -> String {
    let mut plain = serde_json::to_vec(value).expect("our own types serialise");
    plain.push(b'\n');
    plain.extend_from_slice(texts.as_bytes());
    let bound_to = oauth.attempt(id);
    oauth.keys.seal_bytes(purpose, &bound_to, &plain, oauth.entropy)
}

/// Opens it again.
pub(crate) fn open<T: FromJson>(
    oauth: &OAuthContext<'_>,
    purpose: Purpose,
    id: &str,
    sealed: &str,
) -> Option<(T, String)> {
    let mut plain = oauth.keys.open_bytes(purpose, &oauth.attempt(id), sealed)?;
    // JSON has no line break but an escaped one.
    let end = plain.iter().position(|b| *b == b'\n')?;
    let texts = String::from_utf8(plain.split_off(end + 1)).ok()?;
    Some((crate::from_json::read(&plain).ok()?, texts))
}

/// `Set-Cookie`s that end the oldest attempts of this browser, so that a new one is one of at most
/// [`MAX_ATTEMPTS`]. The cookie `ending` ends anyway.
pub(crate) fn make_room(
    oauth: &OAuthContext<'_>,
    headers: &HeaderMap,
    ending: Option<&str>,
) -> Vec<HeaderValue> {
    let mut seen = seen(oauth.origin, headers);
    seen.retain(|one| Some(one.name) != ending);
    let excess = seen.len().saturating_sub(MAX_ATTEMPTS - 1);
    oldest(seen).take(excess).map(|one| cookie::clear(one.name)).collect()
}

/// `Set-Cookie`s that end the oldest attempts of this browser, until this many bytes fewer come with
/// its next request.
pub(crate) fn give_up(url: &str, headers: &HeaderMap, excess: usize) -> Vec<HeaderValue> {
    let mut freed = 0;
    oldest(seen(url, headers))
        .take_while(|one| {
            let is_needed = freed < excess;
            freed += one.length;
            is_needed
        })
        .map(|one| cookie::clear(one.name))
        .collect()
}

/// A cookie of an attempt.
struct Seen<'a> {
    name: &'a str,
    id: &'a str,
    length: usize,
}

fn seen<'a>(url: &str, headers: &'a HeaderMap) -> Vec<Seen<'a>> {
    let kinds = [CONSENT, LOGIN].map(|kind| cookie::name_at(url, kind));
    cookie::all(headers)
        .filter_map(|(name, value)| {
            let length = name.len() + "=; ".len() + value.len();
            let name = std::str::from_utf8(name).ok()?;
            let id = kinds.iter().find_map(|kind| name.strip_prefix(kind))?;
            is_ours(id).then_some(Seen { name, id, length })
        })
        .take(MAX_SEEN)
        .collect()
}

/// Oldest first; of one second, in the order in which the browser made them (RFC 6265 section 5.4).
fn oldest(mut seen: Vec<Seen<'_>>) -> impl Iterator<Item = Seen<'_>> {
    std::iter::from_fn(move || {
        let time = |index: &usize| seen[*index].id.get(..TIME_LENGTH);
        let first = (0..seen.len()).min_by_key(time)?;
        Some(seen.remove(first))
    })
}
