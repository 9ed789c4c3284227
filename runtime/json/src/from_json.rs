//! Reading Toolgate's own types from JSON, in little code.
//!
//! `#[derive(Deserialize)]` makes 2 to 5 KB of a Worker of each type: for texts, for values and for
//! lists that stand for structs, with a way out and a message at each member. A Worker reads some
//! fifty types and shows none of those messages. A [`FromJson`] is read from a [`Value`] without any way
//! out: a member that is missing or of another form is noted as a fault, something stands in for it,
//! and what has a fault is thrown away at the end. Arguments, answers and state of the functions of a
//! server go by serde, whose messages are for their authors.

use serde::de::Error as _;
use serde_json::Map;
#[doc(hidden)]
pub use serde_json::Value;
pub use toolgate_from_json::FromJson;

use crate::members;

/// A type that can be read; `#[derive(FromJson)]` reads what `#[derive(Serialize)]` writes.
pub trait FromJson: Sized {
    /// Names of the members of a struct.
    const MEMBERS: &'static [&'static str] = &[];

    /// Reads the value; where that is not possible, tells so and gives anything.
    fn read(value: Value, fault: &mut Fault) -> Self;

    /// The value of a member that is missing.
    fn absent(fault: &mut Fault) -> Self {
        fault.unless(false);
        Self::read(Value::Null, fault)
    }
}

/// Reads a text. Of a member that is there twice, the last one counts.
///
/// # Errors
/// It is not JSON, or is something else than a `T`.
pub fn read<T: FromJson>(text: impl AsRef<[u8]>) -> serde_json::Result<T> {
    read_value(serde_json::from_slice(text.as_ref())?)
}

/// Reads an object of somebody else. Members that a `T` does not have are skipped unread, whatever
/// they hold: text that is not UTF-8, numbers that are too large, a thousand lists in each other.
///
/// # Errors
/// It is not an object, a member that a `T` has is of another form, or is there twice.
pub fn read_foreign<T: FromJson>(text: &[u8]) -> serde_json::Result<T> {
    read_value(Value::Object(members::chosen(text, T::MEMBERS)?))
}

/// Reads a value.
///
/// # Errors
/// It is something else than a `T`.
pub fn read_value<T: FromJson>(value: Value) -> serde_json::Result<T> {
    let mut fault = Fault(false);
    let read = T::read(value, &mut fault);
    fault.result().map(|()| read)
}

/// Set if something could not be read.
#[derive(Debug)]
pub struct Fault(bool);

impl Fault {
    /// Notes a fault unless what is expected is so.
    pub fn unless(&mut self, is_fine: bool) {
        self.0 |= !is_fine;
    }

    fn result(&self) -> serde_json::Result<()> {
        if self.0 {
            return Err(serde_json::Error::custom("the JSON is not of the form that was expected"));
        }
        Ok(())
    }
}

/// The members of an object, to be taken by their names.
#[doc(hidden)]
#[derive(Debug)]
pub struct Members<'a> {
    members: Map<String, Value>,
    fault: &'a mut Fault,
}

impl<'a> Members<'a> {
    pub fn of(value: Value, fault: &'a mut Fault) -> Self {
        Self { members: FromJson::read(value, fault), fault }
    }

    #[inline(never)]
    fn find(&mut self, name: &str) -> Option<Value> {
        self.members.get_mut(name).map(Value::take)
    }

    #[inline(never)]
    pub fn take<T: FromJson>(&mut self, name: &str) -> T {
        match self.find(name) {
            Some(value) => T::read(value, self.fault),
            None => T::absent(self.fault),
        }
    }

    pub fn take_or<T: FromJson>(&mut self, name: &str, default: fn() -> T) -> T {
        match self.find(name) {
            Some(value) => T::read(value, self.fault),
            None => default(),
        }
    }
}

/// The items of a list, to be taken in their order.
#[doc(hidden)]
#[derive(Debug)]
pub struct Items<'a> {
    items: std::vec::IntoIter<Value>,
    fault: &'a mut Fault,
}

impl<'a> Items<'a> {
    pub fn of(value: Value, count: usize, fault: &'a mut Fault) -> Self {
        let items: Vec<Value> = FromJson::read(value, fault);
        fault.unless(items.len() == count);
        Self { items: items.into_iter(), fault }
    }

