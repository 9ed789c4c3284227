//! The macros of Toolgate.
