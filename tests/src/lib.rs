//! Tests of the whole of Toolgate.
