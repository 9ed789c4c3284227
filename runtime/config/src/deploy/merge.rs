//! Merging `[wrangler]` into what is generated.

use serde_json::{Map, Value};

/// Merges `own` into `generated`: tables key by key, arrays by appending what is not in them yet,
/// anything else by replacing.
///
/// What must not be replaced has been refused when `mcp.toml` was checked.
pub(crate) fn merge(generated: &mut Map<String, Value>, own: &toml::Table) {
    for (key, value) in own {
        match (generated.get_mut(key), value) {
            (Some(Value::Object(target)), toml::Value::Table(table)) => merge(target, table),
            (Some(Value::Array(target)), toml::Value::Array(array)) => {
                for value in array.iter().map(json) {
                    if !target.contains(&value) {
                        target.push(value);
                    }
                }
            }
            _ => {
                generated.insert(key.clone(), json(value));
            }
        }
    }
}

fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(boolean) => Value::from(*boolean),
        toml::Value::Datetime(date) => Value::from(date.to_string()),
        toml::Value::Array(array) => array.iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.clone(), json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_merged_arrays_appended_and_scalars_replaced() {
        let Value::Object(mut generated) = serde_json::json!({
            "name": "a", "flags": ["x"], "dev": { "port": 1, "ip": "::1" },
        }) else {
            unreachable!("the literal is an object")
        };
        let own = "name = 'b'\nflags = ['x', 'y']\nextra = [1.5, true]\n[dev]\nport = 2\n";
        merge(&mut generated, &own.parse().expect("the literal is TOML"));
        let merged = serde_json::json!({
            "name": "b", "flags": ["x", "y"], "dev": { "port": 2, "ip": "::1" }, "extra": [1.5, true],
        });
        assert_eq!(Value::Object(generated), merged);
    }
}
