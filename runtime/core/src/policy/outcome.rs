//! Three-valued logic (Kleene's), in which an empty list is unknown.

use super::Reason;

/// The value of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome<'a> {
    True,
    False,
    /// Could not be evaluated.
    Unknown(Reason<'a>),
}

impl<'a> Outcome<'a> {
    pub(super) fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    pub(super) fn any(parts: &mut dyn Iterator<Item = Self>) -> Self {
        Self::fold(parts, Self::True, Self::False)
    }

    pub(super) fn all(parts: &mut dyn Iterator<Item = Self>) -> Self {
        Self::fold(parts, Self::False, Self::True)
    }

    /// The first `decisive` part wins; then the first unknown one; then `otherwise`.
    fn fold(parts: &mut dyn Iterator<Item = Self>, decisive: Self, otherwise: Self) -> Self {
        let mut result = Self::Unknown(Reason::EmptyCondition);
        for (index, part) in parts.enumerate() {
            if part == decisive {
                return decisive;
            }
            if index == 0 || result == otherwise {
                result = part;
            }
        }
        result
    }
}

impl From<bool> for Outcome<'_> {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}
