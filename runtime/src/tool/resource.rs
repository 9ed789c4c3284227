//! Results of reading a resource.

use std::fmt::Display;

use serde::Serialize;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::resource::{ResourceBody, ResourceContent, ResourceResult};
use toolgate_core::mcp::{Fault, INTERNAL_ERROR, fault};

use super::json::unsendable;
use super::{Audio, Blob, Image, Json};
use super::{error, finite};
use crate::context::current::Context;

/// The resource that is read.
#[derive(Debug, Clone, Copy)]
pub struct RequestedResource<'a> {
    /// The URI, with the variables of a template filled in.
    pub uri: &'a str,
    /// `mime_type` of the macro.
    pub mime_type: Option<&'static str>,
}

/// The result of reading: the contents, `None` where there is nothing at the URI, or why it failed.
pub type Contents = Result<Option<Vec<ResourceContent>>, Fault>;

/// A type that a resource may return.
#[diagnostic::on_unimplemented(
    message = "a resource cannot return `{Self}`",
    label = "not the contents of a resource",
    note = "a resource returns `String`, `Blob`, `Json<…>`, `Image`, `Audio`, `ResourceContent`, \
            `Vec<ResourceContent>`, an `Option` of one of them, whose `None` means that there is no \
            such resource, or a `Result` whose error can be displayed"
)]
pub trait IntoResource {
    /// The contents as the client gets them.
    ///
    /// # Errors
    ///
    /// The function's error as the client is told it, in a JSON-RPC error.
    fn into_resource(self, requested: &RequestedResource<'_>) -> Contents;
}

impl IntoResource for Vec<ResourceContent> {
    fn into_resource(self, _requested: &RequestedResource<'_>) -> Contents {
        Ok(Some(self))
    }
}

impl IntoResource for ResourceContent {
    fn into_resource(self, _requested: &RequestedResource<'_>) -> Contents {
        Ok(Some(vec![self]))
    }
}

impl<T: IntoResource> IntoResource for Option<T> {
    fn into_resource(self, requested: &RequestedResource<'_>) -> Contents {
        self.map_or(Ok(None), |value| value.into_resource(requested))
    }
}

impl<T: IntoResource, E: Display + 'static> IntoResource for Result<T, E> {
    fn into_resource(self, requested: &RequestedResource<'_>) -> Contents {
        match self {
            Ok(value) => value.into_resource(requested),
            Err(error) => Err(error::told(&error).into_fault()),
        }
    }
}

impl IntoResource for String {
    fn into_resource(self, requested: &RequestedResource<'_>) -> Contents {
        one(requested, requested.mime_type.unwrap_or("text/plain"), ResourceBody::Text(self))
    }
}

impl IntoResource for &str {
    fn into_resource(self, requested: &RequestedResource<'_>) -> Contents {
        self.to_owned().into_resource(requested)
    }
}

impl<T: Serialize> IntoResource for Json<T> {
    fn into_resource(self, requested: &RequestedResource<'_>) -> Contents {
        let text = finite::to_text(&self.0)
            .map_err(|error| Fault::new(INTERNAL_ERROR, unsendable("resource", &error)))?;
        one(requested, requested.mime_type.unwrap_or("application/json"), ResourceBody::Text(text))
    }
}

macro_rules! media {
    ($($type:ty)*) => {$(
        impl IntoResource for $type {
            fn into_resource(self, requested: &RequestedResource<'_>) -> Contents {
                let mime_type = self.mime_type().to_owned();
                one(requested, &mime_type, ResourceBody::Blob(self.into_data()))
            }
        }
    )*};
}

media!(Blob Image Audio);

fn one(requested: &RequestedResource<'_>, mime_type: &str, body: ResourceBody) -> Contents {
    let mime_type = Some(mime_type.to_owned());
    Ok(Some(vec![ResourceContent { uri: requested.uri.to_owned(), mime_type, body }]))
}

/// The answer to `resources/read`.
///
/// # Errors
///
/// The function failed, or there is nothing at the URI.
pub fn read(
    context: &Context,
    requested: &RequestedResource<'_>,
    contents: Contents,
    is_public: bool,
) -> CallResult {
    match contents? {
        Some(contents) => Ok(Box::new(ResourceResult { contents, is_public })),
        None => not_found(context, requested.uri),
    }
}

/// The answer to `resources/read` of a URI that has nothing.
///
/// # Errors
///
/// Always.
pub fn not_found(context: &Context, uri: &str) -> CallResult {
    Err(fault::resource_not_found(context.live().peer().revision, uri))
}

#[cfg(test)]
mod tests {
    use toolgate_core::audit::CallOutcome;

    use super::*;
    use crate::tool::Error;

    const REQUESTED: RequestedResource<'_> =
        RequestedResource { uri: "test://one", mime_type: Some("text/markdown") };

    fn body(result: impl IntoResource) -> (Option<String>, ResourceBody) {
        let contents = result.into_resource(&REQUESTED).expect("no error").expect("contents");
        let [content] = contents.try_into().expect("one part");
        let ResourceContent { uri, mime_type, body } = content;
        assert_eq!(uri, REQUESTED.uri);
        (mime_type, body)
    }

    #[test]
    fn text_has_the_media_type_of_the_resource() {
        let expected = (Some("text/markdown".to_owned()), ResourceBody::Text("# hi".to_owned()));
        assert_eq!(body("# hi"), expected);
        assert_eq!(body(Some("# hi".to_owned())), expected);
        assert_eq!(body(Ok::<_, Error>("# hi")), expected);
    }

    #[test]
    fn bytes_bring_their_own_media_type() {
        let expected = (Some("image/png".to_owned()), ResourceBody::Blob("aGk=".to_owned()));
        assert_eq!(body(Blob::from_bytes(b"hi", "image/png")), expected);
        assert_eq!(body(Image::from_bytes(b"hi", "image/png")), expected);
    }

    #[test]
    fn json_is_text() {
        let requested = RequestedResource { mime_type: None, ..REQUESTED };
        let contents = Json([1, 2]).into_resource(&requested).expect("no error").expect("contents");
        assert_eq!(contents[0].mime_type.as_deref(), Some("application/json"));
        assert_eq!(contents[0].body, ResourceBody::Text("[1,2]".to_owned()));
    }

    #[test]
    fn json_without_a_number_that_json_does_not_have_is_no_resource() {
        let failed = Json([1.0, f64::INFINITY]).into_resource(&REQUESTED).expect_err("an error");
        assert!(
            failed.message().ends_with("[1] is Infinity, and JSON has no such number"),
            "{failed:?}"
        );
    }

    #[test]
    fn none_means_that_there_is_no_such_resource() {
        assert_eq!(None::<String>.into_resource(&REQUESTED), Ok(None));
        assert_eq!(Ok::<_, Error>(None::<Blob>).into_resource(&REQUESTED), Ok(None));
    }

    #[test]
    fn an_error_that_was_not_written_for_the_caller_stays_in_the_log() {
        let failed =
            Err::<String, _>(worker::Error::from("no such table")).into_resource(&REQUESTED);
        let fault = failed.expect_err("an error");
        let told = fault.message();
        assert_eq!(fault.outcome(), CallOutcome::Internal);
        assert!(told.starts_with("internal error ") && !told.contains("table"), "{told}");
    }

    #[test]
    fn an_error_keeps_its_message() {
        let failed = Err::<String, _>(Error::new("the disk is gone")).into_resource(&REQUESTED);
        assert_eq!(failed, Err(Fault::new(INTERNAL_ERROR, "the disk is gone")));
    }
}
