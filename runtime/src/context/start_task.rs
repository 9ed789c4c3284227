//! From a plain call to a task.

use super::rounds;
use crate::tool::Context;

impl Context {
    /// Goes on as a task (the extension `io.modelcontextprotocol/tasks`): the client gets a task in
    /// place of the result, and asks for it later.
    ///
    /// For tools with `task = "optional"` or `"required"` that have something to find out before,
    /// such as whether the person agrees. Without this such a tool is a task from its start. The
    /// function runs again from its start as the task, with the answers that it was given; what must
    /// not happen twice belongs in [`once`](Self::once).
    ///
    /// Where the client does not know tasks, and in a task, this does nothing.
    ///
    /// ```
    /// use toolgate::prelude::*;
    ///
    /// # #[derive(serde::Deserialize, JsonSchema)]
    /// # struct Choice { format: String }
    /// # async fn export_everything(format: &str) -> Result<String> { Ok(format.to_owned()) }
    /// /// Exports everything
    /// #[mcp_tool(allow = "everyone", task = "optional")]
    /// async fn export(ctx: &Context) -> Result<String> {
    ///     let choice: Choice = ctx.ask("In which format?").await?;
    ///     ctx.start_task().await;
    ///     export_everything(&choice.format).await
    /// }
    /// # fn main() {}
    /// ```
    pub async fn start_task(&self) {
        rounds::resume(self).await;
        self.live().start_task().await;
    }
}
