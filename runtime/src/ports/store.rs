//! Where grants are kept.

use futures_util::future::LocalBoxFuture;
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation};

use crate::platform::bindings::Env;
use crate::ports::app::App;

/// What a backend works with.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub(crate) app: &'static App,
    pub(crate) env: &'a Env,
}

/// A backend's answer, when it comes.
pub type Answer<'a, T> = LocalBoxFuture<'a, worker::Result<T>>;

/// A backend.
pub trait Store: Sync + std::fmt::Debug {
    /// Applies an operation to a grant's record.
    fn perform<'a>(
        &'a self,
        place: Place<'a>,
        address: &'a GrantKey,
        operation: Operation,
    ) -> Answer<'a, GrantOutcome>;

    /// The grants of one person, with their ids, in no particular order.
    fn list<'a>(
        &'a self,
        place: Place<'a>,
        subject_key: &'a str,
    ) -> Answer<'a, Vec<(String, Grant)>>;

    /// Deletes what is of no more use, where the backend does not do so by itself.
    fn purge<'a>(&'a self, place: Place<'a>) -> Answer<'a, ()>;
}
