//! Tests of reading JSON, and text.

use serde_json::json;

use super::*;

fn read<T: Plain>(value: Value) -> Option<T> {
    plain(value, &mut Report::default())
}

#[test]
fn a_whole_number_may_be_written_as_a_float() {
    assert_eq!(read::<u8>(json!(4.0)), Some(4));
    assert_eq!(read::<u8>(json!(4.5)), None);
    assert_eq!(read::<i64>(json!(-9.0e15)), Some(-9_000_000_000_000_000));
    assert_eq!(read::<i64>(json!(1e17)), None);
    assert_eq!(read::<i64>(json!(-0.0)), Some(0));
    // Its neighbour, 9007199254740993, reads as the same float.
    assert_eq!(read::<i64>(json!(9_007_199_254_740_992.0)), None);
}

#[derive(Debug, PartialEq, serde::Deserialize, JsonSchema)]
struct Count(u8);

#[derive(Debug, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Size {
    Exact(u16),
    Between { least: i32, most: Option<i64> },
}

#[derive(Debug, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
enum Loose {
    Number(u64),
    Text(String),
}

#[derive(Debug, PartialEq, serde::Deserialize, JsonSchema)]
struct Page {
    number: u32,
}

#[derive(Debug, PartialEq, serde::Deserialize, JsonSchema)]
struct Deep {
    count: Count,
    sizes: Vec<Size>,
    named: std::collections::BTreeMap<String, usize>,
    sparse: Vec<Option<u8>>,
    loose: Loose,
    weight: f64,
    #[serde(flatten)]
    page: Page,
}

#[test]
fn a_whole_number_may_be_written_as_a_float_at_every_depth() {
    let given = json!({
        "count": 5.0,
        "sizes": [{ "exact": 1e3 }, { "between": { "least": -2.0, "most": 7.0 } }],
        "named": { "a": 3.0 },
        "sparse": [1.0, null],
        "loose": 9.0,
        "weight": 2.0,
        "number": 4.0,
    });
    let read = json::<Deep>(given, &mut Report::default());
    let expected = Deep {
        count: Count(5),
        sizes: vec![Size::Exact(1000), Size::Between { least: -2, most: Some(7) }],
        named: [("a".to_owned(), 3)].into(),
        sparse: vec![Some(1), None],
        loose: Loose::Number(9),
        weight: 2.0,
        page: Page { number: 4 },
    };
    assert_eq!(read, Some(expected));
}

#[test]
fn a_fraction_is_no_whole_number_at_any_depth() {
    let report = &mut Report::default();
    assert_eq!(json::<Count>(json!(5.5), report), None);
    assert_eq!(json::<Size>(json!({ "exact": 5.5 }), report), None);
    assert_eq!(json::<Vec<Option<u8>>>(json!([5.5]), report), None);
    assert_eq!(json::<Page>(json!({ "number": 1e17 }), report), None);
    assert_eq!(json::<Vec<f64>>(json!([5.5, 2.0]), report), Some(vec![5.5, 2.0]));
}

#[test]
fn a_whole_number_must_fit_its_type() {
    assert_eq!(read::<u8>(json!(255)), Some(255));
    assert_eq!(read::<u8>(json!(256)), None);
    assert_eq!(read::<u8>(json!(-1)), None);
    assert_eq!(read::<u64>(json!(u64::MAX)), Some(u64::MAX));
    assert_eq!(read::<i64>(json!(u64::MAX)), None);
}

#[test]
fn what_is_sent_as_text_is_read_as_what_it_says() {
    let report = &mut Report::default();
    assert_eq!(parsed::<u8>(json!("12"), report), Some(12));
    assert_eq!(parsed::<f64>(json!("-0.5"), report), Some(-0.5));
    assert_eq!(parsed::<bool>(json!("true"), report), Some(true));
    assert_eq!(parsed::<u8>(json!("256"), report), None);
    assert_eq!(parsed::<u8>(json!("twelve"), report), None);
    assert_eq!(parsed::<bool>(json!("yes"), report), None);
    assert_eq!(parsed::<u8>(json!("[1]"), report), None);
}

#[test]
fn text_is_read_in_one_spelling_only() {
    fn reads<T: Printed + PartialEq + std::fmt::Debug>(text: &str, value: T) {
        assert_eq!(parsed(json!(text), &mut Report::default()), Some(value), "{text}");
    }
    fn refuses<T: Printed>(texts: &[&str], written: &str) {
        for text in texts {
            let mut report = Report::default();
            assert!(parsed::<T>(json!(text), &mut report).is_none(), "{text}");
            let expected = format!(": must be written as {written}");
            assert_eq!(report.violations(), [expected], "{text}");
        }
    }
    reads("2024", 2024_u32);
    reads("-7", -7_i64);
    reads("18446744073709551615", u64::MAX);
    refuses::<u32>(&[" 2024", "2024 ", "\t2024\n", "2024.0", "2.024e3", "2024e0"], "2024");
    refuses::<i8>(&["-0", "0.0", "-0.0", "0e5"], "0");
    reads("2.5", 2.5_f64);
    reads("5", 5.0_f64);
    reads("1e+21", 1e21_f64);
    refuses::<f64>(&["5.0", "5e0", " 5", "0.5e1"], "5");
    refuses::<f64>(&["9007199254740993", "9007199254740992.0"], "9007199254740992");
    reads("0.1", 0.1_f32);
    refuses::<f32>(&["0.100000001", "0.10"], "0.1");
    reads("true", true);
    refuses::<bool>(&[" true", "true "], "true");
}

#[test]
fn nothing_is_converted_behind_the_back() {
    assert_eq!(read::<f64>(json!("1")), None);
    assert_eq!(read::<bool>(json!(1)), None);
    assert_eq!(read::<bool>(json!("true")), None);
    assert_eq!(read::<String>(json!(1)), None);
    assert_eq!(read::<Vec<u8>>(json!(1)), None);
    assert_eq!(read::<f32>(json!(1e300)), None);
}
