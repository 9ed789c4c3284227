//! Statements about all callers, proved or refuted with a caller.
mod candidates;
mod case;
mod circuit;
mod compile;
mod fact;
mod leaf;
mod mutation;
mod oracle;
mod paths;
mod profile;
mod prover;
mod schema;
mod solver;
mod world;

pub use circuit::Gate;
pub use leaf::{Grants, Mode};
pub use oracle::{Case, Variables};
pub use prover::{Answer, Disagreement, Expected, Prover};

#[cfg(test)]
mod tests;
