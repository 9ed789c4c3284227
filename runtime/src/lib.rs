//! Toolgate: annotated functions and one `mcp.toml` become an access-controlled remote MCP server.
