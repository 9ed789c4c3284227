//! Looks for numbers that JSON does not have: its writers make `null` of NaN and the infinities, and
//! the reader would take it for an answer.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};
use serde_json::Value;

/// The value as JSON.
///
/// # Errors
///
/// `Serialize` of the type gives up, or a number is none of JSON.
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Value> {
    let json = serde_json::to_value(value)?;
    if has_null(&json) {
        check(value)?;
    }
    Ok(json)
}

/// The value as JSON text, its members in the order of the type.
///
/// # Errors
///
/// As of [`to_value`].
pub(crate) fn to_text<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    let text = serde_json::to_string(value)?;
    if text.contains("null") {
        check(value)?;
    }
    Ok(text)
}

/// Reports a number that JSON does not have.
///
/// # Errors
///
/// There is one.
fn check<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<()> {
    match value.serialize(&mut Finder::default()) {
        Err(Found(Some(message))) => Err(ser::Error::custom(message)),
        _ => Ok(()),
    }
}

/// Only where there is a `null` can there be such a number.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

/// Walks through a value and keeps its place.
#[derive(Default)]
struct Finder {
    path: String,
}

/// The number and its place, or `None` where the type itself gave up.
#[derive(Debug)]
struct Found(Option<String>);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or_default())
    }
}

impl std::error::Error for Found {}

impl ser::Error for Found {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self(None)
    }
}

impl Finder {
    fn number(&self, number: f64) -> Result<(), Found> {
        if number.is_finite() {
            return Ok(());
        }
        let place = if self.path.is_empty() { "the value" } else { &self.path };
        let name = super::number::to_text(number);
        Err(Found(Some([place, " is ", &name, ", and JSON has no such number"].concat())))
    }

    fn within<T: Serialize + ?Sized>(&mut self, step: &str, value: &T) -> Result<(), Found> {
        let length = self.path.len();
        if length > 0 && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        let found = value.serialize(&mut *self);
        self.path.truncate(length);
        found
    }
}

/// The inside of a value: members by name, items by number.
struct Inside<'a> {
    finder: &'a mut Finder,
    index: usize,
}

impl<'a> Inside<'a> {
    fn of(finder: &'a mut Finder) -> Result<Self, Found> {
        Ok(Self { finder, index: 0 })
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
        let step = format!("[{}]", self.index);
        self.index += 1;
        self.finder.within(&step, value)
    }
}

macro_rules! nothing_in {
    ($($method:ident: $type:ty)*) => {$(
        fn $method(self, _value: $type) -> Result<(), Found> {
            Ok(())
        }
    )*};
}

impl<'a> Serializer for &'a mut Finder {
    type Ok = ();
    type Error = Found;
    type SerializeSeq = Inside<'a>;
    type SerializeTuple = Inside<'a>;
    type SerializeTupleStruct = Inside<'a>;
    type SerializeTupleVariant = Inside<'a>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeStructVariant = Inside<'a>;

    nothing_in! {
        serialize_bool: bool
        serialize_i8: i8
        serialize_i16: i16
        serialize_i32: i32
        serialize_i64: i64
        serialize_i128: i128
        serialize_u8: u8
        serialize_u16: u16
        serialize_u32: u32
        serialize_u64: u64
        serialize_u128: u128
        serialize_char: char
        serialize_str: &str
        serialize_bytes: &[u8]
        serialize_unit_struct: &'static str
    }

    fn serialize_f32(self, value: f32) -> Result<(), Found> {
        self.number(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Found> {
        self.number(value)
    }

    fn serialize_none(self) -> Result<(), Found> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Found> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Found> {
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
    ) -> Result<(), Found> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Found> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Found> {
        self.within(variant, value)
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Inside<'a>, Found> {
        Inside::of(self)
    }

    fn serialize_tuple(self, _len: usize) -> Result<Inside<'a>, Found> {
        Inside::of(self)
    }

    fn serialize_tuple_struct(self, _name: &'static str, _len: usize) -> Result<Inside<'a>, Found> {
        Inside::of(self)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Inside<'a>, Found> {
        Inside::of(self)
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Inside<'a>, Found> {
        Inside::of(self)
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Inside<'a>, Found> {
        Inside::of(self)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Inside<'a>, Found> {
        Inside::of(self)
    }
}

macro_rules! items {
    ($($trait:ident $method:ident)*) => {$(
        impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Found;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
                self.item(value)
            }

            fn end(self) -> Result<(), Found> {
                Ok(())
            }
        }
    )*};
}

items! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

macro_rules! members {
    ($($trait:ident)*) => {$(
        impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Found;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Found> {
                self.finder.within(name, value)
            }

            fn end(self) -> Result<(), Found> {
                Ok(())
            }
        }
    )*};
}

members!(SerializeStruct SerializeStructVariant);

impl ser::SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Found;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _key: &T) -> Result<(), Found> {
        Ok(())
    }

    // Keys are of any type; the place of a value is its number in the map.
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
        self.item(value)
    }

    fn end(self) -> Result<(), Found> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(serde::Serialize)]
    enum Reading {
        Celsius(f64),
        Range { low: f32, high: Option<f32> },
    }

    #[derive(serde::Serialize)]
    struct Weather {
        note: Option<String>,
        readings: Vec<Reading>,
        by_hour: BTreeMap<u8, (u8, f64)>,
    }

    fn weather(readings: Vec<Reading>, hour: f64) -> Weather {
        Weather { note: None, readings, by_hour: BTreeMap::from([(4, (1, hour))]) }
    }

    fn refused(value: &impl Serialize) -> String {
        to_value(value).expect_err("JSON has no such number").to_string()
    }

    #[test]
    fn a_null_that_is_meant_stays() {
        let readings = vec![Reading::Celsius(1.0), Reading::Range { low: 0.5, high: None }];
        let expected = json!({
            "note": null,
            "readings": [{ "Celsius": 1.0 }, { "Range": { "low": 0.5, "high": null } }],
            "by_hour": { "4": [1, 2.0] },
        });
        assert_eq!(to_value(&weather(readings, 2.0)).expect("JSON"), expected);
    }

    #[test]
    fn a_number_that_json_does_not_have_is_named_with_its_place() {
        assert_eq!(refused(&f64::NAN), "the value is NaN, and JSON has no such number");
        let readings = vec![Reading::Celsius(0.0), Reading::Celsius(f64::NAN)];
        assert_eq!(
            refused(&weather(readings, 0.0)),
            "readings[1].Celsius is NaN, and JSON has no such number"
        );
        let high = Some(f32::NEG_INFINITY);
        assert_eq!(
            refused(&weather(vec![Reading::Range { low: 0.0, high }], 0.0)),
            "readings[0].high is -Infinity, and JSON has no such number"
        );
        assert_eq!(
            refused(&weather(Vec::new(), f64::INFINITY)),
            "by_hour[0][1] is Infinity, and JSON has no such number"
        );
    }
}
