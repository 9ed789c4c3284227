mod first {
    use toolgate::prelude::*;

    #[mcp_resource(allow = "everyone", uri = "docs://{chapter}/text")]
    fn chapter(chapter: String) -> String {
        chapter
    }
}

mod second {
    use toolgate::prelude::*;

    #[mcp_resource(allow = "everyone", uri = "docs://{page}/text")]
    fn page(page: String) -> String {
        page
    }
}

fn main() {}
