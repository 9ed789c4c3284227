//! Values of JSON of which every class has one: a test sees a value only by its type, by being equal to a
//! listed one, and by its order among listed numbers.

use serde_json::{Number, Value, json};
use toolgate_config::{Scalar, Test};

/// A listed number. Whole ones that a float cannot say stay exact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Listed {
    Whole(i128),
    Float(f64),
}

/// Everything that is listed at a path, by tests of policies and by input schemas.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListedValues {
    texts: Vec<String>,
    numbers: Vec<Listed>,
}

impl ListedValues {
    pub(crate) fn add_test(&mut self, test: &Test) {
        match test {
            Test::OneOf(values) | Test::Contains(values) => {
                for value in values.iter() {
                    match value {
                        Scalar::Str(text) => self.add_text(text),
                        Scalar::Int(number) => self.add_number(Listed::Whole((*number).into())),
                        Scalar::Bool(_) => {}
                    }
                }
            }
            Test::Min(number) | Test::Max(number) => self.add_number(Listed::Float(*number)),
            Test::Exists(_) | Test::Claim(_) => {}
        }
    }

    /// A value of an input schema.
    pub(crate) fn add_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add_text(text),
            Value::Number(number) => self.add_number(listed(number)),
            _ => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        if !self.texts.iter().any(|known| known == text) {
            self.texts.push(text.to_owned());
        }
    }

    fn add_number(&mut self, number: Listed) {
        if !self.numbers.contains(&number) {
            self.numbers.push(number);
        }
    }

    /// The candidates, those first that are read most easily.
    pub(crate) fn candidates(&self) -> Vec<Value> {
        let mut all: Vec<Value> = self.texts.iter().map(|text| json!(text)).collect();
        for number in &self.numbers {
            all.extend(around(*number));
        }
        all.push(json!(fresh("other", |name| self.texts.iter().any(|text| text == name))));
        all.extend([json!(0), json!(true), json!(false)]);
        all.extend([json!(i64::MAX), json!(i64::MIN), json!(u64::MAX), json!(0.5)]);
        all.extend([json!(f64::MAX), json!(f64::MIN)]);
        all.extend([Value::Null, json!({}), json!([])]);
        let mut distinct: Vec<Value> = Vec::new();
        for value in all {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
        }
        distinct
    }
}

/// `zz-` and a word, or another one where that is taken.
pub(crate) fn fresh(word: &str, taken: impl Fn(&str) -> bool) -> String {
    let first = format!("zz-{word}");
    let numbered = (2..).map(|count| format!("zz-{word}-{count}"));
    std::iter::once(first).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

fn listed(number: &Number) -> Listed {
    match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(whole), ..) => Listed::Whole(whole.into()),
        (None, Some(whole), _) => Listed::Whole(whole.into()),
        (None, None, float) => Listed::Float(float.unwrap_or_default()),
    }
}

/// The number, and its nearest neighbours on both sides, as whole numbers and as floats. Between two listed
/// numbers, the neighbours of the smaller one stand for all that are there.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float of this size is cut where numbers end"
)]
fn around(number: Listed) -> Vec<Value> {
    let (floor, ceil, float) = match number {
        Listed::Whole(whole) => (whole, whole, whole as f64),
        Listed::Float(float) => (float.floor() as i128, float.ceil() as i128, float),
    };
    let wholes = [floor, ceil, ceil.saturating_add(1), floor.saturating_sub(1)];
    // A whole number may lie between two floats: the nearest one is on either side of it.
    let mut floats = vec![float, float.next_up(), float.next_down()];
    floats.extend(
        [floor, ceil, ceil.saturating_add(1), floor.saturating_sub(1)].map(|whole| whole as f64),
    );
    floats.extend([float.next_up().next_up(), float.next_down().next_down()]);
    let wholes = wholes.into_iter().filter_map(|whole| match i64::try_from(whole) {
        Ok(whole) => Some(json!(whole)),
        Err(_) => u64::try_from(whole).ok().map(|whole| json!(whole)),
    });
    let floats = floats.into_iter().filter_map(Number::from_f64).map(Value::Number);
    wholes.chain(floats).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_no_float_says_is_a_candidate_itself() {
        let mut listed = ListedValues::default();
        listed.add_test(&Test::OneOf(vec![Scalar::Int(9_007_199_254_740_993)].into()));
        let candidates = listed.candidates();
        for whole in [9_007_199_254_740_992_i64, 9_007_199_254_740_993, 9_007_199_254_740_994] {
            assert!(candidates.contains(&json!(whole)), "{whole}");
        }
    }

    #[test]
    fn what_is_not_listed_is_never_a_listed_text() {
        let mut listed = ListedValues::default();
        listed.add_test(&Test::OneOf(vec![Scalar::Str("zz-other".into())].into()));
        assert!(listed.candidates().contains(&json!("zz-other-2")));
    }
}
