//! `cargo toolgate`.

fn main() {}
