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

/// Which parcel comes first.
#[derive(Clone, Copy, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    /// The one that was sent last
    Newest,
    /// The one that was sent first
    Oldest,
}

/// What is looked for.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// In kilograms
    heaviest: Option<u32>,
    /// How they are sorted
    order: Option<Order>,
    /// Length, width and height
    size: (f64, f64, f64),
    /// Numbers on the outside, as far as they can be read
    #[serde(default)]
    marks: Vec<Option<u64>>,
}

/// One parcel.
#[derive(serde::Serialize, JsonSchema)]
struct Parcel {
    number: &'static str,
    weight: u32,
    order: Order,
    size: (f64, f64, f64),
    /// Seconds since 1970; `null` while it is on its way
    delivered: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<u64>,
}

#[derive(serde::Serialize, JsonSchema)]
struct Parcels {
    parcels: Vec<Parcel>,
}

/// Looks for parcels; types of its own make both schemas
#[mcp_tool(allow = "everyone", read_only)]
fn find_parcels(
    /// What is looked for
    wanted: Wanted,
) -> Json<Parcels> {
    let Wanted { heaviest, order, size, marks } = wanted;
    let parcel = Parcel {
        number: "AB123456789",
        weight: heaviest.map_or(1, |most| most.saturating_sub(1)),
        order: order.unwrap_or(Order::Newest),
        size,
        delivered: None,
        mark: marks.first().copied().flatten(),
    };
    Json(Parcels { parcels: vec![parcel] })
}
