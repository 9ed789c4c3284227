toolgate::serve!(wrangler = "wrangler.toml");

fn main() {}
