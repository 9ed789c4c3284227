//! The attributes, with their documentation.

/// Runs a function at the times of `[cron.<name>]` in `mcp.toml`.
///
/// ```
/// use toolgate::prelude::*;
///
/// async fn delete_old_files() -> Result<()> {
///     Ok(())
/// }
///
/// #[cron("nightly")]
/// async fn clean(ctx: &Context, scheduled: Scheduled) -> Result<()> {
///     let quota: u64 = ctx.env().var("QUOTA")?.to_string().parse()?;
///     if scheduled.time() > quota {
///         delete_old_files().await?;
///     }
///     Ok(())
/// }
/// # fn main() {}
/// ```
///
/// The function takes [`&Context`](crate::tool::Context) and [`Scheduled`](crate::trigger::Scheduled), both or
/// none. It returns `()`, or a `Result<()>`: an error is logged, and the platform shows the run as failed. A
/// failed run is not repeated; the next one comes at its time.
///
/// A name that `mcp.toml` does not have is an error of the compiler. `config = "…"` reads another file, whose
/// path is relative to the source file.
pub use toolgate_macros::cron;

/// Runs a function for messages of the queue `[queues.<name>]` in `mcp.toml`.
///
/// ```
/// use toolgate::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Job {
///     page: String,
/// }
///
/// async fn render(page: &str) -> Result<()> {
///     Ok(())
/// }
///
/// #[queue("jobs")]
/// async fn work(job: Job) -> Result<()> {
///     render(&job.page).await
/// }
/// # fn main() {}
/// ```
///
/// The function takes `&Context`, or leaves it out, and one of these:
///
/// - `T`, any type that serde reads: the body of one message, as JSON;
/// - [`Queued<T>`](crate::trigger::Queued): the same with the message's id and attempts;
/// - `Vec<Queued<T>>`: all messages that came at once.
///
/// With `Ok` its messages are done, with `Err` they come again: those of them that the function has not decided
/// about. A message whose body is not a `T` is logged and comes again, until it goes to the queue for dead
/// letters; the others are not affected.
pub use toolgate_macros::queue;

/// Runs a function for mail that comes to the Worker. `mcp.toml` has `[email]`.
///
/// ```
/// use toolgate::prelude::*;
///
/// #[email]
/// async fn receive(mail: Email) -> Result<()> {
///     match mail.header("subject").as_deref() {
///         Some("unsubscribe") => mail.reject("nobody reads this"),
///         _ => mail.forward("ada@example.com").await?,
///     }
///     Ok(())
/// }
/// # fn main() {}
/// ```
///
/// The function takes [`Email`](crate::trigger::Email), and `&Context` or not. It returns `()` or a
/// `Result<()>`: an error is logged, and fails the delivery.
pub use toolgate_macros::email;
