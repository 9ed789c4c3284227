//! What a tool can say of its arguments beyond their types.

use toolgate::prelude::*;

/// A schema as its author wrote it: every keyword of JSON Schema 2020-12 reaches the client.
const CONTACT: &str = r##"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": { "street": { "type": "string" }, "city": { "type": "string" } }
        }
    },
    "properties": {
        "name": { "type": "string" },
        "address": { "$ref": "#/$defs/address" },
        "contactMethod": { "type": "string", "enum": ["phone", "email"] },
        "phone": { "type": "string" },
        "email": { "type": "string" }
    },
    "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
    "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
    "then": { "required": ["phone"] },
    "else": { "required": ["email"] },
    "additionalProperties": false
}"##;

#[derive(serde::Deserialize, JsonSchema)]
struct Address {
    street: Option<String>,
    city: Option<String>,
}

/// Takes arguments under a schema that its author wrote
#[mcp_tool(allow = "everyone", read_only, input_schema = CONTACT)]
fn json_schema_2020_12_tool(
    name: Option<String>,
    address: Option<Address>,
    #[arg(name = "contactMethod")] contact_method: Option<String>,
    phone: Option<String>,
    email: Option<String>,
) -> String {
    let place = address.and_then(|address| address.city.or(address.street));
    let known = [name, place, contact_method, phone, email];
    let known: Vec<_> = known.into_iter().flatten().collect();
    format!("Contact: {}", known.join(", "))
}

/// Takes an argument that the client repeats in the header `Mcp-Param-Value`
#[mcp_tool(allow = "everyone", read_only)]
fn test_custom_header(
    /// Repeated in the header `Mcp-Param-Value`
    #[arg(header = "Value")]
    value: String,
) -> String {
    value
}

/// Tells where a parcel is; what its arguments may be stands in the schema, and is enforced
#[mcp_tool(allow = "everyone", read_only)]
fn track_parcel(
    /// Number on the parcel
    #[arg(pattern = r"^[A-Z]{2}\d{9}$", example = "AB123456789")]
    number: String,
    /// Language of the answer
    #[arg(values = ["de", "en"], default = "en")]
    language: String,
) -> String {
    match language.as_str() {
        "de" => format!("{number} ist unterwegs"),
        _ => format!("{number} is on its way"),
    }
}
