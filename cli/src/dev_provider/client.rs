//! The one client that the provider knows: the Worker.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;
use url::{Host, Url};

/// A confidential client with loopback redirect addresses.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its `client_id`.
    pub id: String,
    /// Its `client_secret`.
    pub secret: String,
}

/// Path of a Toolgate server's redirect URI.
const CALLBACK_PATH: &str = "/callback";

impl Client {
    /// True if people may be sent back to this address: the callback of a server on this machine,
    /// on any port.
    pub(super) fn allows_redirect(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        let bare =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        loopback && bare && url.scheme() == "http" && url.path() == CALLBACK_PATH
    }

    /// True if the request comes from this client: `client_secret_basic`, or else
    /// `client_secret_post`. Using both is not allowed (RFC 6749 section 2.3).
    pub(super) fn is_authenticated(
        &self,
        authorization: Option<&str>,
        posted: (Option<&str>, Option<&str>),
    ) -> bool {
        match (authorization, posted) {
            (Some(header), (id, None)) => {
                let credentials = basic(header);
                let same = |id| credentials.as_ref().is_some_and(|(basic, _)| basic == id);
                id.is_none_or(same) && credentials.is_some_and(|(id, secret)| self.is(&id, &secret))
            }
            (None, (Some(id), Some(secret))) => self.is(id, secret),
            _ => false,
        }
    }

    fn is(&self, id: &str, secret: &str) -> bool {
        let right = self.secret.as_bytes().ct_eq(secret.as_bytes());
        id == self.id && bool::from(right)
    }
}

/// User and password of HTTP Basic, form-decoded as RFC 6749 section 2.3.1 says.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decode(id)?, form_decode(secret)?))
}

fn form_decode(text: &str) -> Option<String> {
    // An `=` or `&` cannot stand in form-encoded text: there is one pair, with an empty value.
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    let first = pairs.next().map_or_else(String::new, |(name, _)| name.into_owned());
    pairs.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client { id: "worker".into(), secret: "a:b%c".into() }
    }

    #[test]
    fn only_callbacks_on_this_machine_are_allowed() {
        for good in [
            "http://localhost:8788/callback",
            "http://127.0.0.1:1/callback",
            "http://[::1]/callback",
        ] {
            assert!(client().allows_redirect(good), "{good}");
        }
        for bad in [
            "https://example.com/callback",
            "http://localhost.example.com/callback",
            "http://localhost:8788/other",
            "http://user@localhost/callback",
            "http://localhost/callback#x",
            "javascript:alert(1)",
            "/callback",
        ] {
            assert!(!client().allows_redirect(bad), "{bad}");
        }
    }

    #[test]
    fn a_secret_arrives_by_basic_or_by_post_but_not_by_both() {
        let header = format!("Basic {}", STANDARD.encode("worker:a%3Ab%25c"));
        assert!(client().is_authenticated(Some(&header), (None, None)));
        assert!(client().is_authenticated(Some(&header), (Some("worker"), None)));
        assert!(client().is_authenticated(None, (Some("worker"), Some("a:b%c"))));
        assert!(!client().is_authenticated(Some(&header), (Some("worker"), Some("a:b%c"))));
        assert!(!client().is_authenticated(Some(&header), (Some("other"), None)));
        assert!(!client().is_authenticated(None, (Some("worker"), Some("wrong"))));
        assert!(!client().is_authenticated(None, (Some("worker"), None)));
        assert!(!client().is_authenticated(Some("Bearer x"), (None, None)));
    }
}
