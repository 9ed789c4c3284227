use serde_json::json;

use super::*;

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "a": {"type": "integer", "description": "The first\nnumber"},
            "ratio": {"type": ["number", "null"]},
            "text": {"type": "string"},
            "loud": {"type": "boolean"},
            "tags": {"type": "array"},
            "colour": {"$ref": "#/$defs/Colour"},
            "extra": {"anyOf": [{"$ref": "#/$defs/Extra"}, {"type": "null"}]},
        },
        "required": ["a"],
        "$defs": {
            "Colour": {"enum": ["red", "green"]},
            "Extra": {"type": "object"},
        },
    })
}

fn built(words: &[&str]) -> std::result::Result<Value, String> {
    let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
    build(Some(&schema()), &words, Map::new()).map(Value::Object).map_err(|failure| {
        assert_eq!(failure.status, 2);
        failure.error.to_string()
    })
}

#[test]
fn a_value_becomes_what_the_schema_wants() {
    let words =
        ["a=23", "ratio=0.5", "text=42", "loud=true", "tags=[1]", "colour=red", "extra={\"x\":1}"];
    let expected = json!({
        "a": 23, "ratio": 0.5, "text": "42", "loud": true, "tags": [1], "colour": "red",
        "extra": {"x": 1},
    });
    assert_eq!(built(&words), Ok(expected));
    assert_eq!(
        built(&["a:=1", "ratio:=null", "text=a=b"]),
        Ok(json!({"a": 1, "ratio": null, "text": "a=b"}))
    );
}

#[test]
fn a_value_of_another_type_is_told_what_the_schema_wants() {
    for (words, expected) in [
        (&["a=two"][..], "`a` wants a whole number, not `two`"),
        (&["a=1.5"], "`a` wants a whole number, not `1.5`"),
        (&["a=1", "loud=yes"], "`loud` wants true or false, not `yes`"),
        (&["a=1", "tags=x"], "`tags` wants a JSON list, not `x`"),
        (&["a=1", "colour=blue"], "`colour` wants one of red, green, not `blue`"),
        (&["a=1", "text:=1"], "`text` wants text, not `1`"),
        (&["a=1", "txet=x"], "did you mean `text`?"),
        (&["a=1", "a=2"], "`a` is given twice"),
        (&["a"], "`a` is no argument"),
        (&["text=x"], "| a (a whole number): The first number"),
        (&["a:=x"], "`a` is no JSON"),
        (&["a=@/nowhere/at-all"], "cannot read /nowhere/at-all"),
    ] {
        let error = built(words).expect_err("it is refused");
        assert!(error.contains(expected), "{words:?}: {error}");
    }
}

#[test]
fn an_argument_of_any_json_is_parsed() {
    let schema = json!({"type": "object", "properties": {
        "any": true,
        "described": {"description": "Anything"},
        "empty": {},
        "either": {"anyOf": [{"type": "string"}, {"type": "object"}]},
        "number": {"type": ["string", "integer"]},
        "all": {"type": ["string", "number", "boolean", "object", "array", "null"]},
    }});
    let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let typed = [
        r#"any={"a":1}"#,
        r#"described={"a":1}"#,
        "empty=[1,2]",
        r#"either={"a":1}"#,
        "number=5",
        "all=5",
    ];
    let built = build(Some(&schema), &words(&typed), Map::new()).expect("arguments");
    let expected = json!({
        "any": {"a": 1}, "described": {"a": 1}, "empty": [1, 2], "either": {"a": 1}, "number": "5",
        "all": 5,
    });
    assert_eq!(Value::Object(built), expected);
    let typed = ["any=two words", "described=null", "empty=5", "either=[1]"];
    let built = build(Some(&schema), &words(&typed), Map::new()).expect("arguments");
    let expected = json!({"any": "two words", "described": null, "empty": 5, "either": "[1]"});
    assert_eq!(Value::Object(built), expected);
}

#[test]
fn only_an_at_sign_behind_the_equals_sign_reads_a_file() {
    let file = std::env::temp_dir().join(format!("toolgate-argument-{}", std::process::id()));
    std::fs::write(&file, "what it says").expect("a file");
    let path = file.display();
    let read = built(&["a=1", &format!("text=@{path}")]);
    assert_eq!(read, Ok(json!({"a": 1, "text": "what it says"})));
    for (word, expected) in [
        (format!("text=@@{path}"), format!("@{path}")),
        (format!("text=\"@{path}\""), format!("\"@{path}\"")),
        (format!("text:=\"@{path}\""), format!("@{path}")),
        (format!("text= @{path}"), format!(" @{path}")),
    ] {
        assert_eq!(built(&["a=1", &word]), Ok(json!({"a": 1, "text": expected})), "{word}");
    }
    let error = built(&["a=1", &format!("text:=@{path}")]).expect_err("it is no JSON");
    assert!(error.contains(&format!("by `=` alone: text=@{path}")), "{error}");
    std::fs::remove_file(&file).expect("it is removed");
}

#[test]
fn a_schema_that_leads_in_a_circle_ends() {
    let root =
        json!({"$defs": {"A": {"$ref": "#/$defs/A"}, "B": {"anyOf": [{"$ref": "#/$defs/B"}]}}});
    assert!(types(&json!({"$ref": "#/$defs/A"}), &root, DEPTH).is_empty());
    assert!(types(&json!({"$ref": "#/$defs/B"}), &root, DEPTH).is_empty());
}

#[test]
fn without_a_schema_json_is_json_and_all_else_text() {
    let words = ["a=1".to_owned(), "b=one".to_owned()];
    let built = build(None, &words, Map::new()).expect("arguments");
    assert_eq!(Value::Object(built), json!({"a": 1, "b": "one"}));
}
