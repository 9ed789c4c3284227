//! The words for a call that gets no units.

use toolgate_config::Rate;

use crate::mcp::timestamp::rfc3339;

/// Whose units they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of the caller.
    Person,
    /// Those of all callers together.
    Server,
}

/// The reason why a call gets no units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Too few are left.
    Spent {
        /// The quota, as the caller is told of it: "the quota `costly`".
        quota: String,
        /// The units of a window.
        rate: Rate,
        /// Whose.
        whose: Whose,
        /// Milliseconds until all of them are there again.
        wait: u64,
    },
    /// So many are never there.
    TooMany {
        /// The quota, as the caller is told of it: "the quota `costly`".
        quota: String,
        /// The units of a window.
        rate: Rate,
        /// The units that were asked for.
        units: u32,
    },
    /// Nobody could be asked.
    Unavailable {
        /// The quota, as the caller is told of it: "the quota `costly`".
        quota: String,
    },
    /// The function names a quota that `mcp.toml` does not have.
    Unknown {
        /// The quota, as the caller is told of it: "the quota `costly`".
        quota: String,
    },
}

impl Refusal {
    /// What the caller is told at this time, in milliseconds since 1970. A model reads it, so it says what to
    /// do; it begins with the code of the audit trail.
    #[must_use]
    pub fn words(&self, now: u64) -> String {
        match self {
            Self::Spent { quota, rate, whose, wait } => {
                let whose = match whose {
                    Whose::Person => "for you",
                    Whose::Server => "for all users of this server together",
                };
                let resets = rfc3339_of_second(now.saturating_add(*wait));
                format!(
                    "quota_spent: {quota} ({} {whose}) is used up; it resets at {resets}, in {}. Do not \
                     call again before then",
                    rate.words(),
                    spoken(*wait),
                )
            }
            Self::TooMany { quota, rate, units } => format!(
                "quota_spent: {quota} has {}, so {units} units at once can never be had; ask for less at a \
                 time",
                rate.words(),
            ),
            Self::Unavailable { quota } => {
                format!("quota_unavailable: {quota} cannot be counted just now; try again later")
            }
            Self::Unknown { quota } => {
                format!("quota_unavailable: this server does not define {quota}")
            }
        }
    }
}

/// RFC 3339 in UTC, to the second that has begun by then.
fn rfc3339_of_second(ms: u64) -> String {
    let whole = rfc3339(ms.div_ceil(1000).saturating_mul(1000));
    whole.replace(".000Z", "Z")
}

/// A time to wait, rounded up to its largest unit.
fn spoken(ms: u64) -> String {
    let seconds = ms.div_ceil(1000).max(1);
    let (number, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7200 => (seconds.div_ceil(60), "minute"),
        7200..172_800 => (seconds.div_ceil(3600), "hour"),
        _ => (seconds.div_ceil(86_400), "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { units: 20, period: 3600 };

    #[test]
    fn a_spent_quota_says_which_and_when_it_resets() {
        let quota = "the quota `costly`".to_owned();
        let refusal =
            Refusal::Spent { quota, rate: RATE, whose: Whose::Person, wait: 42 * 60 * 1000 };
        assert_eq!(
            refusal.words(1_785_196_799_007),
            "quota_spent: the quota `costly` (20 an hour for you) is used up; it resets at \
             2026-07-28T00:42:00Z, in 42 minutes. Do not call again before then"
        );
    }

    #[test]
    fn waits_are_rounded_up() {
        for (ms, words) in [
            (0, "1 second"),
            (1, "1 second"),
            (119_001, "2 minutes"),
            (119_000, "119 seconds"),
            (7_200_001, "3 hours"),
            (172_800_000, "2 days"),
            (172_800_001, "3 days"),
        ] {
            assert_eq!(spoken(ms), words, "{ms}");
        }
    }
}
