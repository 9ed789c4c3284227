//! `Mcp-Param-…`: arguments that are repeated in HTTP headers (MCP 2026-07-28, `x-mcp-header`).

use http::HeaderMap;
use http::header::HeaderName;
use serde_json::{Map, Number, Value};

use super::fault::{Fault, HEADER_MISMATCH};
use super::headers;
use super::tool::ParamHeader;
use crate::json::number;

const PREFIX: &str = "mcp-param-";

/// Fails unless each header says what its argument does. Headers that no argument asks for are
/// nobody's business.
pub(super) fn check(
    headers: &HeaderMap,
    params: &[ParamHeader],
    arguments: &Map<String, Value>,
) -> Result<(), Fault> {
    for param in params {
        let argument = arguments.get(param.argument).unwrap_or(&Value::Null);
        let name = HeaderName::try_from([PREFIX, param.header].concat());
        let says_it = match name.map(|name| headers::single(headers, &name)) {
            // Without an argument nothing has to be repeated.
            Ok(Ok(None)) => argument.is_null(),
            Ok(Ok(Some(header))) => {
                headers::decode(header).is_some_and(|header| says(&header, argument))
            }
            Ok(Err(_)) | Err(_) => false,
        };
        if !says_it {
            let message = ["Mcp-Param-", param.header, " must equal its argument"].concat();
            return Err(Fault::new(HEADER_MISMATCH, message));
        }
    }
    Ok(())
}

/// True if the header's text stands for the argument.
fn says(header: &str, argument: &Value) -> bool {
    match argument {
        Value::String(text) => header == text,
        Value::Bool(true) => header == "true",
        Value::Bool(false) => header == "false",
        // As numbers, since `42` and `42.0` are the same one.
        Value::Number(number) => {
            whole(header).is_some_and(|stated| number::is_same(number, &stated))
        }
        // A header for what is not there, or cannot be in one.
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// A whole number, which may be written with a fraction of zeros. By the reader that the body went
/// through: the one of the standard library would come into the Worker for this alone.
fn whole(header: &str) -> Option<Number> {
    let digits = match header.split_once('.') {
        Some((digits, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => digits,
        Some(_) => return None,
        None => header,
    };
    match crate::json::from_str(digits) {
        Ok(Value::Number(number)) if !number.is_f64() => Some(number),
        _ => None,
    }
}
