//! Values on their way into a statement.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use toolgate_core::from_json::FromJson;
use worker::SqlStorageValue;

/// One value for a `?` of a statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromJson)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SqlValue {
    /// `NULL`.
    Null,
    /// A whole number. Numbers pass through JavaScript, which is exact up to 2⁵³; a statement with a
    /// larger one is refused.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes, here in base64.
    Blob(String),
}

impl SqlValue {
    /// A `BLOB`.
    #[must_use]
    pub fn blob(bytes: &[u8]) -> Self {
        Self::Blob(STANDARD.encode(bytes))
    }

    /// As the platform wants it.
    pub(crate) fn into_storage(self) -> Result<SqlStorageValue, String> {
        Ok(match self {
            Self::Null => SqlStorageValue::Null,
            Self::Integer(number) => SqlStorageValue::try_from_i64(number)
                .map_err(|_| format!("{number} is a larger number than JavaScript has exactly"))?,
            Self::Real(number) => SqlStorageValue::Float(number),
            Self::Text(text) => SqlStorageValue::String(text),
            Self::Blob(base64) => {
                let bytes = STANDARD.decode(base64).map_err(|error| error.to_string())?;
                SqlStorageValue::Blob(bytes)
            }
        })
    }
}

impl From<bool> for SqlValue {
    /// 1 or 0, as SQLite has it.
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<&str> for SqlValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for SqlValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for SqlValue {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<f64> for SqlValue {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&[u8]> for SqlValue {
    fn from(value: &[u8]) -> Self {
        Self::blob(value)
    }
}

impl From<Vec<u8>> for SqlValue {
    fn from(value: Vec<u8>) -> Self {
        Self::blob(&value)
    }
}

impl<T: Into<SqlValue>> From<Option<T>> for SqlValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! whole_numbers {
    ($($kind:ty)*) => {$(
        impl From<$kind> for SqlValue {
            fn from(value: $kind) -> Self {
                Self::Integer(i64::from(value))
            }
        }
    )*};
}

whole_numbers! { i8 i16 i32 i64 u8 u16 u32 }

/// The values of a statement: a tuple (`(1, "a")`, and `(1,)` for one), `()` for none, an array, or
/// a `Vec<SqlValue>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the values of a statement",
    note = "use a tuple such as `(1, \"a\")`, with a comma for one value, or `()` for none"
)]
pub trait Params {
    /// The values, in the order of the `?`s.
    fn into_values(self) -> Vec<SqlValue>;
}

impl Params for Vec<SqlValue> {
    fn into_values(self) -> Vec<SqlValue> {
        self
    }
}

impl<T: Into<SqlValue>, const N: usize> Params for [T; N] {
    fn into_values(self) -> Vec<SqlValue> {
        self.into_iter().map(Into::into).collect()
    }
}

impl Params for () {
    fn into_values(self) -> Vec<SqlValue> {
        Vec::new()
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)+) => {$(
        impl<$($name: Into<SqlValue>),+> Params for ($($name,)+) {
            fn into_values(self) -> Vec<SqlValue> {
                #[allow(non_snake_case)]
                let ($($name,)+) = self;
                vec![$($name.into()),+]
            }
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_arrays_and_nothing_are_values_of_a_statement() {
        assert_eq!((1, "a", true).into_values().len(), 3);
        assert_eq!((2.5,).into_values(), [SqlValue::Real(2.5)]);
        assert_eq!([1, 2].into_values(), [SqlValue::Integer(1), SqlValue::Integer(2)]);
        assert_eq!(().into_values(), []);
        assert_eq!((None::<i64>,).into_values(), [SqlValue::Null]);
    }

    #[test]
    fn values_pass_through_json_unchanged() {
        let values = vec![
            SqlValue::Null,
            SqlValue::Integer(-7),
            SqlValue::Real(0.5),
            SqlValue::from("ä"),
            SqlValue::blob(&[0, 255]),
        ];
        let json = serde_json::to_string(&values).unwrap();
        assert_eq!(toolgate_core::json::from_str::<Vec<SqlValue>>(&json).unwrap(), values);
    }
}
