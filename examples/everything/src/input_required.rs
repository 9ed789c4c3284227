//! Questions under names of the author's choice, in one round and in several (MCP 2026-07-28,
//! multi round-trip requests). To older clients the same functions ask while they run.

use serde::Deserialize;
use toolgate::prelude::*;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Name {
    /// The name
    pub(crate) name: String,
}

#[derive(Deserialize, JsonSchema)]
struct Color {
    /// The colour
    color: String,
}

#[derive(Deserialize, JsonSchema)]
struct Confirmation {
    /// Whether to go on
    ok: bool,
}

/// Asks the person for a name
#[mcp_tool(allow = "everyone")]
async fn test_input_required_result_elicitation(ctx: &Context) -> Result<String> {
    let Name { name } = ctx.ask("What is your name?").key("user_name").await?;
    Ok(format!("Hello, {name}!"))
}

/// Asks the client's model
#[mcp_tool(allow = "everyone")]
async fn test_input_required_result_sampling(ctx: &Context) -> Result<String> {
    let question = Sampling::text("What is the capital of France?").max_tokens(100);
    let sample = ctx.sample(question).key("capital_question").await?;
    Ok(sample.text())
}

/// Asks for the client's roots
#[mcp_tool(allow = "everyone")]
async fn test_input_required_result_list_roots(ctx: &Context) -> Result<String> {
    let roots = ctx.roots().key("client_roots").await?;
    let uris: Vec<_> = roots.iter().map(|root| root.uri.as_str()).collect();
    Ok(format!("Roots: {}", uris.join(", ")))
}

async fn confirm(ctx: &Context) -> Result<String> {
    let Confirmation { ok } = ctx.ask("Please confirm").key("confirm").await?;
    Ok(if ok { "state-ok: confirmed" } else { "state-ok: not confirmed" }.to_owned())
}

/// Asks the person to confirm; what the client keeps meanwhile is sealed
#[mcp_tool(allow = "everyone")]
async fn test_input_required_result_request_state(ctx: &Context) -> Result<String> {
    confirm(ctx).await
}

/// Asks the person to confirm, and takes no state that somebody changed
#[mcp_tool(allow = "everyone")]
async fn test_input_required_result_tampered_state(ctx: &Context) -> Result<String> {
    confirm(ctx).await
}

/// Asks three things at once
#[mcp_tool(allow = "everyone")]
async fn test_input_required_result_multiple_inputs(ctx: &Context) -> Result<String> {
    let greeting = Sampling::text("Generate a greeting").max_tokens(50);
    let (name, greeting, roots) = join!(
        ctx.ask::<Name>("What is your name?").key("user_name"),
        ctx.sample(greeting).key("greeting"),
        ctx.roots().key("client_roots"),
    );
    let (name, greeting, roots) = (name?.name, greeting?, roots?.len());
    Ok(format!("{} {name}, who has {roots} roots", greeting.text()))
}

/// Asks one thing after another
#[mcp_tool(allow = "everyone")]
async fn test_input_required_result_multi_round(ctx: &Context) -> Result<String> {
    let Name { name } = ctx.ask("Step 1: What is your name?").key("step1").await?;
    let Color { color } = ctx.ask("Step 2: What is your favorite color?").key("step2").await?;
    Ok(format!("{name} likes {color}"))
}

/// Asks for what the client can answer, and for nothing else
#[mcp_tool(allow = "everyone")]
async fn test_input_required_result_capabilities(ctx: &Context) -> Result<String> {
    let mut said = Vec::new();
    if ctx.client().supports_elicitation() {
        let Name { name } = ctx.ask("What is your name?").key("user_name").await?;
        said.push(name);
    }
    if ctx.client().supports_sampling() {
        let greeting = Sampling::text("Generate a greeting").max_tokens(50);
        said.push(ctx.sample(greeting).key("greeting").await?.text());
    }
    if ctx.client().supports_roots() {
        let roots = ctx.roots().key("client_roots").await?;
        said.extend(roots.into_iter().map(|root| root.uri));
    }
    Ok(format!("The client said: {}", said.join(", ")))
}
