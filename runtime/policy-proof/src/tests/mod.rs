//! The prover against the evaluator.

mod large;
mod policies;
mod random;
mod witnesses;
