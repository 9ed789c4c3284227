//! JSON Web Signatures in their compact form (RFC 7515 section 7.1).
//!
//! Header and payload are read as plain JSON: the model of a header that libraries have brings every
//! kind of key, which costs a Worker 12 KiB.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::upstream::signature::Algorithm;

/// `typ` of an ID-JAG (draft-ietf-oauth-identity-assertion-authz-grant section 3).
const ID_JAG: &str = "oauth-id-jag+jwt";

/// A token whose signature is yet to be checked.
pub(crate) struct Unverified<'a> {
    /// Header and payload as they were signed.
    message: &'a str,
    signature: &'a str,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart: three parts, of which two are JSON objects.
    pub(crate) fn parse(token: &'a str) -> Option<Self> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let (header, claims) = (object(header)?, object(payload)?);
        // RFC 7515 section 4.1.11: no extension is understood here, so none may be critical.
        (!header.contains_key("crit")).then_some(Self { message, signature, header, claims })
    }

    /// `alg`, if it is one that is verified here; `none` and everything unknown is not.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::named(self.header.get("alg")?.as_str()?)
    }

    /// True if it says that it is an ID-JAG, by the `typ` that nothing else may have.
    pub(crate) fn is_id_jag(&self) -> bool {
        self.header.get("typ").and_then(Value::as_str) == Some(ID_JAG)
    }

    /// `kid`, `None` without one; it is wrong when it is not a text.
    pub(crate) fn kid(&self) -> Result<Option<&str>, NotText> {
        match self.header.get("kid") {
            None => Ok(None),
            Some(Value::String(kid)) => Ok(Some(kid)),
            Some(_) => Err(NotText),
        }
    }

    /// `typ`, `None` without one; it is wrong when it is not a text.
    pub(crate) fn typ(&self) -> Result<Option<&str>, NotText> {
        match self.header.get("typ") {
            None => Ok(None),
            Some(Value::String(typ)) => Ok(Some(typ)),
            Some(_) => Err(NotText),
        }
    }

    /// The bytes that were signed.
    pub(crate) fn message(&self) -> &'a [u8] {
        self.message.as_bytes()
    }

    /// The signature; `None` when it is not base64url.
    pub(crate) fn signature(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(self.signature).ok()
    }

    /// The claims. Whoever takes them has checked the signature, or trusts nothing in them.
    pub(crate) fn into_claims(self) -> Map<String, Value> {
        self.claims
    }
}

/// A member of a header that has to be text is something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotText;

/// A JSON object in base64url without padding.
fn object(part: &str) -> Option<Map<String, Value>> {
    crate::json::members(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", encode(header), encode(claims))
    }

    #[test]
    fn only_three_parts_with_two_objects_are_a_token() {
        let good = token(r#"{"alg":"RS256","kid":"k"}"#, "{}");
        let read = Unverified::parse(&good).unwrap();
        assert_eq!((read.algorithm(), read.kid()), (Some(Algorithm::Rs256), Ok(Some("k"))));
        let four = format!("{good}.x");
        let two = good.rsplit_once('.').unwrap().0;
        for bad in [
            "",
            "a.b.c",
            two,
            &four,
            &token("[]", "{}"),
            &token("{}", "1"),
            &good.replace('.', "=."),
        ] {
            assert!(Unverified::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_critical_extension_is_refused() {
        for header in [r#"{"alg":"RS256","crit":["exp"]}"#, r#"{"alg":"RS256","crit":null}"#] {
            assert!(Unverified::parse(&token(header, "{}")).is_none());
        }
    }

    #[test]
    fn algorithms_that_are_not_verified_here_are_none() {
        for alg in ["none", "HS256", "ES512", "rs256", "", "PS512"] {
            let text = token(&format!(r#"{{"alg":"{alg}"}}"#), "{}");
            assert_eq!(Unverified::parse(&text).unwrap().algorithm(), None, "{alg}");
        }
    }
}
