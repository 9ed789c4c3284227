/// Greets somebody
#[mcp_prompt(
    allow = "everyone",
    title = "Greeting",
    icons = [icon("https://example.com/a.png", mime_type = "image/png", sizes = "48x48 96x96", theme = "dark")]
)]
async fn greet(
    ctx: &Context,
    /// Whom
    #[arg(complete = people::names)]
    name: String,
    /// How
    #[arg(complete = ["formal", "warm"], name = "toneOfVoice")]
    tone: Option<String>,
    /// How often
    times: Option<u8>,
) -> Result<Vec<Message>> {
    Ok(vec![])
}
#[mcp_prompt(allow = "everyone", name = "plain-one", description = "Plain")]
fn plain() -> &'static str {
    "plain"
}
