//! Transactions in a test.

use crate::platform::host::{SqlStorage, Storage};

/// All of the work or none of it.
pub(super) fn atomically<T: 'static>(
    storage: &Storage,
    work: impl FnOnce(&SqlStorage) -> Result<T, String> + 'static,
) -> Result<T, String> {
    storage.atomically(work)
}