    #[expect(clippy::should_implement_trait, reason = "of one type after the other")]
    pub fn next<T: FromJson>(&mut self) -> T {
        T::read(self.items.next().unwrap_or_default(), self.fault)
    }
}

/// The name and the content of a variant; no name where the value is none.
#[doc(hidden)]
#[must_use]
pub fn variant(value: Value) -> (String, Value) {
    match value {
        Value::String(name) => (name, Value::Null),
        Value::Object(members) if members.len() == 1 => {
            members.into_iter().next().unwrap_or_default()
        }
        _ => Default::default(),
    }
}

impl FromJson for Value {
    fn read(value: Value, _: &mut Fault) -> Self {
        value
    }
}

/// Of types that one kind of value holds.
macro_rules! of_kind {
    ($($kind:pat => $read:expr, $type:ty;)*) => {$(
        impl FromJson for $type {
            fn read(value: Value, fault: &mut Fault) -> Self {
                match value {
                    $kind => $read,
                    _ => {
                        fault.unless(false);
                        Default::default()
                    }
                }
            }
        }
    )*};
}

of_kind! {
    Value::Bool(is) => is, bool;
    Value::String(text) => text, String;
    Value::Object(members) => members, Map<String, Value>;
}

/// Of numbers, which have to fit.
macro_rules! numbers {
    ($($of:ident, $type:ty;)*) => {$(
        impl FromJson for $type {
            fn read(value: Value, fault: &mut Fault) -> Self {
                let number = value.$of().and_then(|number| number.try_into().ok());
                fault.unless(number.is_some());
                number.unwrap_or_default()
            }
        }
    )*};
}

numbers! {
    as_u64, u64;
    as_u64, u32;
    as_u64, usize;
    as_i64, i64;
    as_f64, f64;
}

impl<T: FromJson> FromJson for Option<T> {
    fn read(value: Value, fault: &mut Fault) -> Self {
        if value.is_null() { None } else { Some(T::read(value, fault)) }
    }

