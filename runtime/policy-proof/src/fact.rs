//! Facts: the finitely many things about a caller, a call and its Worker that conditions look at.

use crate::circuit::{Circuit, Gate};

/// Number of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(pub(crate) usize);

/// Subject of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum About {
    /// The caller's address: values are those of `World::addresses`.
    Address,
    /// `sub`: somebody else, then those of `World::subjects`.
    Subject,
    /// The client: not asked for, one that no policy names, then those of `World::clients`.
    Client,
    /// The list in a Worker variable: see the constants of [`variable`].
    Variable(String),
    /// A group: see the constants of [`group`].
    Group(String),
    /// A scope: 0 without, 1 with.
    Scope(String),
    /// What stands at a path, by its number: values are its classes.
    Kind(usize),
    /// Whether the list at a path has an item of a class: 0 without, 1 with.
    Item(usize, usize),
    /// Whether the provider was asked about a claim, by its place: 0 it was, 1 it was not.
    Looked(usize),
}

/// Values of a fact about a Worker variable.
pub(crate) mod variable {
    /// It is not set, or somebody cannot be read in it and the caller is not.
    pub(crate) const UNUSABLE: usize = 0;
    /// It lists others.
    pub(crate) const WITHOUT: usize = 1;
    /// It lists the caller.
    pub(crate) const WITH: usize = 2;
    pub(crate) const VALUES: usize = 3;
}

/// Values of a fact about a group.
pub(crate) mod group {
    /// The provider told that the caller is not in it.
    pub(crate) const OUT: usize = 0;
    /// The caller is in it.
    pub(crate) const IN: usize = 1;
    /// Nobody told.
    pub(crate) const UNKNOWN: usize = 2;
    pub(crate) const VALUES: usize = 3;
}

/// A fact with its values, from 0. Any bits at all stand for a value, so that no constraint has to keep a
/// solver from those that do not exist.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) about: About,
    pub(crate) bits: Vec<Gate>,
    /// One for each value: true where the fact has it.
    pub(crate) is: Vec<Gate>,
}

impl Fact {
    pub(crate) fn new(circuit: &mut Circuit, about: About, values: usize) -> Self {
        let width = usize::BITS - values.saturating_sub(1).leading_zeros();
        let bits: Vec<Gate> = (0..width).map(|_| circuit.bit()).collect();
        let mut is: Vec<Gate> = (0..values.saturating_sub(1))
            .map(|value| {
                let digits = bits.iter().enumerate();
                let wanted =
                    digits.map(|(at, bit)| if value >> at & 1 == 1 { *bit } else { !*bit });
                circuit.all(wanted)
            })
            .collect();
        // The last one has all codes that are left.
        let any = circuit.any(is.iter().copied());
        is.push(!any);
        Self { about, bits, is }
    }

    /// The value where bits are as `bit` says.
    pub(crate) fn value(&self, bit: &dyn Fn(Gate) -> bool) -> usize {
        let bits = self.bits.iter().enumerate();
        let code: usize = bits.map(|(at, gate)| usize::from(bit(*gate)) << at).sum();
        code.min(self.len() - 1)
    }

    pub(crate) fn len(&self) -> usize {
        self.is.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_value() {
        for values in 1..=9 {
            let mut circuit = Circuit::default();
            let fact = Fact::new(&mut circuit, About::Address, values);
            assert_eq!(fact.len(), values);
            let bits: Vec<Gate> = circuit.bits().collect();
            for code in 0..16_usize {
                let bit = |gate| bits.iter().position(|known| *known == gate);
                let found = circuit.values(&|gate| code >> bit(gate).expect("a bit") & 1 == 1);
                let held = fact.is.iter().filter(|is| Circuit::value(&found, **is)).count();
                assert_eq!(held, 1, "{values} values, code {code}");
                let value = fact.value(&|gate| code >> bit(gate).expect("a bit") & 1 == 1);
                assert!(Circuit::value(&found, fact.is[value]));
            }
        }
    }
}
