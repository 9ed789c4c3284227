//! Pictures, sound and other bytes as results.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use toolgate_core::mcp::content::Content;

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    data: String,
    mime_type: String,
}

/// Sound. Clients older than MCP 2025-03-26 get a line of text in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Audio {
    data: String,
    mime_type: String,
}

/// Bytes of any type, as the contents of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Blob {
    data: String,
    mime_type: String,
}

/// The types differ in nothing but the content block they become.
macro_rules! media {
    ($name:ident, $example:literal) => {
        impl $name {
            #[doc = concat!("From base64 without line breaks, and a media type such as `", $example, "`.")]
            #[must_use]
            pub fn from_base64(data: impl Into<String>, mime_type: impl Into<String>) -> Self {
                Self { data: data.into(), mime_type: mime_type.into() }
            }

            #[doc = concat!("From the bytes of a file, and a media type such as `", $example, "`.")]
            #[must_use]
            pub fn from_bytes(bytes: impl AsRef<[u8]>, mime_type: impl Into<String>) -> Self {
                Self::from_base64(STANDARD.encode(bytes), mime_type)
            }

            /// The base64 text.
            #[must_use]
            pub fn data(&self) -> &str {
                &self.data
            }

            /// The media type.
            #[must_use]
            pub fn mime_type(&self) -> &str {
                &self.mime_type
            }

            pub(crate) fn into_data(self) -> String {
                self.data
            }
        }
    };
}

macro_rules! content {
    ($name:ident) => {
        impl From<$name> for Content {
            fn from(media: $name) -> Self {
                Self::$name { data: media.data, mime_type: media.mime_type }
            }
        }
    };
}

media!(Image, "image/jpeg");
media!(Audio, "audio/wav");
media!(Blob, "application/pdf");
content!(Image);
content!(Audio);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_padded_base64() {
        assert_eq!(Image::from_bytes(b"hi!!", "image/png").data(), "aGkhIQ==");
    }
}
