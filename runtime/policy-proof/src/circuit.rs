//! Boolean functions of facts, with equal ones made once.

use std::collections::HashMap;
use std::ops::Not;

/// A function, or its negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gate(u32);

impl Gate {
    /// Always true.
    pub const TRUE: Self = Self(0);
    /// Never true.
    pub const FALSE: Self = Self(1);

    fn node(self) -> usize {
        (self.0 >> 1) as usize
    }

    fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Not for Gate {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

impl From<bool> for Gate {
    fn from(value: bool) -> Self {
        if value { Self::TRUE } else { Self::FALSE }
    }
}

/// The operation of a gate that is not negated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    True,
    /// One bit of a fact.
    Bit,
    And(Gate, Gate),
}

/// All functions that were asked for.
#[derive(Debug)]
pub(crate) struct Circuit {
    nodes: Vec<Node>,
    known: HashMap<(Gate, Gate), u32>,
}

impl Default for Circuit {
    fn default() -> Self {
        Self { nodes: vec![Node::True], known: HashMap::new() }
    }
}

impl Circuit {
    /// A function that is true or false as somebody else decides.
    pub(crate) fn bit(&mut self) -> Gate {
        self.add(Node::Bit)
    }

    fn add(&mut self, node: Node) -> Gate {
        let index = u32::try_from(self.nodes.len()).expect("fewer than 2^31 gates");
        self.nodes.push(node);
        Gate(index << 1)
    }

    pub(crate) fn and(&mut self, one: Gate, other: Gate) -> Gate {
        let (one, other) = if one <= other { (one, other) } else { (other, one) };
        match (one, other) {
            (Gate::TRUE, other) => other,
            (Gate::FALSE, _) => Gate::FALSE,
            (one, other) if one == other => one,
            (one, other) if one == !other => Gate::FALSE,
            pair => match self.known.get(&pair) {
                Some(index) => Gate(index << 1),
                None => {
                    let gate = self.add(Node::And(one, other));
                    self.known.insert(pair, gate.0 >> 1);
                    gate
                }
            },
        }
    }

    pub(crate) fn or(&mut self, one: Gate, other: Gate) -> Gate {
        !self.and(!one, !other)
    }

    pub(crate) fn all(&mut self, gates: impl IntoIterator<Item = Gate>) -> Gate {
        gates.into_iter().fold(Gate::TRUE, |all, gate| self.and(all, gate))
    }

    pub(crate) fn any(&mut self, gates: impl IntoIterator<Item = Gate>) -> Gate {
        gates.into_iter().fold(Gate::FALSE, |any, gate| self.or(any, gate))
    }

    pub(crate) fn xor(&mut self, one: Gate, other: Gate) -> Gate {
        let only_one = self.and(one, !other);
        let only_other = self.and(!one, other);
        self.or(only_one, only_other)
    }

    /// Every bit.
    #[cfg(test)]
    pub(crate) fn bits(&self) -> impl Iterator<Item = Gate> + '_ {
        let nodes = self.nodes.iter().zip(0_u32..);
        nodes.filter(|(node, _)| **node == Node::Bit).map(|(_, index)| Gate(index << 1))
    }

    /// The operation of a gate, its negation aside.
    pub(crate) fn node(&self, gate: Gate) -> (usize, Node, bool) {
        (gate.node(), self.nodes[gate.node()], gate.is_negated())
    }

    /// The bits that the functions depend on, as far as their form tells.
    pub(crate) fn bits_below(&self, gates: &[Gate]) -> Vec<bool> {
        let mut seen = vec![false; self.nodes.len()];
        let mut open: Vec<usize> = gates.iter().map(|gate| gate.node()).collect();
        while let Some(index) = open.pop() {
            if std::mem::replace(&mut seen[index], true) {
                continue;
            }
            if let Node::And(one, other) = self.nodes[index] {
                open.extend([one.node(), other.node()]);
            }
        }
        seen
    }

    /// The values of functions where the bits are as `bit` says.
    pub(crate) fn values(&self, bit: &dyn Fn(Gate) -> bool) -> Vec<bool> {
        let mut values: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for (node, index) in self.nodes.iter().zip(0_u32..) {
            let of = |gate: &Gate| values[gate.node()] != gate.is_negated();
            let own = match node {
                Node::True => true,
                Node::Bit => bit(Gate(index << 1)),
                // A gate is made after those that it is made of.
                Node::And(one, other) => of(one) && of(other),
            };
            values.push(own);
        }
        values
    }

    /// The value of a gate among [`values`](Self::values).
    pub(crate) fn value(values: &[bool], gate: Gate) -> bool {
        values[gate.node()] != gate.is_negated()
    }
}

impl Circuit {
    /// True if the node of `gate` is among those that [`bits_below`](Self::bits_below) found.
    pub(crate) fn is_among(seen: &[bool], gate: Gate) -> bool {
        seen.get(gate.node()).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_functions_are_made_once() {
        let mut circuit = Circuit::default();
        let (a, b) = (circuit.bit(), circuit.bit());
        assert_eq!(circuit.and(a, b), circuit.and(b, a));
        assert_eq!(circuit.or(a, b), !circuit.and(!a, !b));
        assert_eq!(circuit.and(a, !a), Gate::FALSE);
        assert_eq!(circuit.and(a, Gate::TRUE), a);
        assert_eq!(circuit.or(a, Gate::TRUE), Gate::TRUE);
    }

    #[test]
    fn functions_have_the_values_of_their_operation() {
        let mut circuit = Circuit::default();
        let (a, b) = (circuit.bit(), circuit.bit());
        let (and, or, xor) = (circuit.and(a, b), circuit.or(a, b), circuit.xor(a, b));
        for (one, other) in [(false, false), (false, true), (true, false), (true, true)] {
            let values = circuit.values(&|gate| if gate == a { one } else { other });
            assert_eq!(Circuit::value(&values, and), one && other);
            assert_eq!(Circuit::value(&values, or), one || other);
            assert_eq!(Circuit::value(&values, xor), one != other);
        }
    }

    #[test]
    fn a_function_depends_on_its_own_bits_only() {
        let mut circuit = Circuit::default();
        let (a, b, c) = (circuit.bit(), circuit.bit(), circuit.bit());
        let and = circuit.and(a, !b);
        let seen = circuit.bits_below(&[and]);
        assert!(Circuit::is_among(&seen, a) && Circuit::is_among(&seen, b));
        assert!(!Circuit::is_among(&seen, c));
    }
}
