//! The form of a schedule: five fields, as Cloudflare's Cron Triggers read them.

use super::super::form::Form;
use super::super::schema::shape;
use super::super::value::shown;
use crate::diagnostic::{Code, Fault};
use crate::model::Str;

/// Text of five fields; the fields themselves are checked when the file is read.
const PATTERN: &str = "^\\s*\\S+(\\s+\\S+){4}\\s*$";

pub(in super::super) const SCHEDULE: Form = Form::new(schedule, || shape::pattern(PATTERN));

/// A field: its title, its range, and the names of its numbers from the first on.
struct Field {
    title: &'static str,
    least: u8,
    most: u8,
    names: &'static [&'static str],
    /// Forms that only this field has.
    special: fn(&str, &Field) -> bool,
}

const MONTHS: &[&str] =
    &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The fields in their order.
const FIELDS: [Field; 5] = [
    Field { title: "minute", least: 0, most: 59, names: &[], special: |_, _| false },
    Field { title: "hour", least: 0, most: 23, names: &[], special: |_, _| false },
    // The last day, the last weekday, and the weekday nearest to a day.
    Field {
        title: "day of the month",
        least: 1,
        most: 31,
        names: &[],
        special: |text, field| {
            matches!(text, "L" | "LW" | "W")
                || text.strip_suffix('W').is_some_and(|day| field.number(day).is_some())
        },
    },
    Field { title: "month", least: 1, most: 12, names: MONTHS, special: |_, _| false },
    // Cloudflare counts from 1, which is Sunday. The last such day of the month, and the first to fifth one.
    Field {
        title: "day of the week",
        least: 1,
        most: 7,
        names: DAYS,
        special: |text, field| {
            let last = text.strip_suffix('L').is_some_and(|day| field.number(day).is_some());
            let nth = text.split_once('#').is_some_and(|(day, nth)| {
                field.number(day).is_some() && matches!(nth, "1" | "2" | "3" | "4" | "5")
            });
            text == "L" || last || nth
        },
    },
];

/// The schedule in its one spelling: what Cloudflare says when it starts the Worker is what it was given.
fn schedule(text: &str) -> Result<Str, Fault> {
    let fault = |message: String, help: String| Fault::new(Code::InvalidText, message, help);
    let upper = text.to_ascii_uppercase();
    let parts: Vec<&str> = upper.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        let message = format!("`{}` is not a schedule", shown(text));
        let help = "write five fields: minute, hour, day of the month, month and day of the week, in UTC; \
                    `0 6 * * *` is 6:00 each day";
        return Err(fault(message, help.to_owned()));
    }
    for (part, field) in parts.iter().zip(&FIELDS) {
        if let Some(item) = part.split(',').find(|item| !field.takes(item)) {
            let message = format!("`{}` is not a {}", shown(item), field.title);
            return Err(fault(message, field.help()));
        }
    }
    Ok(parts.join(" ").into())
}

impl Field {
    /// True for one item of a list: `*`, a number or name, a range, each perhaps with a step.
    fn takes(&self, item: &str) -> bool {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let has_step = step
            .is_none_or(|step| digits(step).is_some_and(|step| (1..=self.most).contains(&step)));
        let is_range = match range.split_once('-') {
            None => range == "*" || self.number(range).is_some(),
            Some((first, last)) => {
                let ends = self.number(first).zip(self.number(last));
                ends.is_some_and(|(first, last)| first <= last)
            }
        };
        (has_step && is_range) || (self.special)(item, self)
    }

    fn number(&self, text: &str) -> Option<u8> {
        let named = self.names.iter().position(|name| *name == text);
        let named =
            named.and_then(|index| u8::try_from(index).ok()).map(|index| index + self.least);
        named.or_else(|| digits(text)).filter(|number| (self.least..=self.most).contains(number))
    }

    fn help(&self) -> String {
        let Self { title, least, most, names, .. } = self;
        let names = match *names {
            [] => "",
            DAYS => ", or SUN to SAT; 1 is Sunday",
            _ => ", or JAN to DEC",
        };
        format!("the {title} is `*`, or from {least} to {most}{names}; `/` makes steps")
    }
}

fn digits(text: &str) -> Option<u8> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_of_cloudflare_are_taken_in_one_spelling() {
        for (text, expected) in [
            ("0 6 * * *", "0 6 * * *"),
            ("  */5\t* * *  mon-fri ", "*/5 * * * MON-FRI"),
            ("0,30 9-17/2 1 JAN,jul *", "0,30 9-17/2 1 JAN,JUL *"),
            ("59 23 LW * *", "59 23 LW * *"),
            ("10 7 15W 12 SUN#2", "10 7 15W 12 SUN#2"),
            ("10 7 * * 6L", "10 7 * * 6L"),
            ("5/15 0 L * 7", "5/15 0 L * 7"),
        ] {
            assert_eq!(schedule(text).ok().as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_never_comes_is_no_schedule() {
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * * 0",
            "* * * * 8",
            "*/0 * * * *",
            "5-1 * * * *",
            "* * * FOO *",
            "* * * * SUN#6",
            "1,,2 * * * *",
            "-1 * * * *",
            "1- * * * *",
            "*/61 * * * *",
            "+5 * * * *",
            "* * * * MON#",
            "@daily",
        ] {
            assert!(schedule(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_classic_zero_for_sunday_is_explained() {
        let fault = schedule("0 6 * * 0").expect_err("Cloudflare counts from 1");
        assert_eq!(fault.message, "`0` is not a day of the week");
        assert!(fault.help.is_some_and(|help| help.contains("1 is Sunday")));
    }
}
