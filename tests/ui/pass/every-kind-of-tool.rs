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

#[mcp_tool(allow = "everyone")]
async fn search(
    query: String,
    filter: Option<Filter>,
    /// Sort order
    #[arg(default = Order::Newest)]
    order: Order,
    more: Vec<Filter>,
    #[arg(range = 0.0..1.0, default = -0.0)] ratio: f64,
    #[arg(range = ..=-1)] before: Option<i64>,
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

#[mcp_tool(allow = "everyone")]
async fn borrow<'a>(ctx: &'a Context) -> &'a str {
    ctx.request_id()
}

#[mcp_tool(allow = "everyone", name = "text")]
fn constant() -> &'static str {
    "text"
}

#[mcp_tool(allow = "everyone")]
fn several(#[arg(min_len = 1, max_len = 5)] mut texts: Vec<String>) -> Vec<Content> {
    texts.sort();
    texts.into_iter().map(Content::Text).collect()
}

#[mcp_tool(allow = "everyone")]
fn fails() -> Result<(), std::fmt::Error> {
    Err(std::fmt::Error)
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
    mod core {}
    mod std {}

    #[mcp_tool(allow = "everyone")]
    fn run(#[arg(default = 7, range = 1..=9)] number: u8, list: Vec<u8>) -> usize {
        call();
        number as usize + list.len()
    }

    #[mcp_tool(allow = "everyone", name = "call")]
    fn call_it(#[arg(default = "x")] r#type: String) -> String {
        r#type
    }
}

macro_rules! tool {
    ($name:ident, $ty:ty) => {
        #[mcp_tool(allow = "everyone")]
        fn $name(number: $ty, maybe: Option<$ty>) -> $ty {
            maybe.unwrap_or(number)
        }
    };
}

tool!(made_by_a_macro, u8);

fn main() {
    #[mcp_tool(allow = "everyone")]
    fn inside_a_function() {}

    // A tool stays a function.
    inside_a_function();
    assert_eq!(made_by_a_macro(1, None), 1);
    assert_eq!(constant(), "text");
    assert!(fails().is_err());
}
