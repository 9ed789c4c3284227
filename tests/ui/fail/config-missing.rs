toolgate::serve!(config = "../config/nowhere.toml");

fn main() {}
