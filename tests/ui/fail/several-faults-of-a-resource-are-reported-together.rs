use toolgate::prelude::*;

/// Handbook
#[mcp_resource(uri = "{a}", mime = "text/plain", icon = "icon.png")]
unsafe fn handbook<T>(a: &str, (b, c): (u8, u8)) -> impl ToString {
    a
}

fn main() {}
