//! Statements about all callers, proved or refuted with a caller.
mod candidates;
mod case;
mod changes;
mod circuit;
pub mod compare;
mod compile;
mod describe;
mod fact;
pub mod invariants;
mod leaf;
pub mod lints;
mod mutation;
mod oracle;
mod paths;
mod pattern;
mod profile;
mod prover;
pub mod reachable;
mod schema;
mod solver;
mod words;
mod world;

pub use changes::{Changes, MOST_CHANGES, Way};
pub use circuit::Gate;
pub use describe::{Cube, Description, MOST_CUBES};
pub use leaf::{Grants, Mode};
pub use oracle::{Case, Variables};
pub use prover::{Answer, Disagreement, Expected, Prover};
pub use words::case_words;

#[cfg(test)]
mod tests;
