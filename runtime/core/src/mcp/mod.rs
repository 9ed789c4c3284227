//! The Model Context Protocol.

pub mod content;
pub mod tool;
