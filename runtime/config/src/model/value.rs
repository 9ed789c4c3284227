//! Types of values that all sections share.

use std::borrow::Cow;

/// Text: borrowed in generated code, owned when it was read from a file.
pub type Str = Cow<'static, str>;

/// A sequence: borrowed in generated code, owned when it was read from a file.
pub type List<T> = Cow<'static, [T]>;

/// A value that is written in `mcp.toml`, or read from a Worker variable or secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Written in the file.
    Literal(Str),
    /// `{ var = "NAME" }`: the Worker variable or secret of this name.
    Var(Str),
}
