//! Signatures of webhooks: HMAC-SHA256 (RFC 2104) over the body as it came.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use sha2::Sha256;

/// Most signatures that one header may hold: a sender that changes its secret signs with two.
const MAX_SIGNATURES: usize = 8;

/// Most digits of a time in seconds: enough until the year 33658.
const MAX_DIGITS: usize = 12;

/// Longest id of a message, in bytes: those of senders have some 40.
const MAX_ID: usize = 256;

/// In front of a secret of Standard Webhooks, which is base64.
const ENCODED_SECRET: &str = "whsec_";

/// The id that [`Scheme::sign`] gives a message.
const TEST_ID: &str = "msg_of_the_test";

/// The text of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Digits and letters a to f, in either case.
    Hex,
    /// Base64 with padding (RFC 4648 section 4).
    Base64,
}

/// Where the time is that was signed with the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timestamp {
    /// In a header of its own, in seconds since 1970.
    Header(&'static str),
    /// In the header of the signature, as in `t=1700000000,v1=…`.
    Field(&'static str),
}

/// How requests to one route are signed.
#[derive(Debug, Clone, Copy)]
pub struct Scheme {
    /// The header that holds the signature.
    pub header: &'static str,
    /// The names of secrets in `[secrets]`: a request is good that is signed with any of them.
    pub secrets: &'static [&'static str],
    /// The text of the signature.
    pub encoding: Encoding,
    /// What stands in front of it.
    pub prefix: &'static str,
    /// What stands between signatures, where the header may hold several.
    pub separator: Option<char>,
    /// The header of the message's id, which is signed with the body.
    pub id: Option<&'static str>,
    /// The signed time, if there is one.
    pub timestamp: Option<Timestamp>,
    /// Seconds that the signed time may be away from now, in either direction.
    pub tolerance: u64,
    /// The signed text, with `{id}`, `{timestamp}` and `{body}` in place of those.
    pub payload: &'static str,
}

/// Why a signature is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// There is none, or it cannot be read.
    Missing,
    /// It is not one of this body with this secret.
    Wrong,
    /// It says that it was made too long ago, or for later.
    Old,
}

/// What the headers of a request say of its signature, before anything of its body is read.
#[derive(Debug)]
pub struct Claimed<'a> {
    scheme: &'a Scheme,
    id: &'a str,
    time: &'a str,
    given: Vec<[u8; 32]>,
}

impl Scheme {
    /// Reads the headers. Nobody has proven them yet: this keeps out what cannot be good.
    ///
    /// # Errors
    /// Why they are not good. A header that comes twice counts as none.
    pub fn claimed<'a>(
        &'a self,
        headers: &'a HeaderMap,
        now: u64,
    ) -> Result<Claimed<'a>, Unsigned> {
        let value = single(headers, self.header).ok_or(Unsigned::Missing)?;
        let id = match self.id {
            None => "",
            Some(name) => single(headers, name).filter(|id| is_id(id)).ok_or(Unsigned::Missing)?,
        };
        let parts = value.split(|c| Some(c) == self.separator).filter_map(|part| {
            let text = part.trim().strip_prefix(self.prefix)?;
            self.encoding.read(text)
        });
        let given: Vec<[u8; 32]> = parts.take(MAX_SIGNATURES + 1).collect();
        if given.is_empty() || given.len() > MAX_SIGNATURES {
            return Err(Unsigned::Missing);
        }
        let time = match self.timestamp {
            None => return Ok(Claimed { scheme: self, id, time: "", given }),
            Some(Timestamp::Header(name)) => single(headers, name),
            Some(Timestamp::Field(name)) => field(value, name),
        };
        let time = time.ok_or(Unsigned::Missing)?;
        let signed = seconds(time).ok_or(Unsigned::Missing)?;
        if signed.abs_diff(now) > self.tolerance {
            return Err(Unsigned::Old);
        }
        Ok(Claimed { scheme: self, id, time, given })
    }

    /// The headers with which a sender signs a body, for tests.
    #[must_use]
    pub fn sign(&self, body: &[u8], secret: &[u8], now: u64) -> Vec<(&'static str, String)> {
        let time = now.to_string();
        let mac = self.mac(secret, (TEST_ID, &time), body).finalize().into_bytes();
        let text = match self.encoding {
            Encoding::Hex => mac.iter().map(|byte| format!("{byte:02x}")).collect(),
            Encoding::Base64 => STANDARD.encode(mac),
        };
        let signature = [self.prefix, &text].concat();
        let mut headers = match self.timestamp {
            None => vec![(self.header, signature)],
            Some(Timestamp::Header(name)) => vec![(self.header, signature), (name, time)],
            Some(Timestamp::Field(name)) => {
                vec![(self.header, format!("{name}={time},{signature}"))]
            }
        };
        headers.extend(self.id.map(|name| (name, TEST_ID.to_owned())));
        headers
    }

    fn mac(&self, secret: &[u8], (id, time): (&str, &str), body: &[u8]) -> Hmac<Sha256> {
        let decoded = decoded(secret);
        let key = decoded.as_deref().unwrap_or(secret);
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        let parts: [(&str, &[u8]); 3] =
            [("{body}", body), ("{timestamp}", time.as_bytes()), ("{id}", id.as_bytes())];
        let mut rest = self.payload;
        while let Some(at) = rest.find('{') {
            let (before, open) = rest.split_at(at);
            mac.update(before.as_bytes());
            let known = parts.iter().find_map(|(name, part)| Some((open.strip_prefix(name)?, part)));
            let (after, part) = known.unwrap_or((&open[1..], &b"{".as_slice()));
            mac.update(part);
            rest = after;
        }
        mac.update(rest.as_bytes());
        mac
    }
}

