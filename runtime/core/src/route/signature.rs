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
        // Only Standard Webhooks has an id. Others begin secrets like that as well, and sign with their text.
        let decoded = self.id.and_then(|_| decoded(secret));
        let key = decoded.as_deref().unwrap_or(secret);
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        let parts: [(&str, &[u8]); 3] =
            [("{body}", body), ("{timestamp}", time.as_bytes()), ("{id}", id.as_bytes())];
        let mut rest = self.payload;
        while let Some(at) = rest.find('{') {
            let (before, open) = rest.split_at(at);
            mac.update(before.as_bytes());
            let known =
                parts.iter().find_map(|(name, part)| Some((open.strip_prefix(name)?, *part)));
            let (after, part) = known.unwrap_or((&open[1..], b"{"));
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
mod tests;
