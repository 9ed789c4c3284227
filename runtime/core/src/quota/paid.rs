//! The units that a call has paid. A run that repeats it pays what is new, and nothing again.

use serde::Serialize;

use crate::from_json::FromJson;

/// The record of one call, which goes with it from run to run.
///
/// Units are kept by where they were paid: in a block that runs once, by its key, or in the function itself,
/// by an empty one. A block that is not run again does not ask for its units, and nobody else may have them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
pub struct Paid {
    /// The function.
    function: String,
    /// All units.
    units: Vec<(String, u64)>,
    /// Those that this run has not asked for yet.
    credit: Vec<(String, u64)>,
    /// The pass with which the next run begins; none where no client keeps the record.
    pub pass: Option<String>,
}

impl Paid {
    /// Of a call of this function, which has paid nothing.
    #[must_use]
    pub fn of(function: &str) -> Self {
        Self { function: function.to_owned(), ..Self::default() }
    }

    /// The function that is called.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }

    /// Begins a run that repeats what was paid.
    pub fn begin_again(&mut self) {
        self.credit = self.units.clone();
    }

    /// The part of these units that is not paid yet. It counts as asked for.
    pub fn open(&mut self, place: &str, units: u32) -> u32 {
        let credit = self.credit.iter_mut().find(|(known, _)| known == place);
        let Some((_, credit)) = credit else { return units };
        let part = u32::try_from(*credit).unwrap_or(u32::MAX).min(units);
        *credit -= u64::from(part);
        units - part
    }

    /// Takes back that a part of units was asked for that are paid already.
    pub fn close(&mut self, place: &str, units: u32) {
        if let Some((_, credit)) = self.credit.iter_mut().find(|(known, _)| known == place) {
            *credit += u64::from(units);
        }
    }

    /// Adds units that were paid now.
    pub fn add(&mut self, place: &str, units: u32) {
        match self.units.iter_mut().find(|(known, _)| known == place) {
            Some((_, paid)) => *paid += u64::from(units),
            None => self.units.push((place.to_owned(), units.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_repeats_pays_only_what_is_new() {
        let mut paid = Paid::default();
        paid.add("", 1);
        paid.add("", 3);
        paid.begin_again();
        assert_eq!([paid.open("", 1), paid.open("", 5), paid.open("", 2)], [0, 2, 2]);
    }

    #[test]
    fn what_a_block_paid_that_runs_once_is_of_no_use_outside_of_it() {
        let mut paid = Paid::default();
        paid.add("", 1);
        paid.add("hold", 3);
        paid.begin_again();
        assert_eq!([paid.open("", 1), paid.open("", 3)], [0, 3]);
        assert_eq!(paid.open("hold", 4), 1, "a block that failed runs again");
    }
}
