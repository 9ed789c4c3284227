//! Work that is done once, however often its function runs.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::rounds;
use crate::tool::{Context, Error, Result, finite};

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
    /// That of the work, or the result cannot be written or read.
    pub async fn once<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        rounds::resume(self).await;
        let live = self.live();
        if let Some(kept) = live.memo(key) {
            return serde_json::from_value(kept).map_err(Error::new);
        }
        let done = work.await?;
        live.keep(key, finite::to_value(&done)?).await;
        Ok(done)
    }
}
