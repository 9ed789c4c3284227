//! Error types of the author's that choose to be shown.

use std::any::Any;
use std::fmt::Display;

/// An error whose words the caller reads; derive it.
///
/// Any other error of the author's goes to the log, and the caller reads an id. See the derive macro
/// of the same name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether callers read it",
    note = "write `#[derive(CallerError)]`; implementing the trait alone makes nobody know of the type"
)]
pub trait CallerError: Display + Send + Sync + 'static {
    /// True if this value is for the caller, and not for the log only.
    fn is_for_caller(&self) -> bool {
        true
    }
}

/// A type that was derived, found where only `dyn Any` is left of an error.
#[derive(Debug)]
pub struct KnownError(fn(&dyn Any) -> Option<bool>);

inventory::collect!(KnownError);

impl KnownError {
    /// The entry of a type.
    #[must_use]
    pub const fn of<E: CallerError>() -> Self {
        Self(|error| error.downcast_ref::<E>().map(E::is_for_caller))
    }
}

/// True if the author chose to show this error.
pub(super) fn is_shown(error: &dyn Any) -> bool {
    inventory::iter::<KnownError>.into_iter().find_map(|known| known.0(error)) == Some(true)
}
