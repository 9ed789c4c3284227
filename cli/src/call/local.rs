//! `--as EMAIL`: signing in at the dev identity provider of `cargo toolgate dev`, without a browser.
//!
//! It allows the client and picks the account by itself, so it goes nowhere but to this machine, and
//! to no other login page than that one.

use std::collections::HashMap;

use url::Url;

use super::failure::{Failure, Result};
use super::http::{Http, unreached};
use super::redirect::Returned;
use crate::Error;
use crate::connect::address::is_loopback;

/// Consent, its redirects, the login page, the way back.
const MOST_STEPS: usize = 12;
/// Text that only the login page of the dev identity provider has (cli/src/dev_provider/login.rs).
const LOGIN: &str = "dev identity provider of <code>cargo toolgate dev</code>";

/// From an authorization request to the address that the browser would come back to.
pub(super) fn sign_in(http: &Http, start: &Url, end: &Url, email: &str) -> Result<Returned> {
    let mut cookies = Cookies::default();
    let mut request = (start.clone(), None);
    for _ in 0..MOST_STEPS {
        let (url, form) = request;
        if url.origin() == end.origin() && url.path() == end.path() {
            return Ok(Returned::of(&url));
        }
        if !is_loopback(&url) {
            return Err(foreign(&url));
        }
        let cookie = cookies.of(&url);
        let origin = url.origin().ascii_serialization();
        let mut headers = vec![("accept", "text/html")];
        headers.extend(cookie.iter().map(|cookie| ("cookie", cookie.as_str())));
        let answer = match form {
            None => http.get(&url, &headers)?,
            Some(body) => {
                headers.push(("content-type", "application/x-www-form-urlencoded"));
                headers.push(("origin", &origin));
                let body: String = body;
                http.post(&url, &headers, body)?
            }
        };
        for value in answer.headers.get_all("set-cookie") {
            cookies.keep(&url, value.to_str().unwrap_or_default());
        }
        if let (300..=399, Some(location)) = (answer.status, answer.header("location")) {
            let next = url.join(location).map_err(|error| unreached(&url, &error.to_string()))?;
            request = (next, None);
            continue;
        }
        let status = answer.status;
        let page = answer.text()?;
        request = submit(&url, status, &page, email)?;
    }
    Err(unreached(start, "the sign-in does not end"))
}

/// The request that pressing the right button of a page makes.
fn submit(url: &Url, status: u16, page: &str, email: &str) -> Result<(Url, Option<String>)> {
    let button = if status != 200 {
        return Err(unreached(url, &format!("status {status}: {}", words(page))));
    } else if page.contains(LOGIN) && url.path().contains("/cdn-cgi/access/sso/oidc/") {
        let value = account(page, email).ok_or_else(|| nobody(page, email))?;
        ("user".to_owned(), value)
    } else if tags(page, "input").any(|tag| attribute(tag, "name").as_deref() == Some("attempt")) {
        ("decision".to_owned(), "approve".to_owned())
    } else {
        return Err(foreign(url));
    };
    let form = tags(page, "form").next().ok_or_else(|| unreached(url, "its page has no form"))?;
    let action = attribute(form, "action").unwrap_or_default();
    let action = url.join(&action).map_err(|error| unreached(url, &error.to_string()))?;
    let hidden = tags(page, "input")
        .filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"))
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)));
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(hidden.chain([button]))
        .finish();
    Ok((action, Some(body)))
}

fn foreign(url: &Url) -> Failure {
    Failure::usage(
        Error::new(format!(
            "`--as` is for the dev identity provider of `cargo toolgate dev`; {} is another",
            url.origin().ascii_serialization()
        ))
        .help("leave out `--as` to sign in with the browser"),
    )
}

