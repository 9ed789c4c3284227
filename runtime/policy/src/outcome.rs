//! Three-valued logic (Kleene's), in which an empty list is unknown, and a fourth value for what
//! only a call's arguments can tell.

use crate::Reason;

/// The value of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyOutcome<'a> {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Could not be evaluated.
    Unknown(Reason<'a>),
    /// Depends on arguments, and no call is asked about.
    Open,
}

impl<'a> PolicyOutcome<'a> {
    pub(crate) fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            other => other,
        }
    }

    /// True if the caller may pass: now, or with the right arguments.
    #[must_use]
    pub fn may_pass(self) -> bool {
        matches!(self, Self::True | Self::Open)
    }

    /// True if it lets the caller pass where it stands, or may with the right arguments: a
    /// condition under an odd number of `not` does so by being false.
    pub(crate) fn helps(self, negated: bool) -> bool {
        if negated { matches!(self, Self::False | Self::Open) } else { self.may_pass() }
    }

    /// Of parts that no call is asked about: none is open, so that it is the same under `not`.
    pub(crate) fn any(parts: &mut dyn Iterator<Item = Self>) -> Self {
        Self::any_under(parts, false, false)
    }

    /// `negated` is whether it stands under an odd number of `not`. There, what is open counts for
    /// what may come out false, which takes every part, and else for what may come out true.
    pub(crate) fn any_under(
        parts: &mut dyn Iterator<Item = Self>,
        negated: bool,
        exhaustive: bool,
    ) -> Self {
        Self::fold(parts, exhaustive, |part| match part {
            Self::False => 0,
            Self::Unknown(_) => 1 + u8::from(negated),
            Self::Open => 2 - u8::from(negated),
            Self::True => DECISIVE,
        })
    }

    /// As [`any_under`](Self::any_under): no arguments can make up for what is unknown, unless one
    /// part that comes out false is enough.
    pub(crate) fn all_under(
        parts: &mut dyn Iterator<Item = Self>,
        negated: bool,
        exhaustive: bool,
    ) -> Self {
        Self::fold(parts, exhaustive, |part| match part {
            Self::True => 0,
            Self::Open => 1 + u8::from(negated),
            Self::Unknown(_) => 2 - u8::from(negated),
            Self::False => DECISIVE,
        })
    }

    /// The first of those that weigh most; what comes after a decisive one is looked at only if the search
    /// is to be exhaustive.
    fn fold(
        parts: &mut dyn Iterator<Item = Self>,
        exhaustive: bool,
        weight: impl Fn(Self) -> u8,
    ) -> Self {
        let mut heaviest: Option<Self> = None;
        for part in parts {
            if heaviest.is_none_or(|heaviest| weight(part) > weight(heaviest)) {
                heaviest = Some(part);
            }
            if weight(part) == DECISIVE && !exhaustive {
                break;
            }
        }
        heaviest.unwrap_or(Self::Unknown(Reason::EmptyCondition))
    }
}

const DECISIVE: u8 = 3;

impl From<bool> for PolicyOutcome<'_> {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}
