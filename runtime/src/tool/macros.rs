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
/// models read; so are the doc comments of its parameters. Without a description a tool does not
/// compile. A parameter without one is a warning, as the use of a deprecated constant, because macros
/// cannot warn otherwise: `#[allow(deprecated)]` on the function silences it. A type of your own
/// describes itself, by its doc comment. A description can also be a constant or a macro:
/// `description = WORDS`, `#[doc = include_str!("words.md")]`, `#[doc = concat!(…)]`.
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
/// | `icon = "…"` | a picture for people, an `https:` or `data:` address |
/// | `icons = [icon("…", mime_type = "…", sizes = "48x48", theme = "dark"), …]` | several of them |
/// | `task = "optional"` or `"required"` | a call becomes a task, which the client leaves and asks for later, where the client knows tasks; or always, so that other clients cannot call it |
/// | `as_caller` | the tool acts as its caller at other servers, by `ctx.as_caller()` |
/// | `connections = ["…"]` | the tool uses accounts of its caller at these connections of `mcp.toml`, by `ctx.connection("…")` |
/// | `quota` | its calls are charged to this quota of `mcp.toml` |
/// | `input_schema = …` | your own JSON Schema, see below |
/// | `config = "…"` | another `mcp.toml`, relative to the source file |
///
/// # Parameters
///
/// `&Context` and `&Caller` can stand anywhere and are filled in. Every other parameter is an
/// argument that the client sends: `bool`, numbers, `String`, `Vec` of them, or a type of your own
/// that derives `serde::Deserialize` and [`JsonSchema`](crate::schemars::JsonSchema). New servers have
/// `serde`; elsewhere `cargo add serde --features derive` adds it. An `Option` may be left out,
/// whatever name it is imported under. The arguments are checked before the function runs, and everything wrong with them is answered at once. A whole number may be written as `5.0` or
/// `5e0`, at every depth: JSON Schema has it so.
///
/// `#[arg(…)]` on a parameter says more:
///
/// | option | meaning |
/// |---|---|
/// | `default = …` | the value when the client sends none |
/// | `range = 1..=10` | for numbers |
/// | `min_len = …`, `max_len = …` | characters of a `String`, items of a `Vec` |
/// | `values = ["a", "b"]` | all that a `String` or a number may be, or the items of a `Vec` of them |
/// | `pattern = "^[a-z]+$"` | what a `String` has to match, see below |
/// | `example = …` | a value that shows models what is meant; the schema has it under `examples` |
/// | `name = "…"` | the argument's name, when it is not the parameter's |
/// | `description = "…"` | in place of the doc comment |
/// | `header = "Region"` | clients repeat it in the HTTP header `Mcp-Param-Region`, for gateways on the way |
///
/// A header is for `bool`, whole numbers and `String`, and for nothing that is secret: whatever is
/// between client and server reads it. Clients in browsers do not send such headers (MCP 2026-07-28,
/// Streamable HTTP), and cannot call the tool then.
///
/// A default or an example of a type of your own needs `serde::Serialize` too. Those of other types
/// are literals, and have to keep to the limits of their parameter.
///
/// # Types of your own
///
/// Your type is read by its own `Deserialize`, and its schema is what schemars makes of it, rewritten so
/// that every client can read it: a member that may be left out is not required and has no `null`, an
/// `enum` whose values have doc comments is one list of texts with the comments in its description, and
/// formats that only schemars knows, such as `uint32`, become bounds.
///
/// Two things are for you to decide, since only serde knows what your type means:
///
/// - **Unknown members** inside of it are ignored, as serde does, while an unknown argument of the tool
///   is an error. `#[serde(deny_unknown_fields)]` makes them an error, and the schema says so. The server
///   does not add it by itself: a type with `#[serde(flatten)]`, or one that is read from newer and older
///   clients, may ignore members on purpose.
/// - **Limits** that schemars writes into the schema, as `#[schemars(range(min = 1))]`, `length`,
///   `pattern` or `email` do, are for the model. They are not enforced: check the value in the function,
///   or refuse it while it is read, with `#[serde(try_from = "…")]`. Limits of `#[arg]` are enforced.
///
/// Types of other crates are arguments and results under a feature of `toolgate`. A feature that is off
/// costs nothing:
///
/// | feature | types |
/// |---|---|
/// | `chrono` | `chrono::DateTime<Utc>`, `NaiveDate`, `NaiveTime`, `NaiveDateTime` |
/// | `time` | `toolgate::tool::Timestamp` around `time::OffsetDateTime`, and `toolgate::tool::Day` around `time::Date` |
/// | `url` | `url::Url` |
/// | `uuid` | `uuid::Uuid` |
///
/// Text that is none of them is answered with an example: "must be a date-time such as
/// 2026-12-01T00:00:00Z".
///
/// # Patterns
///
/// A pattern stands in the schema, where clients read it as a regular expression of ECMA-262, and the
/// server enforces it. It is found anywhere in the text unless it has `^` and `$`. What both read alike
/// is taken, and anything else is a compile error:
///
/// | | |
/// |---|---|
/// | characters | any; `\.` `\*` and so on for those that mean something; `\t` `\n` `\r` `\f` `\v` `\x41` `\u00e9` |
/// | one of several | `.` but for ends of lines, `[a-z_]`, `[^a-z]`, `\d` and `\w` of ASCII, `\s` of Unicode, `\D` `\W` `\S` |
/// | places | `^` and `$`: the ends of the text, not of a line; `\b` |
/// | groups | `(…)`, `(?:…)`, `a\|b` |
/// | repetitions | `*` `+` `?` `{2}` `{2,}` `{2,5}`, each also with `?` behind it |
///
/// So there is no lookaround, no reference to a group, no flag, no named group, and no class by a
/// Unicode property. Matching takes time in proportion to the text, whatever a client sends. The first
/// pattern makes a Worker 21 KiB larger.
///
/// ```
/// use toolgate::prelude::*;
///
/// /// Tells where a parcel is
/// #[mcp_tool(allow = "everyone", read_only)]
/// fn track(
///     /// Number on the parcel
///     #[arg(pattern = r"^[A-Z]{2}\d{9}$", example = "AB123456789")]
///     number: String,
///     /// Language of the answer
///     #[arg(values = ["de", "en", "fr"], default = "en")]
///     language: String,
/// ) -> String {
///     format!("{number} is on its way ({language})")
/// }
/// # fn main() {}
/// ```
///
/// # A schema of your own
///
/// The parameters make the input schema. Where it has to say more than they can, `input_schema` takes
/// JSON text in quotes, a constant, or `include_str!`:
///
/// ```
/// use toolgate::prelude::*;
///
/// const CONTACT: &str = r#"{
///     "type": "object",
///     "properties": {
///         "phone": { "type": "string", "description": "Instead of an e-mail address, or beside it" },
///         "email": { "type": "string", "format": "email" }
///     },
///     "minProperties": 1
/// }"#;
///
/// /// Notes how somebody is reached
/// #[mcp_tool(allow = "everyone", input_schema = CONTACT)]
/// fn contact(phone: Option<String>, email: Option<String>) -> String {
///     phone.or(email).unwrap_or_default()
/// }
/// ```
///
/// It is sent as you wrote it. The arguments are still checked against the parameters. A header of a
/// parameter has to stand in such a schema as `x-mcp-header`. `cargo toolgate check` warns of `oneOf`,
/// `anyOf` and `allOf` at the root, which the APIs of Anthropic and OpenAI refuse.
///
/// # Results
///
/// Anything that is [`IntoToolResult`](crate::tool::IntoToolResult): numbers, text, `Image`,
/// [`Json`](crate::tool::Json), lists of content, or a `Result` of one of them. The output schema of a
/// `Json` is that of how its type is written: `rename`, `skip` and `skip_serializing_if` count. A NaN or
/// an infinity in it is an error that names its place, since JSON has no such number.
///
/// The caller reads an error that was written for it: [`Error::new`](crate::tool::Error::new), a
/// `String` or a `&str`, and one of your own type under [`#[derive(CallerError)]`](crate::CallerError).
/// An error of any other type, such as one that `?` passes on, goes to the log under an id, and the
/// caller reads that id alone. `map_err(Error::new)` shows what it displays:
///
/// ```
/// use toolgate::prelude::*;
///
/// /// Reads a whole number
/// #[mcp_tool(allow = "everyone")]
/// fn read(
///     /// Digits
///     digits: String,
/// ) -> Result<i64> {
///     digits.parse().map_err(Error::new)
/// }
/// # fn main() {}
/// ```
///
/// # The context decides what is in the Worker
///
/// A Worker contains what its functions use. That is read from the methods which a body calls on
/// its `&Context` parameter; a body that hands the parameter on, as in `help(ctx)`, is taken to use
/// sessions, logging, notifications and state. The same goes for prompts and resources.
///
/// One function that asks, logs or hands its context on makes the server give every client of the
/// legacy revisions a session, which is a Durable Object. [`Context::start_task`] has to be called by
/// the tool itself: called by a helper, it comes too late to be seen, and the tool is a task from its
/// start.
///
/// [`Context::start_task`]: crate::tool::Context::start_task
pub use toolgate_macros::mcp_tool;

