mod first {
    use toolgate::prelude::*;

    /// Greet
    #[mcp_prompt(allow = "everyone")]
    fn greet() -> &'static str {
        "hello"
    }
}

mod second {
    use toolgate::prelude::*;

    /// Greet again
    #[mcp_prompt(allow = "everyone", name = "greet")]
    fn greet_again() -> &'static str {
        "hello again"
    }
}

fn main() {}
