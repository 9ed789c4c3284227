//! Values that are written in the file or read from a Worker variable, and names of secrets.

use std::borrow::Cow;

use toml::de::DeValue;

use super::text::{owned, variable_name};
use super::value::{Section, Value};
use crate::diagnostic::{Code, Fault};
use crate::model::{Setting, Str};
use crate::names::is_variable_name;

/// A setting: text that passes the check, or the variable it comes from.
pub(crate) fn setting(
    section: &Section<'_, '_>,
    key: &str,
    default_variable: &'static str,
    check: fn(&str) -> Result<Str, Fault>,
) -> Option<Setting> {
    match section.get(key) {
        Some(value) => setting_of(&value, check),
        None => Some(Setting::Var(Cow::Borrowed(default_variable))),
    }
}

pub(crate) fn setting_of(
    value: &Value<'_, '_>,
    check: fn(&str) -> Result<Str, Fault>,
) -> Option<Setting> {
    match value.raw() {
        DeValue::String(_) => value.text(check).map(Setting::Literal),
        DeValue::Table(_) => variable(value)?.text(variable_name).map(Setting::Var),
        _ => value.wrong_type(
            "a string or `{ var = \"NAME\" }`",
            "write the value in double quotes, or name the Worker variable that holds it",
        ),
    }
}

/// The value of `var` in `{ var = "NAME" }`.
fn variable<'a, 'i>(value: &Value<'a, 'i>) -> Option<Value<'a, 'i>> {
    let table = value.open(value.span())?;
    table.refuse_unknown(&["var"]);
    table.get("var").or_else(|| {
        let message = format!("`{}` names no variable", value.path);
        value.report(Fault::new(Code::MissingKey, message, "write `{ var = \"NAME\" }`"));
        None
    })
}

/// The name of a Worker secret. Anything that could be the secret itself is refused unseen.
pub(crate) fn secret(
    section: &Section<'_, '_>,
    key: &str,
    default_variable: &'static str,
) -> Option<Str> {
    match section.get(key) {
        Some(value) => secret_of(&value, key, default_variable),
        None => Some(Cow::Borrowed(default_variable)),
    }
}

/// As [`secret`], for a value that is there; `example` is the name in the help.
pub(crate) fn secret_of(value: &Value<'_, '_>, key: &str, example: &str) -> Option<Str> {
    let literal = |value: &Value<'_, '_>, message: String| {
        let help = format!(
            "keep the value in a Worker secret and name it here: `{key} = {{ var = \"{example}\" }}`\n\
             a secret that was committed once must be replaced"
        );
        value.report(Fault::new(Code::LiteralSecret, message, help));
        None
    };
    if !matches!(value.raw(), DeValue::Table(_)) {
        return literal(value, format!("`{}` is written in the file", value.path));
    }
    let variable = variable(value)?;
    match variable.raw() {
        DeValue::String(name) if is_variable_name(name) => Some(owned(name)),
        _ => literal(&variable, format!("`{}` is not a name of a Worker secret", variable.path)),
    }
}