impl Claimed<'_> {
    /// Checks the signature of the body that came. Nothing tells by its duration how much of a signature is
    /// right.
    ///
    /// # Errors
    /// It is not one of this body with any of the secrets.
    pub fn verify(&self, body: &[u8], secrets: &[impl AsRef<[u8]>]) -> Result<(), Unsigned> {
        let mut good = 0;
        for secret in secrets {
            let expected = self.scheme.mac(secret.as_ref(), (self.id, self.time), body);
            let is_one = |mac: &&[u8; 32]| expected.clone().verify_slice(&mac[..]).is_ok();
            good += self.given.iter().filter(is_one).count();
        }
        if good > 0 { Ok(()) } else { Err(Unsigned::Wrong) }
    }
}

impl Encoding {
    fn read(self, text: &str) -> Option<[u8; 32]> {
        let bytes = match self {
            Self::Base64 => STANDARD.decode(text).ok()?,
            Self::Hex => {
                if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return None;
                }
                let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
                (0..64).step_by(2).map(pair).collect::<Option<_>>()?
            }
        };
        bytes.try_into().ok()
    }
}

/// The key in a secret that says that it is base64.
fn decoded(secret: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(secret.strip_prefix(ENCODED_SECRET.as_bytes())?).ok()
}

/// The value of a header that comes once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?.trim();
    (values.next().is_none() && !value.is_empty()).then_some(value)
}

/// The value of `name=value` in a list with commas, where it stands once.
fn field<'a>(list: &'a str, name: &str) -> Option<&'a str> {
    let mut values =
        list.split(',').filter_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// Seconds since 1970, in the one spelling that a number has: the text is what was signed.
fn seconds(text: &str) -> Option<u64> {
    let is_number = text.len() <= MAX_DIGITS && text.bytes().all(|b| b.is_ascii_digit());
    let is_padded = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| is_number && !is_padded)
}