/// Makes a prompt of a function: the beginning of a conversation, which a person picks from a list.
///
/// ```
/// use toolgate::prelude::*;
///
/// /// Greets somebody
/// #[mcp_prompt(allow = "everyone", title = "Greeting")]
/// fn greet(
///     /// Whom
///     #[arg(complete = names)]
///     name: String,
///     /// How it sounds
///     #[arg(complete = ["formal", "warm"])]
///     tone: Option<String>,
/// ) -> String {
///     let tone = tone.as_deref().unwrap_or("warm");
///     format!("Write a {tone} greeting for {name}.")
/// }
///
/// async fn names(ctx: &Context, typed: &str) -> Vec<String> {
///     let names = [ctx.caller().email.clone().unwrap_or_default(), "everybody".to_owned()];
///     names.into_iter().filter(|name| name.starts_with(typed)).collect()
/// }
///
/// // It is still a function.
/// assert_eq!(greet("Ada".to_owned(), None), "Write a warm greeting for Ada.");
/// ```
///
/// The function is free, sync or async, and not generic. Its doc comment and those of its parameters
/// are the descriptions that clients show. Without one a prompt does not compile, and a parameter
/// warns, as for [`mcp_tool`].
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `allow = "…"` | required: the policy of `mcp.toml` that guards the prompt, or `everyone` |
/// | `name = "…"` | the prompt's name, when it is not the function's |
/// | `title = "…"` | a name for people |
/// | `description = "…"` | in place of the doc comment |
/// | `icon = "…"`, `icons = […]` | pictures for people, as for [`mcp_tool`] |
/// | `config = "…"` | another `mcp.toml`, relative to the source file |
///
/// # Parameters
///
/// `&Context` and `&Caller` can stand anywhere and are filled in. Every other parameter is an
/// argument, which MCP sends as text: `String`, or `bool` and numbers, which are read from the text in
/// the one spelling that they print as: `2024`, and not `2024.0`. An `Option` may be left out.
/// Arguments that are wrong are answered with a JSON-RPC error (−32602).
///
/// `#[arg(…)]` on a parameter says more:
///
/// | option | meaning |
/// |---|---|
/// | `complete = ["a", "b"]` | the values that clients propose while a person types |
/// | `complete = function` | the function that finds them: `fn(&str)` of what was typed, or `fn(&Context, &str)`, async or not; it gives a `Vec<String>`, or a `Result` of one |
/// | `name = "…"` | the argument's name, when it is not the parameter's |
/// | `description = "…"` | in place of the doc comment |
///
/// # Results
///
/// Anything that is [`IntoPromptResult`](crate::tool::IntoPromptResult): text, which the person
/// says; [`Message`](crate::tool::Message), a `Vec` of them, or a whole
/// [`Prompt`](crate::tool::Prompt); or a `Result` of one of them, whose error becomes a JSON-RPC
/// error (−32603). What it shows of the error is as for [`mcp_tool`].
pub use toolgate_macros::mcp_prompt;

