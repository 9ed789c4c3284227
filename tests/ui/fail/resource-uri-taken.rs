mod first {
    use toolgate::prelude::*;

    /// Chapter
    #[mcp_resource(allow = "everyone", uri = "docs://{chapter}/text")]
    fn chapter(chapter: String) -> String {
        chapter
    }
}

mod second {
    use toolgate::prelude::*;

    /// Page
    #[mcp_resource(allow = "everyone", uri = "docs://{page}/text")]
    fn page(page: String) -> String {
        page
    }
}

fn main() {}
