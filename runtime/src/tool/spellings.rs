//! Other names by which an argument's own type takes what a policy looks at (`#[serde(alias)]`): the
//! policy would not see it there. For the test that `serve!()` adds; a Worker does not contain it.
//!
//! The type's own `Deserialize` is asked. It is led along the path of the policy, and tells there which
//! names it knows ([`Deserializer::deserialize_struct`], [`Deserializer::deserialize_enum`]). Two of them
//! are the same when it makes the same variant of its private enum of names from both. What serde buffers
//! before it looks at it (`flatten`, `untagged`, an internal `tag`) cannot be led.

use std::cell::RefCell;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem::{Discriminant, discriminant};
use std::rc::Rc;

use futures_util::FutureExt as _;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer as _,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use toolgate_config::Config;
use toolgate_policy::Caller;

use super::argument_names::looks;
use super::arguments::Arguments;
use super::registry::Registry;
use crate::context::current::Context;
use crate::platform::bindings::Env;

/// One line for each other name by which a type of the user's reads what a policy looks at.
pub(super) fn ambiguous(registry: &Registry, config: &Config) -> Vec<String> {
    let mut lines = Vec::new();
    for tool in registry.tools() {
        for look in looks(*tool, config) {
            let place = look.path.join(".");
            let (arguments, found) = Arguments::asking(look.path, look.texts);
            let env = Env::of_test(Rc::default());
            let context = Context::new(Caller::default(), env, String::new());
            // It ends at the check of the arguments, which are never accepted.
            drop((tool.call)(&context, arguments).now_or_never());
            lines.extend(found.take().into_iter().map(|other| {
                format!(
                    "{}: tool `{}` is guarded by the policy `{}`, which looks at the argument `{place}`, \
                     and takes {other} for the same: remove the alias from its type",
                    tool.location, tool.info.name, tool.info.policy
                )
            }));
        }
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Other names that `T` reads as the one at the path, or as one of the texts there: `order.nr` for `order.number`.
pub(super) fn others<T: DeserializeOwned>(path: &[String], texts: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (level, name) in path.iter().enumerate() {
        let before = &path[..level];
        found.extend(same::<T>(before, name).map(|other| [before, &[other]].concat().join(".")));
    }
    for text in texts {
        found.extend(same::<T>(path, text).map(|other| format!("{other:?}")));
    }
    found
}

/// The other names that mean the same as `name` below this path.
fn same<T: DeserializeOwned>(before: &[String], name: &str) -> impl Iterator<Item = String> {
    let ask = |name: &str| {
        let heard = RefCell::default();
        let probe = Probe { path: before, name, heard: &heard };
        // It never comes to a value.
        let _: Result<T, Stop> = T::deserialize(probe);
        heard.into_inner()
    };
    let Heard { names, meaning } = ask(name);
    // Names that are kept as they are have no enum: then any name means the same.
    let meaning = meaning.filter(|meaning| ask("\0").meaning != Some(*meaning));
    let others = names.into_iter().filter(|other| *other != name).map(str::to_owned);
    let others: Vec<String> =
        others.filter(|other| meaning.is_some() && ask(other).meaning == meaning).collect();
    others.into_iter()
}

#[derive(Default)]
struct Heard {
    /// That the type knows.
    names: Vec<&'static str>,
    /// Of the name that it was given.
    meaning: Option<u64>,
}

/// Leads a type along a path, and gives it a name at the end.
#[derive(Clone, Copy)]
struct Probe<'p> {
    path: &'p [String],
    name: &'p str,
    heard: &'p RefCell<Heard>,
}

impl<'p> Probe<'p> {
    /// The name to give here, and where to go on from there; at the end nothing goes on.
    fn step(self) -> (&'p str, Option<Self>) {
        match self.path.split_first() {
            Some((name, path)) => (name, Some(Self { path, ..self })),
            None => (self.name, None),
        }
    }

    fn hear(self, names: &[&'static str]) {
        if self.path.is_empty() {
            self.heard.borrow_mut().names = names.to_vec();
        }
    }

    /// Gives the name to a seed that makes the type's private enum of names.
    fn give<'de, S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Stop> {
        let (name, next) = self.step();
        let name: StrDeserializer<'_, Stop> = name.into_deserializer();
        let value = seed.deserialize(name)?;
        if next.is_none() {
            let mut hasher = DefaultHasher::new();
            let which: Discriminant<S::Value> = discriminant(&value);
            which.hash(&mut hasher);
            self.heard.borrow_mut().meaning = Some(hasher.finish());
        }
        Ok(value)
    }

    fn go_on(self) -> Result<Self, Stop> {
        self.step().1.ok_or(Stop)
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Stop> {
        Err(Stop)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_seq(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_map(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.hear(fields);
        visitor.visit_map(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.hear(variants);
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct tuple tuple_struct identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Probe<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Stop> {
        self.give(seed).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        seed.deserialize(self.go_on()?)
    }
}

impl<'de> SeqAccess<'de> for Probe<'_> {
    type Error = Stop;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Stop> {
        seed.deserialize(*self).map(Some)
    }
}

impl<'de> EnumAccess<'de> for Probe<'_> {
    type Error = Stop;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Stop> {
        self.give(seed).map(|value| (value, self))
    }
}

impl<'de> VariantAccess<'de> for Probe<'_> {
    type Error = Stop;

    fn unit_variant(self) -> Result<(), Stop> {
        Err(Stop)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Stop> {
        seed.deserialize(self.go_on()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Stop> {
        Err(Stop)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        let next = self.go_on()?;
        next.hear(fields);
        visitor.visit_map(next)
    }
}

/// Ends every run.
#[derive(Debug)]
struct Stop;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("asked for names only")
    }
}

impl std::error::Error for Stop {}

impl Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;
    use crate::tool::parameter::json;

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only their names are asked for")]
    struct Filter {
        #[serde(alias = "yr", alias = "when")]
        year: u32,
        #[serde(rename = "type", alias = "sort")]
        kind: Option<Kind>,
        orders: Vec<Order>,
        labels: BTreeMap<String, Kind>,
        wrapped: Wrapped,
    }

    #[derive(Deserialize, JsonSchema)]
    struct Wrapped(#[expect(dead_code, reason = "as above")] Box<Order>);

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "as above")]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[serde(alias = "nr")]
        number: u32,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Public,
        #[serde(alias = "sekret")]
        Secret,
    }

    fn found(path: &[&str], texts: &[&str]) -> Vec<String> {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        others::<Filter>(&owned(path), &owned(texts))
    }

    #[test]
    fn other_names_of_a_member_are_found() {
        assert_eq!(found(&["year"], &[]), ["when", "yr"]);
        assert_eq!(found(&["type"], &[]), ["sort"]);
        assert_eq!(found(&["orders", "number"], &[]), ["orders.nr"]);
        assert_eq!(found(&["wrapped", "number"], &[]), ["wrapped.nr"]);
    }

    #[test]
    fn other_spellings_of_a_value_are_found() {
        assert_eq!(found(&["type"], &["secret"]), ["sort", "\"sekret\""]);
        assert_eq!(found(&["labels", "any"], &["secret"]), ["\"sekret\""]);
    }

    #[test]
    fn the_arguments_of_a_tool_tell_them_and_are_not_accepted() {
        let path = ["filter", "year"].map(str::to_owned).to_vec();
        let (mut arguments, found) = Arguments::asking(path, Vec::new());
        assert!(arguments.required("filter", json::<Filter>).is_none());
        assert!(!arguments.accepted());
        assert_eq!(*found.borrow(), ["`filter.when`", "`filter.yr`"]);
    }

    #[test]
    fn names_of_their_own_are_none() {
        assert!(found(&["orders"], &[]).is_empty());
        assert!(found(&["labels", "any"], &["public"]).is_empty());
        assert!(found(&["nothing", "inside"], &["x"]).is_empty());
        assert!(others::<u32>(&["x".to_owned()], &["y".to_owned()]).is_empty());
        assert!(others::<serde_json::Value>(&["x".to_owned()], &["y".to_owned()]).is_empty());
    }
}
