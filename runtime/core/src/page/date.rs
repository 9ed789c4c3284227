//! Points in time, for people.

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// Days from the first day of the era (1 March of the year 0) to 1 January 1970.
const ERA_TO_1970: u64 = 719_468;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The day, in UTC, as `<time>`.
pub(super) fn day(seconds: u64) -> String {
    element(seconds, None)
}

/// The same, but the nearest past in words.
pub(super) fn day_or_recently(seconds: u64, now: u64) -> String {
    let words = if now.saturating_sub(seconds) < HOUR {
        Some("within the last hour")
    } else if seconds / DAY == now / DAY {
        Some("today")
    } else {
        None
    };
    element(seconds, words)
}

/// A length of time, in its largest whole unit.
pub(super) fn span(seconds: u32) -> String {
    let units = [(DAY, "day"), (HOUR, "hour"), (60, "minute"), (1, "second")];
    let seconds = u64::from(seconds);
    let whole = units.iter().find(|(unit, _)| seconds % unit == 0 && seconds > 0);
    let (unit, name) = whole.copied().unwrap_or((1, "second"));
    let count = seconds / unit;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

fn element(seconds: u64, words: Option<&str>) -> String {
    let (year, month, day) = civil(seconds / DAY);
    let text = words.map_or_else(
        // `month` is 1 to 12 by construction.
        || format!("{day} {} {year}", MONTHS[(month as usize + 11) % 12]),
        str::to_owned,
    );
    format!("<time datetime=\"{year:04}-{month:02}-{day:02}\">{text}</time>")
}

/// Year, month and day of the Gregorian calendar. Years are counted from March, so that the day
/// that comes and goes is their last; months of 31 and 30 days then repeat in runs of five, which
/// have 153 days.
pub(crate) fn civil(days_since_1970: u64) -> (u64, u64, u64) {
    let days = days_since_1970 + ERA_TO_1970;
    let era = days / 146_097; // 400 years
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (seconds, expected) in [
            (0, (1970, 1, 1)),
            (951_782_399, (2000, 2, 28)),
            (951_782_400, (2000, 2, 29)),
            (951_868_800, (2000, 3, 1)),
            (1_709_164_800, (2024, 2, 29)),
            (1_735_689_599, (2024, 12, 31)),
            (1_794_441_600, (2026, 11, 12)),
            (4_107_542_400, (2100, 3, 1)),
            (4_107_542_399, (2100, 2, 28)),
        ] {
            assert_eq!(civil(seconds / DAY), expected, "{seconds}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let leap =
            |y: u64| (y.is_multiple_of(4) && !y.is_multiple_of(100)) || y.is_multiple_of(400);
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..146_097 {
            assert_eq!(civil(days), (year, month, day));
            let length = match month {
                2 => 28 + u64::from(leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }

    #[test]
    fn a_length_of_time_is_told_in_its_largest_whole_unit() {
        for (seconds, words) in [
            (30 * 86_400, "30 days"),
            (86_400, "1 day"),
            (36 * 3600, "36 hours"),
            (3600, "1 hour"),
            (5400, "90 minutes"),
            (61, "61 seconds"),
            (1, "1 second"),
        ] {
            assert_eq!(span(seconds), words);
        }
    }

    #[test]
    fn the_nearest_past_is_told_in_words() {
        let noon = 1_794_441_600 + 12 * HOUR;
        let shown = |seconds| day_or_recently(seconds, noon);
        assert_eq!(shown(noon - 60), "<time datetime=\"2026-11-12\">within the last hour</time>");
        assert_eq!(shown(noon - 2 * HOUR), "<time datetime=\"2026-11-12\">today</time>");
        assert_eq!(
            shown(noon - 13 * HOUR),
            "<time datetime=\"2026-11-11\">11 November 2026</time>"
        );
        // Clocks of two machines differ.
        assert!(shown(noon + 5).contains("within the last hour"));
        assert_eq!(day(0), "<time datetime=\"1970-01-01\">1 January 1970</time>");
    }
}
