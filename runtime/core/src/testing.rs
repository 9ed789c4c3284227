//! Fixed randomness for tests.

use crate::seal::Entropy;

/// Counts up instead of being random: tests repeat.
#[derive(Debug, Default)]
pub struct Sequence(u8);

impl Entropy for Sequence {
    fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
    }
}
