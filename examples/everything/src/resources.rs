//! Resources: what a client may read without calling anything.

use serde::Serialize;
use toolgate::prelude::*;

use crate::content::PNG;

/// A static text resource for testing
#[mcp_resource(allow = "everyone", uri = "test://static-text", mime_type = "text/plain")]
fn static_text() -> &'static str {
    "This is the content of the static text resource."
}

/// A static binary resource for testing
#[mcp_resource(allow = "everyone", uri = "test://static-binary", mime_type = "image/png")]
fn static_binary() -> Image {
    Image::from_base64(PNG, "image/png")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    id: String,
    template_test: bool,
    data: String,
}

/// A resource for each id
#[mcp_resource(
    allow = "everyone",
    uri = "test://template/{id}/data",
    mime_type = "application/json"
)]
fn template_data(#[arg(complete = ["123", "456", "789"])] id: String) -> Json<Data> {
    let data = format!("Data for ID: {id}");
    Json(Data { id, template_test: true, data })
}

/// A resource whose changes clients can hear of
#[mcp_resource(allow = "everyone", uri = "test://watched-resource", mime_type = "text/plain")]
fn watched_resource() -> &'static str {
    "This is the content of the watched resource."
}
