//! Dates as a test writes them.

/// Seconds since 1970 of a date in UTC, such as `2026-01-01` or `2026-01-01T00:00:00Z`.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time.strip_suffix('Z')?, ':', [2, 2, 2])?;
    let length = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 59 || year < 1970 {
        return None;
    }
    // Years begin with March here, so that the day of a leap year is their last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let since_year_0 = year * 365 + year / 4 - year / 100 + year / 400;
    let days = since_year_0 + (153 * month + 2) / 5 + day - 1;
    // From 0000-03-01 to 1970-01-01.
    Some(((days - 719_468) * 24 + hour) * 3600 + minute * 60 + second)
}

/// Three numbers with these counts of digits.
fn numbers(text: &str, separator: char, digits: [usize; 3]) -> Option<[u64; 3]> {
    let parts: Vec<&str> = text.split(separator).collect();
    let parts: [&str; 3] = parts.try_into().ok()?;
    let mut numbers = [0; 3];
    for (at, part) in parts.into_iter().enumerate() {
        if part.len() != digits[at] || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        numbers[at] = part.parse().ok()?;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn dates_are_counted_from_1970() {
        assert_eq!(seconds("1970-01-01"), Some(0));
        assert_eq!(seconds("2000-02-29T23:59:59Z"), Some(951_868_799));
        assert_eq!(seconds("2000-03-01T00:00:00Z"), Some(951_868_800));
        assert_eq!(seconds("2026-01-01T00:00:00Z"), Some(1_767_225_600));
    }

    #[test]
    fn what_is_no_date_in_utc_is_refused() {
        for text in ["", "2026", "2026-02-29", "2026-13-01", "1969-12-31", "2026-01-01T00:00:00"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds("2026-01-01T24:00:00Z"), None);
        assert_eq!(seconds("2026-01-01T00:00:00+01:00"), None);
    }
}
