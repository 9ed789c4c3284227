mod first {
    use toolgate::prelude::*;

    #[mcp_prompt(allow = "everyone")]
    fn greet() -> &'static str {
        "hello"
    }
}

mod second {
    use toolgate::prelude::*;

    #[mcp_prompt(allow = "everyone", name = "greet")]
    fn greet_again() -> &'static str {
        "hello again"
    }
}

fn main() {}