/// True if the id of a message ends where the signed text goes on: with a full stop in it, another id
/// and time would give the same text.
fn is_id(text: &str) -> bool {
    text.len() <= MAX_ID && text.bytes().all(|b| b.is_ascii_graphic() && b != b'.')
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderName, HeaderValue};

    use super::*;

    const NOW: u64 = 1_700_000_000;
    const PLAIN: Scheme = Scheme {
        header: "x-signature",
        secrets: &["HOOK_SECRET"],
        encoding: Encoding::Hex,
        prefix: "sha256=",
        separator: None,
        id: None,
        timestamp: None,
        tolerance: 300,
        payload: "{body}",
    };
    const SLACK: Scheme = Scheme {
        prefix: "v0=",
        timestamp: Some(Timestamp::Header("x-time")),
        payload: "v0:{timestamp}:{body}",
        ..PLAIN
    };
    const STRIPE: Scheme = Scheme {
        prefix: "v1=",
        separator: Some(','),
        timestamp: Some(Timestamp::Field("t")),
        payload: "{timestamp}.{body}",
        ..PLAIN
    };
    const STANDARD_WEBHOOKS: Scheme = Scheme {
        header: "webhook-signature",
        encoding: Encoding::Base64,
        prefix: "v1,",
        separator: Some(' '),
        id: Some("webhook-id"),
        timestamp: Some(Timestamp::Header("webhook-timestamp")),
        payload: "{id}.{timestamp}.{body}",
        ..PLAIN
    };

    fn headers(list: &[(&'static str, String)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(HeaderName::from_static(name), HeaderValue::try_from(value).unwrap());
        }
        headers
    }

    fn verify(
        scheme: &Scheme,
        list: &[(&'static str, String)],
        body: &[u8],
    ) -> Result<(), Unsigned> {
        with(scheme, &headers(list), body, b"secret")
    }

    fn with(
        scheme: &Scheme,
        headers: &HeaderMap,
        body: &[u8],
        secret: &[u8],
    ) -> Result<(), Unsigned> {
        scheme.claimed(headers, NOW)?.verify(body, &[secret])
    }

    #[test]
    fn a_signature_of_rfc_4231_is_good() {
        // Test case 2 of RFC 4231, section 4.3.
        let mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let list = headers(&[("x-signature", format!("sha256={mac}"))]);
        let body = b"what do ya want for nothing?";
        assert_eq!(with(&PLAIN, &list, body, b"Jefe"), Ok(()));
        assert_eq!(with(&PLAIN, &list, body, b"jefe"), Err(Unsigned::Wrong));
        let upper = headers(&[("x-signature", format!("sha256={}", mac.to_uppercase()))]);
        assert_eq!(with(&PLAIN, &upper, body, b"Jefe"), Ok(()));
    }

    #[test]
    fn what_signs_is_what_verifies_and_a_changed_body_is_not_signed() {
        let base64 = Scheme { encoding: Encoding::Base64, prefix: "", ..PLAIN };
        for scheme in [PLAIN, SLACK, STRIPE, STANDARD_WEBHOOKS, base64] {
            let list = scheme.sign(b"{}", b"secret", NOW);
            assert_eq!(verify(&scheme, &list, b"{}"), Ok(()), "{scheme:?}");
            for body in [&b"{ }"[..], b"", b"{}{}", b"{}\n"] {
                assert_eq!(verify(&scheme, &list, body), Err(Unsigned::Wrong), "{scheme:?}");
            }
        }
    }

    #[test]
    fn an_old_signature_and_one_for_later_are_not_good() {
        for scheme in [SLACK, STRIPE, STANDARD_WEBHOOKS] {
            for (signed, expected) in [
                (NOW - 300, Ok(())),
                (NOW + 300, Ok(())),
                (NOW - 301, Err(Unsigned::Old)),
                (NOW + 301, Err(Unsigned::Old)),
                (0, Err(Unsigned::Old)),
                (999_999_999_999, Err(Unsigned::Old)),
                (u64::MAX, Err(Unsigned::Missing)),
            ] {
                let list = scheme.sign(b"{}", b"secret", signed);
                assert_eq!(verify(&scheme, &list, b"{}"), expected, "{scheme:?} {signed}");
            }
        }
    }

    #[test]
    fn the_time_of_another_signature_does_not_make_an_old_one_good() {
        let mut list = SLACK.sign(b"{}", b"secret", NOW - 4000);
        list[1].1 = NOW.to_string();
        assert_eq!(verify(&SLACK, &list, b"{}"), Err(Unsigned::Wrong));
        let old = STRIPE.sign(b"{}", b"secret", NOW - 4000)[0].1.clone();
        let fresh = old.replace(&(NOW - 4000).to_string(), &NOW.to_string());
        assert_eq!(verify(&STRIPE, &[("x-signature", fresh)], b"{}"), Err(Unsigned::Wrong));
        for both in [format!("t={NOW},{old}"), format!("{old},t={NOW}")] {
            assert_eq!(verify(&STRIPE, &[("x-signature", both)], b"{}"), Err(Unsigned::Missing));
        }
    }

    #[test]
    fn a_header_that_comes_twice_counts_as_none() {
        let good = PLAIN.sign(b"{}", b"secret", NOW).remove(0);
        for list in [
            vec![good.clone(), good.clone()],
            vec![("x-signature", "sha256=00".to_owned()), good.clone()],
            vec![("x-signature", format!("{}, {}", good.1, good.1))],
            vec![],
        ] {
            assert_eq!(verify(&PLAIN, &list, b"{}"), Err(Unsigned::Missing), "{list:?}");
        }
        let mut twice = SLACK.sign(b"{}", b"secret", NOW);
        twice.push(("x-time", NOW.to_string()));
        assert_eq!(verify(&SLACK, &twice, b"{}"), Err(Unsigned::Missing));
    }

    #[test]
    fn what_is_no_signature_is_not_compared() {
        let good = PLAIN.sign(b"{}", b"secret", NOW)[0].1.clone();
        for text in [
            String::new(),
            "sha256=".to_owned(),
            good.replace("sha256=", ""),
            good.replace("sha256", "sha1"),
            good[..good.len() - 1].to_owned(),
            format!("{good}0"),
            format!("sha256=+{}", &good[8..]),
        ] {
            let found = verify(&PLAIN, &[("x-signature", text.clone())], b"{}");
            assert_eq!(found, Err(Unsigned::Missing), "{text}");
        }
        for time in ["", "now", "+1700000000", "1700000000.0", "-1", "0x1", "9999999999999"] {
            let mut list = SLACK.sign(b"{}", b"secret", NOW);
            list[1].1 = time.to_owned();
            assert_eq!(verify(&SLACK, &list, b"{}"), Err(Unsigned::Missing), "{time}");
        }
    }

    #[test]
    fn a_sender_that_changes_its_secret_signs_twice() {
        let one = STRIPE.sign(b"{}", b"old", NOW)[0].1.clone();
        let two = STRIPE.sign(b"{}", b"secret", NOW)[0].1.clone();
        let two = two.split_once(',').unwrap().1;
        assert_eq!(verify(&STRIPE, &[("x-signature", format!("{one},{two}"))], b"{}"), Ok(()));
        let many = [&*one, &[two; MAX_SIGNATURES].join(",")].join(",");
        assert_eq!(verify(&STRIPE, &[("x-signature", many)], b"{}"), Err(Unsigned::Missing));
    }

    #[test]
    fn a_time_has_one_spelling_though_another_one_was_signed() {
        for time in ["01700000000", "001700000000", " 1700000000 ", "+1700000000"] {
            let mac = SLACK.mac(b"secret", ("", time), b"{}").finalize().into_bytes();
            let text = mac.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            let list = [("x-signature", format!("v0={text}")), ("x-time", time.to_owned())];
            assert!(verify(&SLACK, &list, b"{}").is_err(), "{time}");
        }
    }

    #[test]
    fn headers_that_cannot_be_good_are_refused_without_a_body() {
        let claimed = |list: &[(&'static str, String)]| {
            SLACK.claimed(&headers(list), NOW).map(drop).unwrap_err()
        };
        assert_eq!(claimed(&[]), Unsigned::Missing);
        assert_eq!(claimed(&[("x-signature", "v0=00".to_owned())]), Unsigned::Missing);
        assert_eq!(claimed(&SLACK.sign(b"{}", b"other", NOW - 301)), Unsigned::Old);
        let forged = headers(&SLACK.sign(b"{}", b"other", NOW));
        assert!(SLACK.claimed(&forged, NOW).is_ok(), "only the body shows that it is not good");
    }

    #[test]
    fn the_example_of_standard_webhooks_is_good() {
        // Of the document "Standard Webhooks", version 1.0.0, and its libraries.
        let list = headers(&[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()),
            ("webhook-timestamp", "1614265330".to_owned()),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned()),
        ]);
        let secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let claimed = STANDARD_WEBHOOKS.claimed(&list, 1_614_265_330).unwrap();
        assert_eq!(claimed.verify(br#"{"test": 2432232314}"#, &[secret]), Ok(()));
        assert_eq!(claimed.verify(br#"{"test": 2432232315}"#, &[secret]), Err(Unsigned::Wrong));
    }

    #[test]
    fn an_id_that_could_hold_a_part_of_the_text_is_none() {
        let signed = STANDARD_WEBHOOKS.sign(b"{}", b"secret", NOW);
        let long = "m".repeat(MAX_ID + 1);
        for id in ["", "msg_1.1700000000", "a b", &long] {
            let mut list = signed.clone();
            list[2].1 = id.to_owned();
            assert_eq!(verify(&STANDARD_WEBHOOKS, &list, b"{}"), Err(Unsigned::Missing), "{id}");
        }
    }

    #[test]
    fn while_a_secret_is_changed_a_signature_with_either_is_good() {
        let list = headers(&PLAIN.sign(b"{}", b"old", NOW));
        let claimed = PLAIN.claimed(&list, NOW).unwrap();
        assert_eq!(claimed.verify(b"{}", &["new", "old"]), Ok(()));
        assert_eq!(claimed.verify(b"{}", &["old"]), Ok(()));
        assert_eq!(claimed.verify(b"{}", &["new"]), Err(Unsigned::Wrong));
        assert_eq!(claimed.verify(b"{}", &[] as &[&str]), Err(Unsigned::Wrong));
    }
}
