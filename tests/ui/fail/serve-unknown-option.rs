use toolgate::prelude::*;

toolgate::serve!(wrangler = "wrangler.toml");

fn main() {}
