//! The query of `/authorize`, and the approval page that answers it.
//!
//! Input: a byte of which bit 0 adds the cookie of remembered approvals, and the query as a template
//! of the values of a real request.

use std::collections::BTreeMap;

use http::Request;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use toolgate_core::cookie::APPROVALS;
use toolgate_core::reply::Reply;
use url::Url;

use super::redirect::may_match;
use super::server::{self, Issued, field, issued};
use super::support::{ORIGIN, REDIRECT, World, post};
use super::template::expand;

/// Longest `state` that comes back.
const LONGEST_STATE: usize = 2048;

/// What the client of [`issued`] registered.
const REGISTERED: [&str; 2] = [REDIRECT, "http://127.0.0.1/cb"];

pub fn run(input: &[u8]) -> bool {
    let [flags, template @ ..] = input else { return false };
    let issued = issued();
    let values = [&*issued.client, &issued.challenge, REDIRECT, ORIGIN, &issued.code];
    let query = expand(template, &values);
    let mut uri = format!("{ORIGIN}/authorize?").into_bytes();
    uri.extend_from_slice(&query);
    let Ok(mut request) = Request::get(&*uri).body(Vec::new()) else { return false };
    // A fragment never reaches a server; the parser of the request cuts it off.
    let query = request.uri().query().unwrap_or_default().as_bytes().to_vec();
    if flags & 1 == 1 {
        let cookie = format!("{APPROVALS}={}", issued.approvals);
        request.headers_mut().insert(COOKIE, cookie.parse().expect("a header"));
    }
    let mut world = World::new();
    let reply = server::show(&mut world, &request);
    let asked = Asked::read(&query, issued);
    match reply.status().as_u16() {
        200 => {
            assert!(asked.is_complete(), "a page for {asked:?}");
            press(&mut world, &reply, &asked);
        }
        303 if server::is_upstream(&reply) => {
            assert!(flags & 1 == 1 && asked.is_complete(), "to the provider for {asked:?}");
            assert_eq!(asked.redirect_uri.as_deref(), Some(REDIRECT), "approved {asked:?}");
        }
        303 => {
            assert!(!asked.is_complete(), "an error for {asked:?}");
            assert_ne!(asked.redirect_uri.as_deref(), Some(REDIRECT), "nobody vouches for it");
            check_answer(location(&reply), &asked);
        }
        400 if asked.is_proven() => {
            assert!(!asked.is_complete(), "an error for {asked:?}");
            let page = String::from_utf8_lossy(reply.body());
            let (_, link) = page.split_once("<a href=\"").expect("a way back");
            let link = link.split('"').next().unwrap_or_default().replace("&amp;", "&");
            check_answer(&link, &asked);
        }
        400 => assert!(!String::from_utf8_lossy(reply.body()).contains("<a "), "{asked:?}"),
        status => panic!("{status} for {asked:?}"),
    }
    asked.is_complete()
}

/// The query as an independent reader understands it.
#[derive(Debug)]
struct Asked {
    values: BTreeMap<String, Vec<String>>,
    client: &'static str,
    redirect_uri: Option<String>,
}

impl Asked {
    fn read(query: &[u8], issued: &'static Issued) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in query.split(|byte| *byte == b'&') {
            let mut halves = pair.splitn(2, |byte| *byte == b'=').map(decode);
            let (name, value) =
                (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            if !value.is_empty() {
                values.entry(name).or_default().push(value);
            }
        }
        let mut asked = Self { values, client: &issued.client, redirect_uri: None };
        asked.redirect_uri = asked.only("redirect_uri").map(str::to_owned);
        asked
    }

    fn only(&self, name: &str) -> Option<&str> {
        match &self.values.get(name)?[..] {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Client and redirect URI are proven, so that the client may be told of errors.
    fn is_proven(&self) -> bool {
        let uri = self.redirect_uri.as_deref();
        self.only("client_id") == Some(self.client)
            && uri.is_some_and(|uri| REGISTERED.iter().any(|known| may_match(known, uri)))
    }

    /// Every rule of OAuth 2.1 section 4.1.1 with S256, RFC 8707 and no parameter twice.
    fn is_complete(&self) -> bool {
        let challenge = self.only("code_challenge").unwrap_or_default();
        let is_hash = challenge.len() == 43
            && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let is_known_resource = |resource: &str| {
            let path = resource.strip_prefix(ORIGIN);
            path.is_some_and(|path| ["", "/", "/mcp", "/mcp/", "/sse", "/sse/"].contains(&path))
        };
        self.is_proven()
            && self.values.values().all(|given| given.len() == 1)
            && self.only("response_type") == Some("code")
            && self.only("code_challenge_method") == Some("S256")
            && is_hash
            && self.only("resource").is_none_or(is_known_resource)
            && self.only("state").is_none_or(|state| state.len() <= LONGEST_STATE)
    }
}

/// `application/x-www-form-urlencoded` of one half of a pair.
fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits
            .filter(|digits| *byte == b'%' && digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = if code.is_some() { &tail[2..] } else { tail };
        bytes.push(code.unwrap_or(if *byte == b'+' { b' ' } else { *byte }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn location(reply: &Reply) -> &str {
    assert_eq!(reply.status(), 303, "{reply:?}");
    reply.headers()[LOCATION].to_str().expect("visible ASCII")
}

/// The redirect goes to what was asked for and registered, with nothing but the answer added.
fn check_answer(location: &str, asked: &Asked) {
    assert!(asked.is_proven(), "an answer for {asked:?}");
    assert!(location.bytes().all(|b| b.is_ascii_graphic()), "{location:?}");
    Url::parse(location).expect("an address that browsers take");
    let uri = asked.redirect_uri.as_deref().unwrap_or_default();
    let answer = location.strip_prefix(uri).and_then(|rest| rest.strip_prefix('?'));
    let answer = answer.unwrap_or_else(|| panic!("{location} for {asked:?}"));
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(answer.as_bytes()) {
        assert!(found.insert(name.into_owned(), value.into_owned()).is_none(), "twice: {answer}");
    }
    assert_eq!(found.remove("iss").as_deref(), Some(ORIGIN), "RFC 9207");
    assert!(found.remove("error").is_some() && found.remove("error_description").is_some());
    let state = asked.only("state").filter(|state| state.len() <= LONGEST_STATE);
    assert_eq!(found.remove("state").as_deref(), state, "{answer}");
    assert!(found.is_empty(), "{found:?}");
}

/// Both buttons of the page lead where the request said.
fn press(world: &mut World, page: &Reply, asked: &Asked) {
    assert!(page.headers().contains_key("content-security-policy"));
    let cookies: Vec<_> = page.headers().get_all(SET_COOKIE).iter().collect();
    let [cookie] = cookies[..] else { panic!("cookies: {cookies:?}") };
    let cookie = cookie.to_str().expect("visible ASCII");
    let pair = cookie.split(';').next().unwrap_or_default();
    assert!(pair.len() < 4096 && cookie.matches('=').count() == 4, "{cookie}");
    let (attempt, csrf) = (field(page, "attempt"), field(page, "csrf"));
    for decision in ["deny", "approve"] {
        let form = [("attempt", &*attempt), ("csrf", &csrf), ("decision", decision)];
        let mut request = post("/authorize", &form);
        request.headers_mut().insert(COOKIE, pair.parse().expect("a header"));
        let reply = server::decide(world, &request);
        if decision == "deny" {
            check_answer(location(&reply), asked);
        } else {
            assert!(server::is_upstream(&reply), "{reply:?}");
        }
    }
}
