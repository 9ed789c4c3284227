//! Rates such as `"20/h"`.

use serde_json::Value as Json;

use super::kind::{KeyKind, ValueKind};
use super::schema::{pattern, shape};
use super::value::{Section, Value, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::Rate;

/// The most units in a window. What needs more than a thousand million is not limited by a quota.
const MOST_UNITS: u32 = 1_000_000_000;

pub(super) struct OptionalRate;

/// A rate that may be absent.
pub(super) fn optional_rate() -> OptionalRate {
    OptionalRate
}

impl ValueKind for OptionalRate {
    type Value = Option<Rate>;

    fn of(&self, value: &Value<'_, '_>) -> Option<Option<Rate>> {
        if value.raw().is_str() {
            return value.text(rate).map(Some);
        }
        let help = "write a number and a unit of time in double quotes, for example `\"20/h\"`";
        value.wrong_type("a rate", help)
    }

    fn shape(&self) -> Json {
        shape::pattern(pattern::RATE)
    }
}

impl KeyKind for OptionalRate {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<Option<Rate>> {
        Some(None)
    }
}

/// A rate: units, `/`, and a unit of time.
fn rate(text: &str) -> Result<Rate, Fault> {
    let invalid = |help: String| {
        let message = format!("`{}` is not a rate", shown(text));
        Err(Fault::new(Code::InvalidRate, message, help))
    };
    let help = "write a whole number, `/`, and `m`, `h` or `d` for a minute, an hour or a day, for \
                example `20/h`";
    let Some((units, unit)) = text.split_once('/') else { return invalid(help.to_owned()) };
    if units.is_empty() || !units.bytes().all(|b| b.is_ascii_digit()) {
        return invalid(help.to_owned());
    }
    let known = Rate::PERIODS.iter().find(|(letter, ..)| unit.chars().eq([*letter]));
    let number = units.parse::<u32>().ok().filter(|units| *units <= MOST_UNITS);
    let Some((_, period, _)) = known else {
        return match (unit, number.and_then(|units| units.checked_mul(60))) {
            ("s", Some(units)) => {
                invalid(format!("a second is shorter than a call may take: write `{units}/m`"))
            }
            _ => invalid(help.to_owned()),
        };
    };
    match number {
        Some(units) if units > 0 => Ok(Rate { units, period: *period }),
        _ => {
            let message = format!("`{}` is out of range", shown(text));
            let help = format!("choose from 1 to {MOST_UNITS}; to let nobody pass, use a policy");
            Err(Fault::new(Code::OutOfRange, message, help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_unit_of_time() {
        for (text, units, period) in
            [("1/m", 1, 60), ("20/h", 20, 3600), ("1000000000/d", 1_000_000_000, 86_400)]
        {
            assert_eq!(rate(text).ok(), Some(Rate { units, period }), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_a_rate() {
        for text in [
            "",
            "/",
            "20",
            "20/",
            "/h",
            "20 /h",
            "20/ h",
            "20/H",
            "20/hour",
            "-1/h",
            "+1/h",
            "1.5/h",
            "20/2h",
            "20/h/h",
            "20/s",
            "٢/h",
            "99999999999/s",
        ] {
            assert_eq!(rate(text).err().map(|fault| fault.code), Some(Code::InvalidRate), "{text}");
        }
        for text in ["0/h", "1000000001/d", "4294967296/m", "99999999999999999999/h"] {
            assert_eq!(rate(text).err().map(|fault| fault.code), Some(Code::OutOfRange), "{text}");
        }
    }

    #[test]
    fn a_rate_per_second_is_told_the_same_rate_per_minute() {
        let help = rate("5/s").err().and_then(|fault| fault.help);
        assert!(help.is_some_and(|help| help.contains("`300/m`")));
    }
}
