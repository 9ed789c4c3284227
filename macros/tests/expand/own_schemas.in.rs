/// Literal
#[mcp_tool(
    allow = "everyone",
    task = "optional",
    input_schema = r#"{
        "type": "object",
        "properties": { "region": { "type": "string", "x-mcp-header": "Region" } }
    }"#
)]
fn literal(#[arg(header = "Region")] region: Option<String>) -> String {
    region.unwrap_or_default()
}
/// Constant
#[mcp_tool(allow = "everyone", task = "required", input_schema = schemas::CONSTANT)]
fn constant(count: u8) -> u8 {
    count
}
