//! Waiting, and being told to stop.

use std::time::Duration;

use crate::platform::timer::Timer;
use crate::tool::Context;

impl Context {
    /// Waits. Other calls go on in the meantime.
    pub async fn sleep(&self, duration: Duration) {
        let _busy = self.live().busy();
        Timer::from(duration).await;
    }

    /// Waits until the call is cancelled: by the client, or because the client has gone.
    ///
    /// Then a second is left to clean up. A call that does not wait for this is ended wherever it
    /// waits; what it holds is dropped in both cases.
    ///
    /// ```no_run
    /// use futures_util::future::{Either, select};
    /// use toolgate::prelude::*;
    ///
    /// # async fn copy() -> Result<()> { Ok(()) }
    /// # async fn undo() {}
    /// # async fn show(ctx: &Context) -> Result<()> {
    /// match select(Box::pin(copy()), Box::pin(ctx.cancelled())).await {
    ///     Either::Left((copied, _)) => copied,
    ///     Either::Right(_) => {
    ///         undo().await;
    ///         Err(Error::new("cancelled"))
    ///     }
    /// }
    /// # }
    /// ```
    pub async fn cancelled(&self) {
        self.live().cancelled().await;
    }

    /// True if the call was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.live().is_cancelled()
    }

    /// Ends the HTTP stream of a call in a session; the client comes back for what the call sends
    /// from then on (polling of MCP 2025-11-25, Streamable HTTP). It spares the server an open
    /// connection while a call takes long. Where there is no session, or one of an older revision,
    /// nothing happens.
    pub fn close_stream(&self) {
        self.live().release();
    }
}
