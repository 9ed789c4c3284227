//! Work that is done once, however often its function runs.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::rounds;
use crate::tool::{Context, Error, Result, finite};

/// The beginning of keys that are ours.
pub(crate) const RESERVED: char = '\0';

thread_local! {
    /// The key of the work that is polled, behind `once:`; empty outside of any.
    static KEY: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The key, behind `once:`, of the work that runs once and that asks for this; empty outside of any.
pub(crate) fn once_key() -> String {
    KEY.with_borrow(String::clone)
}

/// Does work that can ask for its key.
async fn under<T>(key: &str, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|polling| {
        let outer = KEY.replace(["once:", key].concat());
        let polled = work.as_mut().poll(polling);
        KEY.set(outer);
        polled
    })
    .await
}

impl Context {
    /// Does something once, over all the rounds of a call that asks and all the restarts of a task:
    /// when the function runs again, the result of the first time is given back.
    ///
    /// The result is kept with the client, sealed, or in the task, so it has to be small and must be
    /// something that serde writes and reads. An error is not kept. If the Worker ends while the work
    /// is under way, it is done again: where that matters, the other side has to notice the
    /// repetition, for example by a key that it is sent.
    ///
    /// ```
    /// use toolgate::prelude::*;
    ///
    /// # #[derive(serde::Deserialize, JsonSchema)]
    /// # struct Choice { seat: String }
    /// # async fn hold_seats() -> Result<u32> { Ok(1) }
    /// # async fn show(ctx: &Context) -> Result<String> {
    /// let hold = ctx.once("hold", async { hold_seats().await }).await?;
    /// let choice: Choice = ctx.ask("Which seat?").await?;
    /// # Ok(format!("{hold} {}", choice.seat))
    /// # }
    /// ```
    ///
    /// # Errors
    /// That of the work, or the result cannot be written or read; the key begins with NUL.
    pub async fn once<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if key.starts_with(RESERVED) {
            return Err(Error::new("a key of `once` does not begin with NUL"));
        }
        rounds::resume(self).await;
        let live = self.live();
        if let Some(kept) = live.memo(key) {
            return serde_json::from_value(kept).map_err(Error::new);
        }
        let done = under(key, work).await?;
        live.keep(key, finite::to_value(&done)?).await;
        Ok(done)
    }
}