/// Makes a resource of a function: something that clients read by its URI.
///
/// ```
/// use toolgate::prelude::*;
///
/// /// What everybody has to know
/// #[mcp_resource(allow = "everyone", uri = "docs://handbook", mime_type = "text/markdown")]
/// fn handbook() -> &'static str {
///     "# Handbook"
/// }
///
/// /// One chapter of it
/// #[mcp_resource(allow = "everyone", uri = "docs://handbook/{chapter}", mime_type = "text/markdown")]
/// fn chapter(#[arg(complete = ["rules", "tools"])] chapter: String) -> Option<&'static str> {
///     match chapter.as_str() {
///         "rules" => Some("# Rules"),
///         "tools" => Some("# Tools"),
///         _ => None,
///     }
/// }
///
/// // It is still a function.
/// assert_eq!(chapter("rules".to_owned()), Some("# Rules"));
/// ```
///
/// The function is free, sync or async, and not generic. Its doc comment is the description that
/// clients show. Without one a resource does not compile.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `allow = "…"` | required: the policy of `mcp.toml` that guards the resource, or `everyone` |
/// | `uri = "…"` | required: the URI, or a template for many |
/// | `mime_type = "…"` | the media type of what is read; otherwise `text/plain` for text and `application/json` for [`Json`](crate::tool::Json) |
/// | `name = "…"` | the resource's name, when it is not the function's |
/// | `title = "…"` | a name for people |
/// | `description = "…"` | in place of the doc comment |
/// | `icon = "…"`, `icons = […]` | pictures for people, as for [`mcp_tool`] |
/// | `config = "…"` | another `mcp.toml`, relative to the source file |
///
/// # Templates and parameters
///
/// A `{name}` in the URI is a variable (RFC 6570, level 1): one segment of the path or a part of it,
/// percent-decoded. The variables are the parameters of the function, in any order: `String`, or
/// `bool` and numbers, which are read from the text in the one spelling that they print as: `2024`, and
/// not `2024.0`. A URI whose variable is no such number has nothing. `&Context` and `&Caller` can stand
/// anywhere and are filled in.
///
/// `#[arg(complete = …)]` proposes values for a variable, as for [`mcp_prompt`], and
/// `#[arg(name = "…")]` names the variable, when it is not called as the parameter.
///
/// # Results
///
/// Anything that is [`IntoResource`](crate::tool::IntoResource): text,
/// [`Blob`](crate::tool::Blob), [`Json`](crate::tool::Json), [`Image`](crate::tool::Image),
/// [`Audio`](crate::tool::Audio), [`ResourceContent`](crate::prelude::ResourceContent) or a `Vec` of
/// it; an `Option` of one of them, whose `None` means that there is no such resource; or a `Result`,
/// whose error becomes a JSON-RPC error (−32603). What it shows of the error is as for [`mcp_tool`].
pub use toolgate_macros::mcp_resource;

