//! The prover against the evaluator.

mod policies;
mod random;
mod witnesses;
