/// Not this
#[mcp_tool(
    allow = "everyone",
    name = "files.delete-all",
    title = "Delete all",
    description = "Deletes every file",
    read_only = false,
    destructive,
    idempotent = true,
    open_world = false
)]
fn delete_all() -> Result<(), String> {
    Ok(())
}
