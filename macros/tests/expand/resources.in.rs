/// What everybody has to know
#[mcp_resource(
    allow = "everyone",
    uri = "docs://handbook",
    mime_type = "text/markdown",
    icon = "data:image/png;base64,AAAA"
)]
fn handbook() -> &'static str {
    "# Handbook"
}
/// Notes
#[mcp_resource(allow = "everyone", uri = "docs://{team}/notes/{number}", title = "Notes")]
async fn notes(
    number: u32,
    user: &Caller,
    #[arg(complete = teams)] team: String,
) -> Result<Option<Json<Note>>> {
    Ok(None)
}
