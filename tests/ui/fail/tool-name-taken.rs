mod first {
    use toolgate::prelude::*;

    /// List
    #[mcp_tool(allow = "everyone", name = "list-files")]
    fn list() {}
}

mod second {
    use toolgate::prelude::*;

    /// List again
    #[mcp_tool(allow = "everyone", name = "list-files")]
    fn list_again() {}
}

fn main() {}
