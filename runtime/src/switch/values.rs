//! Values of the rows of all objects.

use worker::{Error, SqlStorageValue};

/// Seconds, and whole numbers as small, as SQLite and JavaScript both hold them exactly.
pub(super) fn seconds(time: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(time).unwrap_or(i64::MAX))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers we wrote")]
pub(super) fn whole(value: &SqlStorageValue) -> Option<u64> {
    match value {
        SqlStorageValue::Integer(number) => u64::try_from(*number).ok(),
        SqlStorageValue::Float(number) => Some(*number as u64),
        _ => None,
    }
}

pub(super) fn unreadable() -> Error {
    Error::RustError("a row of the storage is not one of ours".to_owned())
}
