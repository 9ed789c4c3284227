//! Dates and times of the crate `time`, for which schemars has no schemas.

use std::borrow::Cow;
use std::fmt;

use ::time::format_description::well_known::{Iso8601, Rfc3339};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, such as `2026-12-01T00:00:00Z` (RFC 3339): a [`time::OffsetDateTime`] as an
/// argument, as a member of one, and in a result.
///
/// [`time::OffsetDateTime`]: ::time::OffsetDateTime
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub ::time::OffsetDateTime);

/// A day of the calendar, such as `2026-12-01`: a [`time::Date`] as an argument, as a member of one, and
/// in a result.
///
/// [`time::Date`]: ::time::Date
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub ::time::Date);

macro_rules! as_text {
    ($($type:ident $inner:ty, $format:literal, $example:literal, $as:expr;)*) => {$(
        impl From<$inner> for $type {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl From<$type> for $inner {
            fn from(outer: $type) -> Self {
                outer.0
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let text = self.0.format($as).map_err(serde::ser::Error::custom)?;
                serializer.serialize_str(&text)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = deserializer.deserialize_str(Text)?;
                <$inner>::parse(&text, $as)
                    .map(Self)
                    .map_err(|_| D::Error::custom(concat!("it is not like ", $example)))
            }
        }

        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn schema_id() -> Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($type)).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format })
            }
        }
    )*};
}

as_text! {
    Timestamp ::time::OffsetDateTime, "date-time", "2026-12-01T00:00:00Z", &Rfc3339;
    Day ::time::Date, "date", "2026-12-01", &Iso8601::DATE;
}

/// Reads text.
struct Text;

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E>(self, text: String) -> Result<String, E> {
        Ok(text)
    }
}
