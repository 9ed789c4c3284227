//! `range`, `min_len`, `max_len`, `pattern` and `values` of `#[arg]`: what a schema can say and the
//! wrapper enforces.

use syn::{Expr, ExprRange, RangeLimits};

use super::number::{Number, number_of};
use super::pattern::{self, Pattern};
use super::values;
use crate::errors::Errors;
use crate::function::types::Plain;
use crate::options::Entry;

/// Limits on a value, in addition to its type.
#[derive(Default)]
pub(crate) struct Limits {
    pub(crate) range: Option<Range>,
    pub(crate) length: Option<Length>,
    pub(crate) pattern: Option<Pattern>,
    /// All that is allowed; of a list, all that its items may be.
    pub(crate) values: Option<Vec<Expr>>,
}

impl Limits {
    /// Checks the options.
    pub(crate) fn check(entries: &[Entry], plain: Option<Plain<'_>>, errors: &Errors) -> Self {
        let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
        let length = length(entry("min_len"), entry("max_len"), plain, errors);
        if entry("values").is_some() && !matches!(plain, Some(Plain::List(_))) {
            let others = ["range", "min_len", "max_len", "pattern"].into_iter().filter_map(entry);
            for other in others {
                let help = format!("leave `{}` out", other.key);
                errors.report(&other.key, "`values` says already what is allowed", help);
            }
        }
        Self {
            range: entry("range").and_then(|entry| range(entry, plain, errors)),
            length,
            pattern: entry("pattern").and_then(|entry| pattern::check(entry, plain, errors)),
            values: entry("values").and_then(|entry| values::check(entry, plain, errors)),
        }
    }
}

/// A checked `range`.
pub(crate) struct Range {
    /// As the user wrote it.
    pub(crate) tokens: ExprRange,
    pub(crate) min: Option<Number>,
    pub(crate) max: Option<Number>,
    /// True if `max` itself is outside.
    pub(crate) below: bool,
}

/// Checked `min_len` and `max_len`.
pub(crate) struct Length {
    pub(crate) min: Option<u32>,
    pub(crate) max: Option<u32>,
}

/// Checks `range = …` of a parameter.
fn range(entry: &Entry, plain: Option<Plain<'_>>, errors: &Errors) -> Option<Range> {
    let expr = entry.expr("1..=10", errors)?;
    let Some(plain @ (Plain::Whole(_) | Plain::Number(_))) = plain else {
        let help = "a range is for numbers; text and lists have `min_len` and `max_len`";
        errors.report(&entry.key, "this parameter cannot have a range", help);
        return None;
    };
    let Expr::Range(tokens) = expr else {
        errors.report(expr, "`range` takes a range", "write `range = 1..=10`");
        return None;
    };
    let bound = |expr: &Option<Box<Expr>>| match expr {
        None => Some(None),
        Some(expr) => number_of(plain, expr, errors).map(Some),
    };
    let (min, max) = (bound(&tokens.start), bound(&tokens.end));
    let (min, mut max) = (min?, max?);
    let mut below = matches!(tokens.limits, RangeLimits::HalfOpen(_)) && max.is_some();
    // Whole numbers have a last one before the end.
    if below && let Some(Number::Whole(end)) = max {
        max = Some(Number::Whole(end - 1));
        below = false;
    }
    match (min, max) {
        (None, None) => {
            errors.report(expr, "this range allows everything", "leave it out");
            return None;
        }
        (Some(min), Some(max))
            if min.value() > max.value() || (below && min.value() >= max.value()) =>
        {
            errors.report(expr, "this range is empty", "put the smaller number first");
            return None;
        }
        _ => {}
    }
    Some(Range { tokens: tokens.clone(), min, max, below })
}

impl Range {
    /// True if a number is inside.
    pub(crate) fn contains(&self, number: Number) -> bool {
        let number = number.value();
        self.min.is_none_or(|min| min.value() <= number)
            && self.max.is_none_or(|max| {
                if self.below { number < max.value() } else { number <= max.value() }
            })
    }

    /// Message for the caller.
    pub(crate) fn violation(&self) -> String {
        match (self.min, self.max, self.below) {
            (Some(min), Some(max), false) => format!("must be between {min} and {max}"),
            (Some(min), Some(max), true) => format!("must be at least {min} and below {max}"),
            (Some(min), None, _) => format!("must be at least {min}"),
            (None, Some(max), false) => format!("must be at most {max}"),
            (None, Some(max), true) => format!("must be below {max}"),
            (None, None, _) => String::new(),
        }
    }
}

/// Checks `min_len = …` and `max_len = …` of a parameter.
fn length(
    min: Option<&Entry>,
    max: Option<&Entry>,
    plain: Option<Plain<'_>>,
    errors: &Errors,
) -> Option<Length> {
    let first = min.or(max)?;
    if !matches!(plain, Some(Plain::Text | Plain::List(_))) {
        let help = "it is for `String` and `Vec`; numbers have `range`";
        errors.report(&first.key, "this parameter cannot have a length", help);
        return None;
    }
    let read = |entry: &Entry| entry.count(errors).and_then(|count| count.base10_parse().ok());
    let (min_len, max_len) = (min.map(read), max.map(read));
    let length = Length { min: min_len.unwrap_or_default(), max: max_len.unwrap_or_default() };
    if let (Some(shortest), Some(longest), Some(entry)) = (length.min, length.max, max)
        && shortest > longest
    {
        let help = format!("`min_len` is {shortest}");
        errors.report(&entry.value, "no length is allowed", help);
        return None;
    }
    Some(length)
}

impl Length {
    /// True if a length is allowed.
    pub(crate) fn contains(&self, length: usize) -> bool {
        self.min.is_none_or(|min| length >= min as usize)
            && self.max.is_none_or(|max| length <= max as usize)
    }

    /// Message for the caller; `unit` is what is counted.
    pub(crate) fn violation(&self, unit: &str) -> String {
        let units = |count: u32| if count == 1 { unit.to_owned() } else { format!("{unit}s") };
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("must have {min} to {max} {}", units(max)),
            (Some(min), None) => format!("must have at least {min} {}", units(min)),
            (None, Some(max)) => format!("must have at most {max} {}", units(max)),
            (None, None) => String::new(),
        }
    }
}
