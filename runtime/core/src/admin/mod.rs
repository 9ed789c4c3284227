//! `/admin`: the people of a policy see whose grants there are, and end them.

pub mod index;
