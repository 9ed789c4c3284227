//! `input_schema = …`: the author's own schema in place of the one that the parameters make.

use syn::{Expr, ExprLit, Lit, LitStr};

use crate::errors::Errors;
use crate::options::Entry;

/// Location of the schema's text.
pub(crate) enum InputSchema {
    /// Here, checked, without spaces between its tokens.
    Literal(String),
    /// In a constant, whose text no macro sees; the test that `serve!()` adds checks it.
    Constant(Box<Expr>),
}

/// Reads the option.
pub(crate) fn check(entry: &Entry, errors: &Errors) -> Option<InputSchema> {
    match entry.expr("SCHEMA", errors)? {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => literal(text, errors),
        expr @ (Expr::Path(_) | Expr::Macro(_)) => {
            Some(InputSchema::Constant(Box::new(expr.clone())))
        }
        other => {
            let help = "write `input_schema = SCHEMA` for a `const SCHEMA: &str`";
            errors.report(other, "`input_schema` takes JSON text, or a constant with it", help);
            None
        }
    }
}

fn literal(text: &LitStr, errors: &Errors) -> Option<InputSchema> {
    let value: serde_json::Value = match serde_json::from_str(&text.value()) {
        Ok(value) => value,
        Err(error) => {
            let message = format!("this input schema is not JSON: {error}");
            let help = "lines and columns are those of the text; `r#\"…\"#` needs no backslashes";
            errors.report(text, message, help);
            return None;
        }
    };
    if value["type"] != "object" {
        let help = "write `{\"type\": \"object\", \"properties\": {…}}`";
        errors.report(text, "the root of an input schema has the type `object`", help);
        return None;
    }
    Some(InputSchema::Literal(minified(&text.value())))
}

/// JSON text without spaces between its tokens: it goes out in every list of tools.
fn minified(json: &str) -> String {
    let mut minified = String::new();
    let (mut inside, mut escaped) = (false, false);
    for c in json.chars() {
        if inside || !c.is_ascii_whitespace() {
            minified.push(c);
        }
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = inside,
            '"' => inside = !inside,
            _ => {}
        }
    }
    minified
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_inside_of_text_stay() {
        let json = "{\n  \"a b\" : [ 1, \"c \\\" d\", \"\\\\\" , true ]\n}";
        assert_eq!(minified(json), r#"{"a b":[1,"c \" d","\\",true]}"#);
    }
}
