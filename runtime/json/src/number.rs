//! Numbers of JSON, compared exactly.

use std::cmp::Ordering;

use serde_json::Number;

/// 2^53. Floats of this size and beyond each stand for several whole numbers, so that only below it a
/// float says which one was meant.
pub const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;

/// Order of a number and a bound, which is at most [`FIRST_INEXACT`] on either side of zero. As
/// floats, whole numbers beyond it would fall together with their neighbours, and a function does
/// not read them so.
#[must_use]
pub fn order(number: &Number, bound: f64) -> Option<Ordering> {
    match (number.as_i64(), number.as_u64()) {
        (Some(number), _) => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and at most 2^53")]
            let whole = bound.trunc() as i64;
            Some(number.cmp(&whole).then(0.0.partial_cmp(&bound.fract())?))
        }
        (None, Some(_)) => Some(Ordering::Greater),
        (None, None) => number.as_f64()?.partial_cmp(&bound),
    }
}

/// True if both are the same number. A float is a whole one only where it says which.
#[must_use]
pub fn is_same(one: &Number, other: &Number) -> bool {
    if one.is_f64() == other.is_f64() {
        return one == other;
    }
    let float = one.as_f64().filter(|float| float.abs() < FIRST_INEXACT);
    float.is_some() && float == other.as_f64()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn number(value: Value) -> Number {
        match value {
            Value::Number(number) => number,
            other => panic!("not a number: {other}"),
        }
    }

    #[test]
    fn whole_numbers_are_compared_exactly_with_any_bound() {
        use Ordering::{Equal, Greater, Less};
        for (value, bound, expected) in [
            (json!(9_007_199_254_740_992_u64), 9_007_199_254_740_992.0, Equal),
            (json!(9_007_199_254_740_993_u64), 9_007_199_254_740_992.0, Greater),
            (json!(-9_007_199_254_740_993_i64), -9_007_199_254_740_992.0, Less),
            (json!(u64::MAX), 9_007_199_254_740_992.0, Greater),
            (json!(i64::MIN), -9_007_199_254_740_992.0, Less),
            (json!(2), 2.5, Less),
            (json!(3), 2.5, Greater),
            (json!(-2), -2.5, Greater),
            (json!(-3), -2.5, Less),
            (json!(0), -0.5, Greater),
            (json!(2.5), 2.5, Equal),
            (json!(2.25), 2.5, Less),
        ] {
            assert_eq!(order(&number(value.clone()), bound), Some(expected), "{value} {bound}");
        }
    }

    #[test]
    fn a_float_is_a_whole_number_only_where_it_says_which() {
        for (one, other, expected) in [
            (json!(42), json!(42), true),
            (json!(42.0), json!(42), true),
            (json!(42), json!(42.0), true),
            (json!(42.5), json!(42), false),
            (json!(9_007_199_254_740_991.0), json!(9_007_199_254_740_991_u64), true),
            (json!(9_007_199_254_740_992.0), json!(9_007_199_254_740_992_u64), false),
            (json!(9_007_199_254_740_992.0), json!(9_007_199_254_740_993_u64), false),
        ] {
            assert_eq!(
                is_same(&number(one.clone()), &number(other.clone())),
                expected,
                "{one} {other}"
            );
        }
    }
}