/// Shows the errors of a type to callers, in the words of its `Display`.
///
/// ```
/// use std::fmt;
///
/// use toolgate::prelude::*;
///
/// #[derive(Debug, CallerError)]
/// enum OrderError {
///     /// There is no such order.
///     Unknown(u64),
///     /// What the database said is for the log.
///     #[caller_error(internal)]
///     Database(String),
/// }
///
/// impl fmt::Display for OrderError {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         match self {
///             Self::Unknown(number) => write!(f, "there is no order {number}"),
///             Self::Database(error) => write!(f, "the database failed: {error}"),
///         }
///     }
/// }
///
/// impl std::error::Error for OrderError {}
///
/// /// Tells what was ordered
/// #[mcp_tool(allow = "everyone", read_only)]
/// fn order(
///     /// Number of the order
///     number: u64,
/// ) -> Result<String, OrderError> {
///     Err(OrderError::Unknown(number))
/// }
/// # fn main() {}
/// ```
///
/// The caller of `order` reads "there is no order 7". It is the same where `?` turns the error into
/// [`Error`](crate::tool::Error), and for prompts and resources. A variant under
/// `#[caller_error(internal)]` goes to the log, as the errors of all other types do. The type has no
/// generic parameters, and displays itself: by hand, or by a crate such as `thiserror`. Inside of a
/// `Box<dyn Error>` or an `anyhow::Error` it is not seen.
pub use toolgate_macros::CallerError;

/// Makes a Worker of the crate's tools, prompts and resources, and its `mcp.toml`.
///
/// Write it once, at the crate's root:
///
/// ```text
/// toolgate::serve!();
/// ```
///
/// It adds the Worker's `fetch`, the handlers of triggers, and the Durable Object class `ToolgateObject`. Its tests
/// check names, policies and triggers, and tell `cargo toolgate` of the functions. Yours get `pub fn server()`
/// for a [`TestServer`](crate::testing::TestServer). The compiler reads `mcp.toml`, beside `Cargo.toml`: a
/// mistake in it does not compile, nor does a stale `wrangler.jsonc`. `serve!(config = "…")` reads another
/// file, whose path is relative to the source file.
pub use toolgate_macros::serve;
