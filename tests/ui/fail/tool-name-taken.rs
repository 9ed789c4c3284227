mod first {
    use toolgate::prelude::*;

    #[mcp_tool(allow = "everyone", name = "list-files")]
    fn list() {}
}

mod second {
    use toolgate::prelude::*;

    #[mcp_tool(allow = "everyone", name = "list-files")]
    fn list_again() {}
}

fn main() {}
