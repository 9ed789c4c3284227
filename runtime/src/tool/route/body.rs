//! The body of a request to a route, as the type of a parameter.

use http::StatusCode;
use serde::de::DeserializeOwned;

use super::request::RouteRequest;
use super::response::{RouteResponse, refusal};
use crate::tool::Json;

/// The fields of an HTML form (`application/x-www-form-urlencoded`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form<T>(pub T);

/// The answer to a body that is not what a route takes.
#[derive(Debug)]
pub struct WrongBody(pub(crate) Box<RouteResponse>);

/// A type that the body of a request can be read as.
#[diagnostic::on_unimplemented(
    message = "the body of a request cannot be read as `{Self}`",
    label = "not a body",
    note = "a parameter that is not in the path is the body: `Json<…>` or `Form<…>` of a type that \
            derives `serde::Deserialize`, `String` for text, or `Vec<u8>`"
)]
pub trait FromBody: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// The answer: 415 for another media type, 400 for anything else.
    fn from_body(request: &RouteRequest) -> Result<Self, WrongBody>;
}

impl<T: DeserializeOwned> FromBody for Json<T> {
    fn from_body(request: &RouteRequest) -> Result<Self, WrongBody> {
        let media_type = request.media_type();
        if media_type != "application/json" && !media_type.ends_with("+json") {
            return Err(media("application/json"));
        }
        let mut reader = serde_json::Deserializer::from_slice(&request.body);
        let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            wrong(
                &[
                    "the body is not the JSON that this address takes, at `",
                    &error.path().to_string(),
                    "`",
                ]
                .concat(),
            )
        })?;
        reader.end().map_err(|_| wrong("something follows the JSON of the body"))?;
        Ok(Self(read))
    }
}

impl<T: DeserializeOwned> FromBody for Form<T> {
    fn from_body(request: &RouteRequest) -> Result<Self, WrongBody> {
        const FORM: &str = "application/x-www-form-urlencoded";
        if request.media_type() != FORM {
            return Err(media(FORM));
        }
        let read = serde_urlencoded::from_bytes(&request.body);
        read.map(Self)
            .map_err(|_| wrong("the form does not have the fields that this address takes"))
    }
}

impl FromBody for String {
    fn from_body(request: &RouteRequest) -> Result<Self, WrongBody> {
        Self::from_utf8(request.body.clone()).map_err(|_| wrong("the body is not text in UTF-8"))
    }
}

impl FromBody for Vec<u8> {
    fn from_body(request: &RouteRequest) -> Result<Self, WrongBody> {
        Ok(request.body.clone())
    }
}

fn media(wanted: &str) -> WrongBody {
    let words = ["the body of this address is ", wanted].concat();
    WrongBody(Box::new(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, &words)))
}

fn wrong(words: &str) -> WrongBody {
    WrongBody(Box::new(refusal(StatusCode::BAD_REQUEST, words)))
}
