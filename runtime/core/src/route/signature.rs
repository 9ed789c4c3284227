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
    /// The name of the secret in `[secrets]`.
    pub secret: &'static str,
    /// The text of the signature.
    pub encoding: Encoding,
    /// What stands in front of it.
    pub prefix: &'static str,
    /// The signed time, if there is one.
    pub timestamp: Option<Timestamp>,
    /// Seconds that the signed time may be away from now, in either direction.
    pub tolerance: u64,
    /// The signed text, with `{timestamp}` and `{body}` in place of those.
    pub payload: &'static str,
}

/// Why a signature is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// There is none, or it cannot be read.
    Missing,
    /// It is not one of this body with this secret.
    Wrong,
    /// It was made too long ago, or for later.
    Old,
}

impl Scheme {
    /// Checks the signature of a body. Nothing tells by its duration how much of a signature is right.
    ///
    /// # Errors
    /// Why it is not good. A header that comes twice counts as none.
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        secret: &[u8],
        now: u64,
    ) -> Result<(), Unsigned> {
        let value = single(headers, self.header).ok_or(Unsigned::Missing)?;
        let time = match self.timestamp {
            None => None,
            Some(Timestamp::Header(name)) => Some(single(headers, name).ok_or(Unsigned::Missing)?),
            Some(Timestamp::Field(name)) => Some(field(value, name).ok_or(Unsigned::Missing)?),
        };
        let is_list = matches!(self.timestamp, Some(Timestamp::Field(_)));
        let parts = value.split(|c| is_list && c == ',').filter_map(|part| {
            let text = part.trim().strip_prefix(self.prefix)?;
            self.encoding.read(text)
        });
        let given: Vec<[u8; 32]> = parts.take(MAX_SIGNATURES + 1).collect();
        if given.is_empty() || given.len() > MAX_SIGNATURES {
            return Err(Unsigned::Missing);
        }
        let expected = self.mac(secret, time.unwrap_or_default(), body);
        let is_one = given.iter().filter(|mac| expected.clone().verify_slice(&mac[..]).is_ok());
        if is_one.count() == 0 {
            return Err(Unsigned::Wrong);
        }
        match time {
            None => Ok(()),
            // Read only now: what nobody signed says nothing.
            Some(time) => match seconds(time) {
                Some(signed) if signed.abs_diff(now) <= self.tolerance => Ok(()),
                _ => Err(Unsigned::Old),
            },
        }
    }

    /// The headers with which a sender signs a body, for tests.
    #[must_use]
    pub fn sign(&self, body: &[u8], secret: &[u8], now: u64) -> Vec<(&'static str, String)> {
        let time = now.to_string();
        let mac = self.mac(secret, &time, body).finalize().into_bytes();
        let text = match self.encoding {
            Encoding::Hex => mac.iter().map(|byte| format!("{byte:02x}")).collect(),
            Encoding::Base64 => STANDARD.encode(mac),
        };
        let signature = [self.prefix, &text].concat();
        match self.timestamp {
            None => vec![(self.header, signature)],
            Some(Timestamp::Header(name)) => vec![(self.header, signature), (name, time)],
            Some(Timestamp::Field(name)) => {
                vec![(self.header, format!("{name}={time},{signature}"))]
            }
        }
    }

    fn mac(&self, secret: &[u8], time: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
        let mut rest = self.payload;
        while let Some(at) = rest.find('{') {
            mac.update(&rest.as_bytes()[..at]);
            rest = match (rest[at..].strip_prefix("{body}"), rest[at..].strip_prefix("{timestamp}"))
            {
                (Some(after), _) => {
                    mac.update(body);
                    after
                }
                (_, Some(after)) => {
                    mac.update(time.as_bytes());
                    after
                }
                _ => {
                    mac.update(b"{");
                    &rest[at + 1..]
                }
            };
        }
        mac.update(rest.as_bytes());
        mac
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

fn seconds(text: &str) -> Option<u64> {
    let is_number = text.len() <= MAX_DIGITS && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderName, HeaderValue};

    use super::*;

    const NOW: u64 = 1_700_000_000;
    const PLAIN: Scheme = Scheme {
        header: "x-signature",
        secret: "HOOK_SECRET",
        encoding: Encoding::Hex,
        prefix: "sha256=",
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
        timestamp: Some(Timestamp::Field("t")),
        payload: "{timestamp}.{body}",
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
        scheme.verify(&headers(list), body, b"secret", NOW)
    }

    #[test]
    fn a_signature_of_rfc_4231_is_good() {
        // Test case 2 of RFC 4231, section 4.3.
        let mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let list = headers(&[("x-signature", format!("sha256={mac}"))]);
        let body = b"what do ya want for nothing?";
        assert_eq!(PLAIN.verify(&list, body, b"Jefe", NOW), Ok(()));
        assert_eq!(PLAIN.verify(&list, body, b"jefe", NOW), Err(Unsigned::Wrong));
        let upper = headers(&[("x-signature", format!("sha256={}", mac.to_uppercase()))]);
        assert_eq!(PLAIN.verify(&upper, body, b"Jefe", NOW), Ok(()));
    }

    #[test]
    fn what_signs_is_what_verifies_and_a_changed_body_is_not_signed() {
        let base64 = Scheme { encoding: Encoding::Base64, prefix: "", ..PLAIN };
        for scheme in [PLAIN, SLACK, STRIPE, base64] {
            let list = scheme.sign(b"{}", b"secret", NOW);
            assert_eq!(verify(&scheme, &list, b"{}"), Ok(()), "{scheme:?}");
            for body in [&b"{ }"[..], b"", b"{}{}", b"{}\n"] {
                assert_eq!(verify(&scheme, &list, body), Err(Unsigned::Wrong), "{scheme:?}");
            }
        }
    }

    #[test]
    fn an_old_signature_and_one_for_later_are_not_good() {
        for scheme in [SLACK, STRIPE] {
            for (signed, expected) in [
                (NOW - 300, Ok(())),
                (NOW + 300, Ok(())),
                (NOW - 301, Err(Unsigned::Old)),
                (NOW + 301, Err(Unsigned::Old)),
                (0, Err(Unsigned::Old)),
                (u64::MAX, Err(Unsigned::Old)),
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
            assert!(verify(&SLACK, &list, b"{}").is_err(), "{time}");
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
}