fn nobody(page: &str, email: &str) -> Failure {
    let all: Vec<_> = accounts(page).map(|(_, email)| email).collect();
    let error = Error::new(format!("the dev identity provider has no account `{email}`"));
    let meant = toolgate_config::nearest(email, all.iter().map(String::as_str));
    Failure::usage(match meant {
        Some(meant) => error.help(format!("did you mean `{meant}`?")),
        None if all.is_empty() => error.help("add it to mcp.toml: [[dev.users]]"),
        None => error.help(format!("it has {}; others go to [[dev.users]]", all.join(", "))),
    })
}

/// The value of the account's button.
fn account(page: &str, email: &str) -> Option<String> {
    accounts(page).find(|(_, found)| found.eq_ignore_ascii_case(email)).map(|(value, _)| value)
}

/// Value and e-mail address of each account: the address begins the small print of its button.
fn accounts(page: &str) -> impl Iterator<Item = (String, String)> {
    page.split("<button ").skip(1).filter_map(|button| {
        let (tag, rest) = button.split_once('>')?;
        let tag = format!("<button {tag}>");
        if attribute(&tag, "name").as_deref() != Some("user") {
            return None;
        }
        let small = rest.split_once("<small>")?.1.split_once("</small>")?.0;
        let email = decode(small.split(" · ").next()?);
        Some((attribute(&tag, "value")?, email))
    })
}

/// The tags of a name, as they stand in the page.
fn tags<'a>(page: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let start = format!("<{name} ");
    let starts: Vec<_> = page.match_indices(&start).map(|(at, _)| at).collect();
    starts.into_iter().filter_map(|at| Some(&page[at..=at + page[at..].find('>')?]))
}

/// An attribute in double quotes, which is how our own pages write them.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!(" {name}=\"");
    let value = &tag[tag.find(&start)? + start.len()..];
    Some(decode(&value[..value.find('"')?]))
}

fn decode(text: &str) -> String {
    // The ampersand last, or else an escaped escape would be decoded twice.
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// A page without its tags, for an error message.
fn words(page: &str) -> String {
    let body = page.rsplit("</style>").next().unwrap_or(page);
    let text: String = body
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    decode(&text).chars().filter(|c| !c.is_control()).take(300).collect()
}

/// The cookies of each host.
#[derive(Default)]
struct Cookies(HashMap<String, Vec<(String, String)>>);

impl Cookies {
    fn of(&self, url: &Url) -> Option<String> {
        let all = self.0.get(&url.origin().ascii_serialization()).filter(|all| !all.is_empty())?;
        let pairs: Vec<_> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(pairs.join("; "))
    }

    fn keep(&mut self, url: &Url, line: &str) {
        let mut parts = line.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let all = self.0.entry(url.origin().ascii_serialization()).or_default();
        all.retain(|(old, _)| old != name.trim());
        if !parts.any(|part| part.trim().eq_ignore_ascii_case("max-age=0")) {
            all.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn a_login_page_of_somebody_else_is_not_filled_in() {
        let page =
            "<form action=\"x\"><button name=\"user\" value=\"0\"><small>a@x.example</small>";
        let Err(failure) = submit(&url("http://127.0.0.1:1/login"), 200, page, "a@x.example")
        else {
            panic!("it is refused");
        };
        assert_eq!(failure.status, 2);
        assert!(failure.error.to_string().contains("is another"), "{}", failure.error);
    }

    #[test]
    fn an_account_that_is_not_there_is_told_the_nearest() {
        let page = format!(
            "<p>{LOGIN}</p><form method=\"post\" action=\"authorization\">\
             <input type=\"hidden\" name=\"state\" value=\"a&amp;b\">\
             <button name=\"user\" value=\"0\">Ann<small>ann@x.example · staff</small></button>"
        );
        let place = url("http://127.0.0.1:1/cdn-cgi/access/sso/oidc/c/authorization");
        let (action, body) = submit(&place, 200, &page, "ann@x.example").expect("a request");
        assert_eq!(action, place);
        assert_eq!(body.as_deref(), Some("state=a%26b&user=0"));
        let Err(failure) = submit(&place, 200, &page, "anm@x.example") else {
            panic!("nobody has it");
        };
        assert!(failure.error.to_string().contains("did you mean `ann@x.example`?"));
    }
}
