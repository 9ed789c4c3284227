//! Requests, and what replies say.

use std::collections::BTreeMap;

use http::header::{CONTENT_TYPE, LOCATION};
use http::{Request, Response};
use serde_json::Value;
use toolgate_core::reply::Reply;

use super::ORIGIN;

/// A JSON answer of somebody else's server.
pub fn answer(status: u16, body: &Value) -> Response<Vec<u8>> {
    Response::builder().status(status).body(body.to_string().into_bytes()).unwrap()
}

pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub fn get(path: &str, query: &[(&str, &str)]) -> Request<Vec<u8>> {
    Request::get(format!("{ORIGIN}{path}?{}", form(query))).body(Vec::new()).unwrap()
}

pub fn post(path: &str, pairs: &[(&str, &str)]) -> Request<Vec<u8>> {
    Request::post(format!("{ORIGIN}{path}"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form(pairs).into_bytes())
        .unwrap()
}

pub fn body(reply: &Reply) -> Value {
    serde_json::from_slice(reply.body()).unwrap()
}

pub fn text(reply: &Reply) -> &str {
    std::str::from_utf8(reply.body()).unwrap()
}

pub fn location(reply: &Reply) -> &str {
    assert_eq!(reply.status(), 303, "{}", text(reply));
    reply.headers()[LOCATION].to_str().unwrap()
}

/// The query of the address that a reply redirects to.
pub fn parameters(reply: &Reply) -> BTreeMap<String, String> {
    let url = url::Url::parse(location(reply)).unwrap();
    url.query_pairs().into_owned().collect()
}

pub fn hidden(page: &Reply, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let (_, rest) = text(page).split_once(&marker).expect("the field is in the page");
    rest.split('"').next().unwrap().to_owned()
}
