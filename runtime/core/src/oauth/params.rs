//! Query and form parameters (OAuth 2.1 section 3.1: none may appear twice).

use std::collections::BTreeMap;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request};
use url::form_urlencoded;

use crate::audit::Reason;
use crate::limits::MAX_FORM_BODY;
use crate::oauth::error::OAuthError;

/// Parameters by name; an empty value counts as absent (OAuth 2.1 section 3.1).
#[derive(Debug, Default)]
pub struct Params {
    values: BTreeMap<String, Vec<String>>,
}

impl Params {
    /// Parses `application/x-www-form-urlencoded` text.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let mut params = Self::default();
        for (name, value) in form_urlencoded::parse(text) {
            if value.is_empty() {
                continue;
            }
            params.values.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        params
    }

    /// The parameters of the request's query.
    #[must_use]
    pub fn query<T>(request: &Request<T>) -> Self {
        Self::parse(request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The parameters of a form body.
    ///
    /// # Errors
    /// Another content type, a body that is too large, a repeated parameter.
    pub fn form(request: &Request<Vec<u8>>) -> Result<Self, OAuthError> {
        if !is_form(request.headers()) {
            return Err(OAuthError::invalid_request(
                "The body must be application/x-www-form-urlencoded",
            )
            .because(Reason::BodyType));
        }
        if request.body().len() > MAX_FORM_BODY {
            return Err(OAuthError::invalid_request(format!(
                "The body is larger than {MAX_FORM_BODY} bytes"
            ))
            .because(Reason::BodyTooLarge));
        }
        let params = Self::parse(request.body());
        params.reject_repeated()?;
        Ok(params)
    }

    /// The parameter, if it is present and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    /// Every value of the parameter, in the order of the request.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The parameter.
    ///
    /// # Errors
    /// `invalid_request` that names it when it is absent.
    pub fn require(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| {
            OAuthError::invalid_request(format!("Missing parameter {name}"))
                .because(Reason::ParameterMissing)
        })
    }

    /// Refuses a request that gave a parameter twice, but for `resource`, which may be (RFC 8707
    /// section 2).
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn reject_repeated(&self) -> Result<(), OAuthError> {
        if !self.values.keys().any(|name| name != "resource" && self.is_repeated(name)) {
            return Ok(());
        }
        // No name is echoed: it is the sender's text.
        Err(OAuthError::invalid_request("A parameter is given more than once")
            .because(Reason::ParameterRepeated))
    }

    /// True if this parameter was given more than once.
    #[must_use]
    pub fn is_repeated(&self, name: &str) -> bool {
        self.all(name).len() > 1
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_count_as_absent_and_repeated_names_are_noticed() {
        let params = Params::parse(b"a=1&b=&c=2&c=3");
        assert_eq!((params.get("a"), params.get("b")), (Some("1"), None));
        assert!(params.is_repeated("c") && !params.is_repeated("a"));
        assert_eq!(params.reject_repeated().unwrap_err().code, "invalid_request");
    }

    #[test]
    fn one_repeated_name_does_not_hide_another() {
        let params = Params::parse(b"scope=1&scope=2&redirect_uri=3&redirect_uri=4");
        assert!(params.is_repeated("scope") && params.is_repeated("redirect_uri"));
    }

    #[test]
    fn a_body_of_another_type_is_refused() {
        let request = Request::builder().header(CONTENT_TYPE, "text/plain");
        assert!(Params::form(&request.body(b"a=1".to_vec()).unwrap()).is_err());
        let request = Request::builder()
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8");
        assert!(Params::form(&request.body(b"a=1".to_vec()).unwrap()).is_ok());
    }
}
