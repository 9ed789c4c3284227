//! The macros, documented where their examples can be compiled.

/// Makes a tool of a function.
///
/// ```
/// use toolgate::prelude::*;
///
/// /// Rolls dice and adds them up
/// #[mcp_tool(allow = "everyone", read_only)]
/// fn roll(
///     /// How many dice
///     #[arg(range = 1..=100, default = 1)]
///     count: u8,
///     /// Added to the result
///     bonus: Option<i32>,
/// ) -> Result<i32> {
///     Ok(i32::from(count) * 4 + bonus.unwrap_or(0))
/// }
///
/// // It is still a function.
/// assert_eq!(roll(2, None)?, 8);
/// # Ok::<(), Error>(())
/// ```
///
/// The function is free, sync or async, and not generic. Its doc comment is the description that
/// models read; so are the doc comments of its parameters.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `allow = "…"` | required: the policy of `mcp.toml` that guards the tool, or `everyone` |
/// | `name = "…"` | the tool's name, when it is not the function's |
/// | `title = "…"` | a name for people |
/// | `description = "…"` | in place of the doc comment |
/// | `read_only`, `destructive`, `idempotent`, `open_world` | hints for the client; `= false` denies one |
/// | `config = "…"` | another `mcp.toml`, relative to the source file |
///
/// # Parameters
///
/// `&Context` and `&Caller` can stand anywhere and are filled in. Every other parameter is an
/// argument that the client sends: `bool`, numbers, `String`, `Vec` of them, or a type of your own
/// that derives `serde::Deserialize` and [`JsonSchema`](crate::schemars::JsonSchema). An `Option`
/// may be left out. The arguments are checked before the function runs, and everything wrong with
/// them is answered at once.
///
/// `#[arg(…)]` on a parameter says more:
///
/// | option | meaning |
/// |---|---|
/// | `default = …` | the value when the client sends none |
/// | `range = 1..=10` | for numbers |
/// | `min_len = …`, `max_len = …` | characters of a `String`, items of a `Vec` |
/// | `name = "…"` | the argument's name, when it is not the parameter's |
/// | `description = "…"` | in place of the doc comment |
///
/// # Results
///
/// Anything that is [`IntoToolResult`](crate::tool::IntoToolResult): numbers, text, `Image`,
/// [`Json`](crate::tool::Json), lists of content, or a `Result` of one of them. What the error of
/// a `Result` displays is what the caller reads.
pub use toolgate_macros::mcp_tool;

/// Makes a Worker of the crate's tools and its `mcp.toml`.
///
/// It stands once, at the crate's root:
///
/// ```text
/// toolgate::serve!();
/// ```
///
/// and stands for the Worker's `fetch`, the Durable Object class `ToolgateObject`, and a test that
/// the tools have names of their own and policies that exist. `mcp.toml` is read when the crate is
/// compiled, beside its `Cargo.toml`; what is wrong in it, and a `wrangler.jsonc` that does not
/// follow from it, are compile errors. `serve!(config = "…")` reads another file, relative to the
/// source file.
pub use toolgate_macros::serve;
