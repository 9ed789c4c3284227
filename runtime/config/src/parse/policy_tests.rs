//! `[[policies.<name>.tests]]`: what a policy has to decide.

use std::ops::Range;

use toml::de::DeValue;

use super::claims::{self, ClaimName};
use super::text::{exact, owned, variable_name};
use super::value::{Section, Value, shown};
use super::wrangler::to_value;
use crate::diagnostic::{Code, Fault};
use crate::model::{List, PolicyTest, Str, TestUser};

/// The tests of one policy, each with where it stands. `None` when one is faulty.
pub(crate) fn read(
    policy: &Section<'_, '_>,
    name: &str,
    claims: &mut Vec<ClaimName>,
) -> Option<Vec<(PolicyTest, Range<usize>)>> {
    let Some(value) = policy.get("tests") else { return Some(Vec::new()) };
    let mut tests = Vec::new();
    let mut sound = true;
    for item in value.items()? {
        match test(&item, name, claims) {
            Some(test) => tests.push((test, item.span())),
            None => sound = false,
        }
    }
    sound.then_some(tests)
}

fn test(value: &Value<'_, '_>, policy: &str, claims: &mut Vec<ClaimName>) -> Option<PolicyTest> {
    let DeValue::Table(_) = value.raw() else {
        let help = format!("write `[[policies.{policy}.tests]]` and its keys below it");
        return value.wrong_type("a table", &help);
    };
    let table = value.open(value.span())?;
    table.refuse_unknown(PolicyTest::KEYS);
    let example = "say who calls: `user = { email = \"ada@example.com\" }`";
    let user = table.require("user", example).and_then(|value| user(&value, claims));
    let arguments = match table.get("args") {
        Some(value) => Some(Some(json(&value)?)),
        None => Some(None),
    };
    let vars = match table.get("vars") {
        Some(value) => vars(&value),
        None => Some(List::default()),
    };
    let expect = table.require("expect", "write `expect = \"allow\"` or `expect = \"deny\"`");
    let allows = expect.and_then(|value| value.text(|text| allows(&value, text)));
    Some(PolicyTest {
        policy: owned(policy),
        user: user?,
        arguments: arguments?,
        vars: vars?,
        allows: allows?,
        line: 0,
        column: 0,
    })
}

fn allows(value: &Value<'_, '_>, text: &str) -> Result<bool, Fault> {
    match text {
        "allow" => Ok(true),
        "deny" => Ok(false),
        _ => {
            let message = format!("`{}` cannot be `{}`", value.path, shown(text));
            Err(Fault::new(Code::UnsupportedValue, message, "write `allow` or `deny`"))
        }
    }
}

fn user(value: &Value<'_, '_>, names: &mut Vec<ClaimName>) -> Option<TestUser> {
    let table = value.open(value.span())?;
    table.refuse_unknown(TestUser::KEYS);
    let (email, subject) = (TestUser::email(&table), TestUser::subject(&table));
    let (email_verified, client) = (TestUser::email_verified(&table), TestUser::client(&table));
    let groups = table.get("groups").map(|value| list(&value));
    let claims = table.get("claims").map(|value| claims(&value, names));
    let scopes = table.get("scopes").map(|value| list(&value));
    Some(TestUser {
        email: email?,
        email_verified: email_verified?,
        subject: subject?,
        groups: sound(groups)?.unwrap_or_default(),
        claims: sound(claims)?.unwrap_or_else(|| owned("{}")),
        client: client?,
        scopes: sound(scopes)?,
    })
}

/// The value where it is sound or absent.
fn sound<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(read) => read.map(Some),
    }
}

/// Texts, of which there may be none.
fn list(value: &Value<'_, '_>) -> Option<List<Str>> {
    match value.raw() {
        DeValue::Array(array) if array.is_empty() => Some(List::default()),
        _ => value.texts(exact),
    }
}

/// Claims as JSON text. A test with one that policies never see would say what never happens.
fn claims(value: &Value<'_, '_>, names: &mut Vec<ClaimName>) -> Option<Str> {
    let mut sound = true;
    for entry in value.open(value.span())?.entries() {
        sound &= !claims::refuse_reserved_in_test(&entry);
        names.push(ClaimName { name: owned(entry.key), span: entry.key_span.clone() });
    }
    json(value).filter(|_| sound)
}

/// A table as JSON text.
fn json(value: &Value<'_, '_>) -> Option<Str> {
    value.open(value.span())?;
    let table = to_value(value)?;
    // Tables with finite numbers can always be written as JSON.
    serde_json::to_string(&table).ok().map(Str::Owned)
}

fn vars(value: &Value<'_, '_>) -> Option<List<(Str, Str)>> {
    let mut vars = Vec::new();
    let mut sound = true;
    for entry in value.open(value.span())?.entries() {
        let name = variable_name(entry.key).map_err(|fault| entry.report_key(fault)).ok();
        let text = match entry.value.raw() {
            DeValue::String(text) => Some(owned(text)),
            _ => entry.value.wrong_type("a string", "variables are texts: use double quotes"),
        };
        match name.zip(text) {
            Some(var) => vars.push(var),
            None => sound = false,
        }
    }
    sound.then(|| vars.into())
}
