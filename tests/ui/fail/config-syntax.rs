toolgate::serve!(config = "../config/syntax.toml");

fn main() {}
