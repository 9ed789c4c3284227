//! W3C Trace Context (Level 2): where a request stands in a distributed trace.

use serde_json::{Map, Value};

/// W3C Trace Context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// `traceparent`, checked to be well-formed.
    pub parent: String,
    /// `tracestate`, where one was sent.
    pub state: Option<String>,
}

/// Bytes of `tracestate` that are passed on: what the recommendation asks everyone to carry at
/// least (section 3.3.1.5).
pub const MAX_TRACE_STATE_BYTES: usize = 512;

/// `version-trace_id-parent_id-flags`, all in lower-case hexadecimal.
const PARENT_BYTES: usize = 55;

/// The trace of a request: from `_meta`, else from the HTTP headers.
pub(super) fn read(
    meta: Option<&Map<String, Value>>,
    headers: Option<&http::HeaderMap>,
) -> Option<Trace> {
    let stated = |key: &str| meta.and_then(|meta| meta.get(key)).and_then(Value::as_str);
    if let Some(trace) = trace(stated("traceparent"), stated("tracestate")) {
        return Some(trace);
    }
    let sent = |key: &str| headers.and_then(|headers| headers.get(key)?.to_str().ok());
    trace(sent("traceparent"), sent("tracestate"))
}

fn trace(parent: Option<&str>, state: Option<&str>) -> Option<Trace> {
    let parent = parent.filter(|parent| is_parent(parent))?.to_owned();
    let state = state.filter(|state| is_state(state)).map(str::to_owned);
    Some(Trace { parent, state })
}

/// Section 3.2: neither id is all zeros, version `ff` is forbidden, and only a version to come may
/// have more after the flags.
fn is_parent(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((known, rest)) = bytes.split_at_checked(PARENT_BYTES) else { return false };
    let is_shaped = known.iter().enumerate().all(|(index, byte)| match index {
        2 | 35 | 52 => *byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    });
    let is_zero = |part: &[u8]| part.iter().all(|byte| *byte == b'0');
    let is_longer_rightly =
        rest.is_empty() || (&known[..2] != b"00" && rest[0] == b'-' && rest.len() < PARENT_BYTES);
    is_shaped
        && &known[..2] != b"ff"
        && !is_zero(&known[3..35])
        && !is_zero(&known[36..52])
        && is_longer_rightly
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Passed on as it is, so it must be fit for a header; its members are nobody's business here.
fn is_state(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_TRACE_STATE_BYTES
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_parent_is_well_formed_or_ignored() {
        assert!(is_parent(PARENT));
        assert!(is_parent(&format!("01{}-more", &PARENT[2..])));
        for wrong in [
            "",
            &PARENT[..54],
            &PARENT.to_uppercase(),
            &format!("{PARENT}-more"),
            &format!("{PARENT}0"),
            &format!("ff{}", &PARENT[2..]),
            &format!("01{}more", &PARENT[2..]),
            &format!("01{}-a\r\nb", &PARENT[2..]),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319é-b7ad6b7169203331-1",
        ] {
            assert!(!is_parent(wrong), "{wrong}");
        }
    }

    #[test]
    fn meta_comes_before_the_headers_and_state_needs_a_parent() {
        let mut headers = http::HeaderMap::new();
        headers.insert("traceparent", http::HeaderValue::from_static(PARENT));
        headers.insert("tracestate", http::HeaderValue::from_static("a=1"));
        let other = PARENT.replace("0af7", "1af7");
        let meta = serde_json::json!({ "traceparent": other, "tracestate": "b=\n" });
        let found = read(meta.as_object(), Some(&headers));
        assert_eq!(found, Some(Trace { parent: other, state: None }));
        let found = read(None, Some(&headers));
        assert_eq!(found, Some(Trace { parent: PARENT.into(), state: Some("a=1".into()) }));
        let meta = serde_json::json!({ "traceparent": 1, "tracestate": "b=2" });
        assert_eq!(read(meta.as_object(), None), None);
    }
}
