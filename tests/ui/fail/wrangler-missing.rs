toolgate::serve!(config = "../config/good.toml");

fn main() {}
