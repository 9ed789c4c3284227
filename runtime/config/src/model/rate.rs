//! Units in a time.

/// A number of units in each window of time, as `"20/h"` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The units.
    pub units: u32,
    /// The length of a window, in seconds: a minute, an hour or a day.
    pub period: u32,
}

impl Rate {
    /// The units of time that a rate may have: the letter, its seconds, and the noun with its article.
    pub const PERIODS: [(char, u32, &str); 3] =
        [('m', 60, "a minute"), ('h', 60 * 60, "an hour"), ('d', 24 * 60 * 60, "a day")];

    /// The rate in words, for example `20 an hour`.
    #[must_use]
    pub fn words(&self) -> String {
        let known = Self::PERIODS.iter().find(|(_, seconds, _)| *seconds == self.period);
        let period = known.map_or("a window", |(.., words)| words);
        [&self.units.to_string(), " ", period].concat()
    }
}
