//! Spans of an author's own.

use std::future::Future;

use crate::call::span::Spanned;
use crate::tool::Context;

impl Context {
    /// Runs work in a span of its own, inside of the span of the call: its name is in Workers traces next to
    /// the time that the work took, and so are spans that the work begins. The `traceparent` of its requests
    /// names it; the spans that the runtime itself makes of requests and queries stay next to that of the
    /// call. With `[observability] traces = true` in `mcp.toml`; otherwise the work simply runs.
    ///
    /// The name is for the owner of the server, who reads it in many traces: it names a kind of work and
    /// has nothing of the caller's in it.
    ///
    /// ```
    /// use toolgate::prelude::*;
    ///
    /// /// Counts the tickets
    /// #[mcp_tool(allow = "everyone")]
    /// async fn count_tickets(ctx: &Context) -> Result<usize> {
    ///     let request = ctx.http().get("https://tickets.example.com/all");
    ///     let answer = ctx.span("load", request.send()).await?;
    ///     Ok(answer.text()?.lines().count())
    /// }
    /// # fn main() {}
    /// ```
    pub async fn span<T>(&self, name: &str, work: impl Future<Output = T>) -> T {
        let Some(tracing) = self.app().and_then(|app| app.tracing) else { return work.await };
        match Spanned::begin(self.live(), tracing, name, work) {
            Ok(spanned) => spanned.await,
            Err(work) => work.await,
        }
    }
}