    fn absent(_: &mut Fault) -> Self {
        None
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn read(value: Value, fault: &mut Fault) -> Self {
        Self::new(T::read(value, fault))
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn read(value: Value, fault: &mut Fault) -> Self {
        let Value::Array(items) = value else {
            fault.unless(false);
            return Self::new();
        };
        let mut read = Self::with_capacity(items.len());
        for item in items {
            read.push(T::read(item, fault));
        }
        read
    }
}

impl<A: FromJson, B: FromJson> FromJson for (A, B) {
    fn read(value: Value, fault: &mut Fault) -> Self {
        let mut items = Items::of(value, 2, fault);
        (items.next(), items.next())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, FromJson)]
    struct Everything {
        #[serde(rename = "t")]
        text: String,
        number: u32,
        negative: i64,
        float: f64,
        is: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maybe: Option<String>,
        #[serde(default = "seven")]
        seven: u64,
        #[serde(default)]
        list: Vec<Variant>,
        pair: (String, Option<u64>),
        any: Value,
        members: Map<String, Value>,
        boxed: Box<Inner>,
        #[serde(skip)]
        skipped: Vec<u64>,
    }

    #[derive(Debug, PartialEq, FromJson)]
    struct Foreign {
        count: u64,
        maybe: Option<String>,
    }

    #[derive(Debug, PartialEq, Serialize, FromJson)]
    struct Inner(String, u64);

    #[derive(Debug, PartialEq, Serialize, FromJson)]
    #[serde(transparent)]
    struct Only(String);

    #[derive(Debug, PartialEq, Serialize, FromJson)]
    #[serde(rename_all = "snake_case")]
    enum Variant {
        TwoWords,
        #[serde(rename = "o")]
        Other(Only),
        Fields {
            count: u64,
            maybe: Option<u64>,
        },
        Both(u64, String),
    }

    fn seven() -> u64 {
        7
    }

    fn everything() -> Everything {
        Everything {
            text: "é\u{0}".to_owned(),
            number: u32::MAX,
            negative: i64::MIN,
            float: -0.5,
            is: true,
            maybe: None,
            seven: 8,
            list: vec![
                Variant::TwoWords,
                Variant::Other(Only("x".to_owned())),
                Variant::Fields { count: u64::MAX, maybe: None },
                Variant::Both(1, "y".to_owned()),
            ],
            pair: ("a".to_owned(), Some(2)),
            any: json!({ "deep": [null, 1.5] }),
            members: Map::from_iter([("k".to_owned(), json!(1))]),
            boxed: Box::new(Inner("z".to_owned(), 3)),
            skipped: Vec::new(),
        }
    }

    #[test]
    fn what_serialize_wrote_is_read() {
        let text = serde_json::to_string(&everything()).expect("JSON");
        assert_eq!(read::<Everything>(&text).expect("is of the form"), everything(), "{text}");
    }

    #[test]
    fn members_of_others_are_skipped_whatever_they_hold() {
        let deep = ["[".repeat(5000), "]".repeat(5000)].concat();
        for other in ["\"\\ud83d\"", "1e999", "[1,{\"t\":2}]", &deep, "\"cut \u{fffd}\"", "null"] {
            let text = format!("{{\"x\":{other},\"0\":\"z\",\"count\":3,\"y\":{other}}}");
            let read = read_foreign::<Foreign>(text.as_bytes()).expect("is of the form");
            assert_eq!(read, Foreign { count: 3, maybe: None }, "{other:.40}");
        }
        let latin = b"{\"x\":\"B\xfcro\",\"count\":3}";
        assert_eq!(read_foreign::<Foreign>(latin).expect("is of the form").count, 3);
        for text in [
            "{\"count\":3,\"count\":3}",
            "{\"count\":3,\"maybe\":\"a\",\"maybe\":null}",
            "{\"count\":1e999}",
            "{\"count\":3,\"maybe\":\"\\ud83d\"}",
            "{\"count\":3} x",
            "{\"count\":3",
            "[3]",
            "",
        ] {
            assert!(read_foreign::<Foreign>(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_has_a_default_may_be_left_out_and_others_are_passed_over() {
        let mut value = serde_json::to_value(everything()).expect("JSON");
        let members = value.as_object_mut().expect("an object");
        members.retain(|name, _| !matches!(name.as_str(), "seven" | "list" | "maybe"));
        members.insert("new".to_owned(), json!([]));
        members.insert("skipped".to_owned(), json!([1]));
        let read = read_value::<Everything>(value).expect("is of the form");
        assert_eq!(read, Everything { seven: 7, list: Vec::new(), ..everything() });
    }

    #[test]
    fn a_member_that_is_missing_or_of_another_form_is_a_fault_wherever_it_is() {
        let wrong = [
            ("/t", json!(1)),
            ("/number", json!(4_294_967_296_u64)),
            ("/number", json!(-1)),
            ("/number", json!("1")),
            ("/negative", json!(0.5)),
            ("/float", json!("0.5")),
            ("/is", json!(0)),
            ("/is", Value::Null),
            ("/maybe", json!(1)),
            ("/list", json!({})),
            ("/list/0", json!("twoWords")),
            ("/list/0", json!({ "two_words": 1 })),
            ("/list/0", json!({ "two_words": null, "o": "x" })),
            ("/list/1", json!("o")),
            ("/list/1/o", json!(1)),
            ("/list/2/fields", json!([1])),
            ("/list/2/fields", json!({ "maybe": 1 })),
            ("/list/3/both", json!([1])),
            ("/list/3/both", json!([1, "y", 2])),
            ("/pair", json!(["a"])),
            ("/pair/1", json!("2")),
            ("/members", json!([])),
            ("/boxed", json!({ "0": "z", "1": 3 })),
        ];
        for (place, value) in wrong {
            let mut whole = serde_json::to_value(everything()).expect("JSON");
            // `maybe` is written only where it is there.
            whole["maybe"] = Value::Null;
            *whole.pointer_mut(place).expect("is there") = value.clone();
            assert!(read_value::<Everything>(whole).is_err(), "{place}: {value}");
        }
        for name in ["t", "number", "negative", "float", "is", "pair", "any", "members", "boxed"] {
            let mut whole = serde_json::to_value(everything()).expect("JSON");
            whole.as_object_mut().expect("an object").remove(name);
            assert!(read_value::<Everything>(whole).is_err(), "{name}");
        }
        for text in ["", "null", "[]", "1", "\"t\"", "{", "{}x"] {
            assert!(read::<Everything>(text).is_err(), "{text}");
        }
    }
}
