//! Where grants are kept.

use futures_util::future::LocalBoxFuture;
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation};

use crate::ports::app::Deployment;

/// A result of the storage, when it comes.
pub type Stored<'a, T> = LocalBoxFuture<'a, worker::Result<T>>;

/// A backend.
pub trait Store: Sync + std::fmt::Debug {
    /// Applies an operation to a grant's record.
    fn perform<'a>(
        &'a self,
        deployment: Deployment<'a>,
        address: &'a GrantKey,
        operation: Operation,
    ) -> Stored<'a, GrantOutcome>;

    /// The grants of one person, with their ids, in no particular order.
    fn list<'a>(
        &'a self,
        deployment: Deployment<'a>,
        subject_key: &'a str,
    ) -> Stored<'a, Vec<(String, Grant)>>;

    /// Deletes what is of no more use, where the backend does not do so by itself.
    fn purge<'a>(&'a self, deployment: Deployment<'a>) -> Stored<'a, ()>;
}
