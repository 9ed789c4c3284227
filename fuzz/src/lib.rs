//! The fuzz targets; their bodies are shared with the replay of the corpus in `cargo test`.

#[path = "../../runtime/core/tests/fuzz/targets.rs"]
pub mod targets;
