//! Tools that ask their caller something while they run.

use serde::{Deserialize, Serialize};
use toolgate::prelude::*;

/// Asks the client's model
#[mcp_tool(allow = "everyone")]
async fn test_sampling(
    ctx: &Context,
    /// What the model is asked
    prompt: String,
) -> Result<String> {
    let sample = ctx.sample(Sampling::text(prompt).max_tokens(100)).await?;
    Ok(format!("LLM response: {}", sample.text()))
}

/// Needs a client that lends its model
#[mcp_tool(allow = "everyone")]
async fn test_missing_capability(ctx: &Context) -> Result<String> {
    let sample = ctx.sample(Sampling::text("Say a word").max_tokens(10)).await?;
    Ok(format!("The model said: {}", sample.text()))
}

#[derive(Deserialize, JsonSchema)]
struct Account {
    /// User's response
    username: String,
    /// User's email address
    email: String,
}

/// Asks the person for a name and an address
#[mcp_tool(allow = "everyone")]
async fn test_elicitation(
    ctx: &Context,
    /// What the person reads
    message: String,
) -> Result<String> {
    Ok(match ctx.ask::<Account>(message).await {
        Ok(Account { username, email }) => {
            format!("User response: action=accept, content={username} <{email}>")
        }
        Err(Refusal::Declined) => "User response: action=decline".to_owned(),
        Err(Refusal::Cancelled) => "User response: action=cancel".to_owned(),
        Err(other) => return Err(other.into()),
    })
}

#[derive(Deserialize, JsonSchema)]
struct Value {
    /// Anything
    value: String,
}

/// Has the person do something on a page, of which nothing passes through the client
#[mcp_tool(allow = "everyone")]
async fn test_elicitation_url(ctx: &Context) -> Result<String> {
    let page = "https://example.com/connect/calendar";
    Ok(match ctx.ask_url("Please connect your calendar", page).await {
        Ok(()) => "The page was opened".to_owned(),
        Err(Refusal::Declined | Refusal::Cancelled) => "The page was not opened".to_owned(),
        Err(other) => return Err(other.into()),
    })
}

/// Asks the person for a value
#[mcp_tool(allow = "everyone")]
async fn test_streaming_elicitation(ctx: &Context) -> Result<String> {
    let Value { value } = ctx.ask::<Value>("Provide a value").await?;
    Ok(format!("The value is {value}"))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    Active,
    Inactive,
    Pending,
}

/// The fields of a form that is filled in already.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Profile {
    /// User's name
    name: String,
    /// User's age
    age: u8,
    /// User's score
    score: f64,
    /// User's status
    status: Status,
    /// Whether the user is verified
    verified: bool,
}

impl Default for Profile {
    fn default() -> Self {
        let name = "John Doe".to_owned();
        Self { name, age: 30, score: 95.5, status: Status::Active, verified: true }
    }
}

/// Asks with a form whose fields have defaults
#[mcp_tool(allow = "everyone")]
async fn test_elicitation_sep1034_defaults(ctx: &Context) -> Result<String> {
    let profile = ctx.ask::<Profile>("Please review your profile").await?;
    Ok(format!("Elicitation completed: action=accept, content={profile:?}"))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Plain {
    Option1,
    Option2,
    Option3,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Titled {
    #[schemars(title = "First Option")]
    Value1,
    #[schemars(title = "Second Option")]
    Value2,
    #[schemars(title = "Third Option")]
    Value3,
}

/// One or several of a list, with and without titles.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Choices {
    untitled_single: Plain,
    titled_single: Titled,
    /// Titles in the way of the older revisions
    #[schemars(extend(
        "enum" = ["opt1", "opt2", "opt3"],
        "enumNames" = ["Option One", "Option Two", "Option Three"]
    ))]
    legacy_enum: String,
    untitled_multi: Vec<Plain>,
    titled_multi: Vec<Titled>,
}

/// Asks with a form of lists to choose from
#[mcp_tool(allow = "everyone")]
async fn test_elicitation_sep1330_enums(ctx: &Context) -> Result<String> {
    let Choices { untitled_single, titled_single, legacy_enum, untitled_multi, titled_multi } =
        ctx.ask("Please choose").await?;
    Ok(format!(
        "Elicitation completed: action=accept, content={untitled_single:?} {titled_single:?} \
         {legacy_enum} {untitled_multi:?} {titled_multi:?}"
    ))
}
