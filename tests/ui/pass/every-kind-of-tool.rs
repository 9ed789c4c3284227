#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, clippy::all)]
//! Every kind of parameter and result.

use serde::{Deserialize, Serialize};
use toolgate::prelude::*;

#[derive(Deserialize, JsonSchema)]
struct Filter {
    tags: Vec<String>,
    newer_than_days: Option<u32>,
}

#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    Newest,
    Oldest,
}

#[derive(Serialize, JsonSchema)]
struct Found {
    count: usize,
}

/// Searches
#[mcp_tool(allow = "everyone")]
async fn search(
    /// Words
    #[arg(min_len = 1, example = "cats")]
    query: String,
    // A type may describe itself.
    filter: Option<Filter>,
    /// Sort order
    #[arg(default = Order::Newest, example = Order::Oldest)]
    order: Order,
    more: Vec<Filter>,
    /// Ratio
    #[arg(range = 0.0..1.0, default = -0.0, example = 0.5)]
    ratio: f64,
    #[arg(range = ..=-1, description = "Before")] before: Option<i64>,
    user: &Caller,
) -> Result<Json<Found>> {
    let tags = filter.iter().chain(&more).flat_map(|filter| &filter.tags);
    let days = filter.as_ref().and_then(|filter| filter.newer_than_days).unwrap_or(0);
    let newest = matches!(order, Order::Newest) && ratio > 0.5 && before.is_none();
    if user.email.is_none() {
        return Err(Error::new("sign in with an e-mail address"));
    }
    Ok(Json(Found { count: tags.count() + query.parse::<usize>()? + usize::from(newest) + days as usize }))
}

type Maybe<T> = Option<T>;

const WHICH: &str = "Which";

/// What can go wrong
#[derive(Debug, CallerError)]
enum Failure {
    Shown,
    #[caller_error(internal)]
    Logged(u8),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Self::Logged(1)) { "logged" } else { "shown" })
    }
}

/// Takes what may be left out under several names
#[mcp_tool(allow = "everyone")]
fn maybe(
    filter: Maybe<Filter>,
    #[arg(description = WHICH)] which: std::option::Option<std::string::String>,
    /// The
    #[doc = concat!("last", " one")]
    last: core::option::Option<std::vec::Vec<u8>>,
) -> std::result::Result<(), Failure> {
    if filter.is_some() && which.is_some() {
        return Err(Failure::Logged(1));
    }
    if last.is_some() { Err(Failure::Shown) } else { Ok(()) }
}

/// Borrows
#[mcp_tool(allow = "everyone")]
async fn borrow<'a>(ctx: &'a Context) -> &'a str {
    ctx.request_id()
}

/// Gives a constant
#[mcp_tool(allow = "everyone", name = "text")]
fn constant() -> &'static str {
    "text"
}

/// Gives several texts
#[mcp_tool(allow = "everyone")]
fn several(
    /// Texts
    #[arg(min_len = 1, max_len = 5, example = ["a", "b"])]
    mut texts: Vec<String>,
) -> Vec<Content> {
    texts.sort();
    texts.into_iter().map(Content::Text).collect()
}

/// Fails
#[mcp_tool(allow = "everyone")]
fn fails() -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
}

/// Takes what is listed, or has a pattern
#[mcp_tool(allow = "everyone")]
fn limited(
    /// Text
    #[arg(values = ["a", "b"], default = "a", example = "b")]
    text: String,
    /// Number
    #[arg(values = [1, -1])]
    number: Option<i8>,
    /// Fraction
    #[arg(values = [0.5, 1.0])]
    fraction: f64,
    /// Texts
    #[arg(values = ["a", "b"], max_len = 2)]
    texts: Option<Vec<String>>,
    /// Numbers
    #[arg(values = [1, 2], example = [2])]
    numbers: Vec<u8>,
    /// Code
    #[arg(pattern = r"^[A-Z]{2}-\d+$", min_len = 4, example = "AB-1")]
    code: String,
    /// Second code
    #[arg(pattern = "^x", default = "x")]
    second: String,
) -> String {
    format!("{text}{number:?}{fraction}{texts:?}{numbers:?}{code}{second}")
}

/// Needs no description of its parameter
#[allow(deprecated)]
#[mcp_tool(allow = "everyone")]
fn undescribed(number: u8) -> u8 {
    number
}

/// Names that the expansion could stumble over.
pub mod shadows {
    #![allow(dead_code, non_camel_case_types, non_upper_case_globals)]
    use toolgate::prelude::mcp_tool;

    struct Option;
    struct Box;
    struct ToolDef;
    fn call() {}
    const arguments: u8 = 1;
    const context: u8 = 2;
    const value: u8 = 3;
    const argument_0: u8 = 4;
    const PATTERN: u8 = 5;
    mod core {}
    mod std {}

    /// Runs
    #[mcp_tool(allow = "everyone")]
    fn run(
        /// Number
        #[arg(default = 7, range = 1..=9)]
        number: u8,
        /// List
        #[arg(values = [1, 2])]
        list: Vec<u8>,
        /// Pattern
        #[arg(pattern = "a")]
        pattern: String,
    ) -> usize {
        call();
        number as usize + list.len() + pattern.len()
    }

    /// Calls
    #[mcp_tool(allow = "everyone", name = "call")]
    fn call_it(
        /// Type
        #[arg(default = "x")]
        r#type: String,
    ) -> String {
        r#type
    }
}

macro_rules! tool {
    ($name:ident, $ty:ty, $description:literal) => {
        #[doc = $description]
        #[mcp_tool(allow = "everyone")]
        fn $name(
            #[doc = $description] number: $ty,
            /// Or this one
            maybe: Option<$ty>,
        ) -> $ty {
            maybe.unwrap_or(number)
        }
    };
}

tool!(made_by_a_macro, u8, "Gives a number");

fn main() {
    /// Stands inside of a function
    #[mcp_tool(allow = "everyone")]
    fn inside_a_function() {}

    // A tool stays a function.
    inside_a_function();
    assert_eq!(made_by_a_macro(1, None), 1);
    assert_eq!(constant(), "text");
    assert!(fails().is_err());
}
