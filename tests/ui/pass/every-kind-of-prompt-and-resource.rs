#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, clippy::all)]
//! Every kind of parameter and result of prompts and resources.

use serde::Serialize;
use toolgate::prelude::*;

/// Says a text
#[mcp_prompt(allow = "everyone", icons = [icon("https://example.com/i.svg", sizes = "any")])]
fn text(
    /// Name
    name: String,
    #[arg(complete = ["1", "2"], description = "Times")] times: Option<u8>,
    /// Loud
    loud: bool,
) -> String {
    format!("{name} {times:?} {loud}")
}

/// Several
#[mcp_prompt(allow = "everyone", name = "messages")]
async fn several(
    user: &Caller,
    /// Type
    #[arg(complete = names::known)]
    r#type: String,
) -> Result<Vec<Message>> {
    let email = user.email.as_deref().ok_or_else(|| Error::new("sign in with an e-mail address"))?;
    Ok(vec![Message::user(r#type), Message::assistant(email)])
}

/// Whole
#[mcp_prompt(allow = "everyone")]
fn whole(
    /// First
    #[arg(complete = names::constant)]
    a: String,
    /// Second
    #[arg(complete = names::found)]
    b: f64,
) -> Prompt {
    Prompt::new([Message::user(a)]).description(b.to_string())
}

/// Picture
#[mcp_prompt(allow = "everyone")]
fn picture() -> Image {
    Image::from_bytes([0], "image/png")
}

/// Borrowed
#[mcp_prompt(allow = "everyone")]
fn borrowed<'a>(ctx: &'a Context) -> &'a str {
    ctx.request_id()
}

mod names {
    use toolgate::prelude::*;

    pub(super) async fn known(ctx: &Context, typed: &str) -> Result<Vec<String>> {
        Ok(vec![typed.to_owned(), ctx.request_id().to_owned()])
    }

    pub(super) fn constant(_typed: &str) -> Vec<&'static str> {
        vec!["a"]
    }

    pub(super) fn found(ctx: &Context, typed: &str) -> Vec<String> {
        vec![format!("{typed}{}", ctx.request_id())]
    }
}

#[derive(Serialize)]
struct Note {
    text: String,
}

/// Handbook
#[mcp_resource(allow = "everyone", uri = "docs://handbook", mime_type = "text/markdown; charset=utf-8")]
fn handbook() -> &'static str {
    "# Handbook"
}

/// Note
#[mcp_resource(allow = "everyone", uri = "docs://{team}/notes-{number}.json")]
async fn note(ctx: &Context, number: u32, #[arg(name = "team")] of: String) -> Option<Json<Note>> {
    (number > 0).then(|| Json(Note { text: format!("{of} {}", ctx.request_id()) }))
}

/// Blob
#[mcp_resource(allow = "everyone", uri = "docs://blob")]
fn blob() -> std::result::Result<Blob, std::fmt::Error> {
    Ok(Blob::from_bytes([1, 2], "application/pdf"))
}

/// Folder
#[mcp_resource(allow = "everyone", uri = "docs://folder")]
fn folder() -> Vec<ResourceContent> {
    vec![ResourceContent::text("docs://folder/a", "text/plain", "a")]
}

const SCHEMA: &str = r#"{ "type": "object", "additionalProperties": false }"#;

/// Tool
#[mcp_tool(allow = "everyone", input_schema = SCHEMA, task = "optional", icon = "data:,")]
fn tool() -> ResourceContent {
    ResourceContent::blob("docs://a", "image/png", "AAAA")
}

/// Talks
#[mcp_tool(allow = "everyone")]
async fn talks(
    ctx: &Context,
    /// Region
    #[arg(header = "Region")]
    region: Option<String>,
) -> Result<String> {
    ctx.info("working");
    help(ctx, region.unwrap_or_default()).await
}

async fn help(ctx: &Context, region: String) -> Result<String> {
    ctx.tools_changed().await?;
    Ok(region)
}

/// Names that the expansion could stumble over.
pub mod shadows {
    #![allow(dead_code, non_camel_case_types, non_upper_case_globals)]
    use toolgate::prelude::{mcp_prompt, mcp_resource};

    struct Option;
    struct Box;
    struct Place;
    const context: u8 = 2;
    const typed: u8 = 3;
    const uri: u8 = 4;
    mod core {}
    mod std {}

    /// Call
    #[mcp_prompt(allow = "everyone")]
    fn call(
        /// Number
        #[arg(complete = ["x"])]
        number: u8,
    ) -> String {
        number.to_string()
    }

    /// Read
    #[mcp_resource(allow = "everyone", uri = "shadow://{number}", icon = "https://a/b", mime_type = "a/b")]
    fn read(#[arg(complete = ["x"])] number: u8) -> String {
        number.to_string()
    }
}

fn main() {
    /// Inside a function
    #[mcp_prompt(allow = "everyone")]
    fn inside_a_function() -> &'static str {
        "inside"
    }

    // They stay functions.
    assert_eq!(inside_a_function(), "inside");
    assert_eq!(handbook(), "# Handbook");
    assert_eq!(text("a".to_owned(), None, true), "a None true");
}
