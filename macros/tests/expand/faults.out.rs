::core::compile_error! {
    "unknown option `titel`\n= help: the options are allow, name, title, description, read_only, destructive, idempotent, open_world, icon, icons, task, as_caller, quota, connections, input_schema, config"
}
::core::compile_error! {
    "every tool says who may call it\n= help: name a policy of mcp.toml, as in `#[mcp_tool(allow = \"…\")]`; `allow = \"everyone\"` opens the tool to every signed-in user on purpose"
}
::core::compile_error! {
    "`read_only` takes `true` or `false`\n= help: write `read_only = true`"
}
::core::compile_error! {
    "`two words` cannot be the name of a tool\n= help: MCP takes 1 to 128 of the characters A-Z a-z 0-9 _ - . here; `name = \"…\"` names the tool apart from its function"
}
::core::compile_error! {
    "this range is empty\n= help: put the smaller number first"
}
::core::compile_error! {
    "an argument belongs to the tool\n= help: write `String`"
}
#[allow(unused)]
/// Two
fn two(a: u8, b: &str) -> u8 {
    a
}
