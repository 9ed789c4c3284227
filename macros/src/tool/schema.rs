//! The JSON Schema of types that the macro knows, as text.

use syn::Type;

use super::argument::{Argument, Presence};
use super::json_literal::{list, literal, quoted};
use crate::function::description::Description;
use crate::function::types::Plain;

/// The schema of all arguments, if the macro knows every type and can read every description.
pub(crate) fn whole(arguments: &[&Argument<'_>]) -> Option<String> {
    let mut properties = Vec::new();
    let mut required = Vec::new();
    for argument in arguments {
        if argument.description.as_ref().is_some_and(|known| known.text().is_none()) {
            return None;
        }
        properties.push(format!("{}:{}", quoted(&argument.name), property(argument)?));
        if matches!(argument.presence, Presence::Required) {
            required.push(quoted(&argument.name));
        }
    }
    let mut schema = format!(r#"{{"type":"object","properties":{{{}}}"#, properties.join(","));
    if !required.is_empty() {
        schema.push_str(&format!(r#","required":[{}]"#, required.join(",")));
    }
    schema.push_str(r#","additionalProperties":false}"#);
    Some(schema)
}

/// The schema of one argument, if the macro knows its type; without a description that it cannot read.
pub(crate) fn property(argument: &Argument<'_>) -> Option<String> {
    let plain = argument.plain?;
    let mut members = vec![(r#""type""#.to_owned(), quoted(type_name(plain)))];
    let mut add = |key: &str, value: String| members.push((quoted(key), value));
    if let Some(text) = argument.description.as_ref().and_then(Description::text) {
        add("description", quoted(text));
    }
    let (mut min, mut max) = limits_of_type(plain);
    let mut upper = "maximum";
    if let Some(range) = &argument.limits.range {
        min = range.min.map(|number| number.to_string()).or(min);
        max = range.max.map(|number| number.to_string()).or(max);
        upper = if range.below { "exclusiveMaximum" } else { upper };
    }
    let values = match &argument.limits.values {
        Some(values) => Some(list(values.iter())?),
        None => None,
    };
    if let Plain::List(item) = plain {
        add("items", item_schema(item, values.as_deref())?);
    } else if let Some(values) = values {
        add("enum", values);
    }
    let (shortest, longest) = match plain {
        Plain::List(_) => ("minItems", "maxItems"),
        _ => ("minLength", "maxLength"),
    };
    let length = argument.limits.length.as_ref();
    let limits = [
        ("minimum", min),
        (upper, max),
        (shortest, length.and_then(|length| length.min).map(|count| count.to_string())),
        (longest, length.and_then(|length| length.max).map(|count| count.to_string())),
    ];
    for (key, value) in limits {
        if let Some(value) = value {
            add(key, value);
        }
    }
    if let Some(pattern) = &argument.limits.pattern {
        add("pattern", quoted(&pattern.written));
    }
    if let Presence::Default(default) = &argument.presence {
        add("default", literal(default)?);
    }
    if let Some(example) = &argument.example {
        add("examples", list([example].into_iter())?);
    }
    if let Some(header) = &argument.header {
        add("x-mcp-header", quoted(&header.value()));
    }
    let members: Vec<_> = members.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    Some(format!("{{{}}}", members.join(",")))
}

fn item_schema(ty: &Type, values: Option<&str>) -> Option<String> {
    let plain = Plain::of(ty)?;
    let mut schema = format!(r#"{{"type":{}"#, quoted(type_name(plain)));
    let (min, max) = limits_of_type(plain);
    for (key, value) in [("enum", values), ("minimum", min.as_deref()), ("maximum", max.as_deref())]
    {
        if let Some(value) = value {
            schema.push_str(&format!(r#","{key}":{value}"#));
        }
    }
    if let Plain::List(item) = plain {
        schema.push_str(&format!(r#","items":{}"#, item_schema(item, None)?));
    }
    schema.push('}');
    Some(schema)
}

fn type_name(plain: Plain<'_>) -> &'static str {
    match plain {
        Plain::Bool => "boolean",
        Plain::Whole(_) => "integer",
        Plain::Number(_) => "number",
        Plain::Text => "string",
        Plain::List(_) => "array",
    }
}

fn limits_of_type(plain: Plain<'_>) -> (Option<String>, Option<String>) {
    match plain {
        Plain::Whole(whole) => {
            let (min, max) = whole.schema;
            (min.map(|number| number.to_string()), max.map(|number| number.to_string()))
        }
        _ => (None, None),
    }
}
