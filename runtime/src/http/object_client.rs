//! From the Worker to a Durable Object, and how the object of a session or of the hub learns of the
//! sender.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use toolgate_core::oauth::grant::GrantKey;
use toolgate_core::upstream::assertion;
use worker::Error;

use crate::http::convert;
pub(crate) use crate::http::stub::stub;
use crate::http::stub::{Stub, bytes, post, text};
use crate::platform::bindings::Env;
use crate::platform::host::{Headers, Request, Response};
use crate::ports::app::App;
use crate::ports::principal::{Admitted, Credential, Principal};
use crate::ports::request_context::RequestContext;

/// Names the last event that a client got (HTML Living Standard, section 9.2).
pub(crate) const LAST_EVENT_ID: &str = "last-event-id";

/// The sender's subject key. Worker and object may be of two versions during a deployment, so headers keep
/// their names.
const SUBJECT_KEY: &str = "toolgate-owner";
/// When the sender's claims are over.
const EXPIRES: &str = "toolgate-until";
/// The grant of the sender's token: when the token was issued, and the grant's id.
const GRANT: &str = "toolgate-grant";
/// Names the request in the audit trail.
const REQUEST: &str = "toolgate-request";
/// The name of the object, for itself: it cannot learn it otherwise on every platform.
const NAME: &str = "toolgate-name";

/// The headers of a request that an object needs.
const FORWARDED: [&str; 6] =
    ["accept", "content-type", "mcp-protocol-version", LAST_EVENT_ID, "traceparent", "tracestate"];

/// A message that arrives at the object.
pub(crate) struct Received {
    /// The sender, with the claims of the token that came with this message.
    pub(crate) sender: Admitted,
    /// The headers that an object needs.
    pub(crate) headers: HeaderMap,
    /// As it came.
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) async fn read(request: &mut Request) -> worker::Result<Self> {
        let broken = |_| Error::from("a request of the Worker is broken");
        let headers = convert::head(request).map_err(broken)?.into_parts().0.headers;
        let mut body = request.bytes().await?;
        let line = body.iter().position(|byte| *byte == b'\n').unwrap_or(body.len());
        let caller = toolgate_core::from_json::read(body.get(..line).unwrap_or_default())?;
        body.drain(..body.len().min(line + 1));
        let subject_key = String::new();
        let principal = Principal { caller, subject_key, expires: 0, credential: None };
        let mut received = Self { sender: Admitted { principal, grant: None }, headers, body };
        let subject_key = received.text(SUBJECT_KEY);
        received.sender.grant = received.header(GRANT).and_then(|grant| {
            let (issued, id) = grant.split_once(' ')?;
            let address = GrantKey { subject_key: subject_key.clone(), id: id.to_owned() };
            Some((address, issued.parse().ok()?))
        });
        received.sender.principal.expires = received.text(EXPIRES).parse().unwrap_or(0);
        received.sender.principal.subject_key = subject_key;
        let assertion =
            received.header(assertion::HEADER).map(|text| Credential::Assertion(text.into()));
        let grant = || received.header(GRANT).map(|grant| Credential::Grant(grant.into()));
        received.sender.principal.credential = assertion.or_else(grant);
        Ok(received)
    }

    /// Names the request in the audit trail.
    pub(crate) fn request(&self) -> String {
        self.text(REQUEST)
    }

    /// The name of the object.
    pub(crate) fn name(&self) -> String {
        self.text(NAME)
    }

    fn text(&self, name: &str) -> String {
        self.header(name).unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Hands a message over: the caller as one line of JSON, and then the message as it came.
pub(crate) async fn send(
    request: &RequestContext<'_>,
    stub: &Stub,
    sender: &Admitted,
    (path, name): (&str, &str),
    headers: &HeaderMap,
    message: &[u8],
) -> worker::Result<Response> {
    let forwarded = Headers::new();
    for name in FORWARDED {
        if let Some(Ok(value)) = headers.get(name).map(|value| value.to_str()) {
            forwarded.set(name, value)?;
        }
    }
    let Admitted { principal, grant } = sender;
    forwarded.set(SUBJECT_KEY, &principal.subject_key)?;
    forwarded.set(EXPIRES, &principal.expires.to_string())?;
    if let Some((address, issued)) = grant {
        forwarded.set(GRANT, &[&issued.to_string(), " ", &address.id].concat())?;
    }
    match &principal.credential {
        Some(Credential::Assertion(text)) => forwarded.set(assertion::HEADER, text)?,
        // That of the grant above; a test has no other.
        Some(Credential::Grant(text)) => forwarded.set(GRANT, text)?,
        None => {}
    }
    forwarded.set(REQUEST, &request.request_id)?;
    forwarded.set(NAME, name)?;
    let mut body = serde_json::to_vec(&principal.caller)?;
    body.push(b'\n');
    body.extend_from_slice(message);
    let response = post(stub, path, Some(forwarded), &bytes(&body)).await?;
    // The object's own response is immutable; the browser's headers are added to a copy.
    let headers = response.headers().clone();
    let challenge = headers.get(WWW_AUTHENTICATE.as_str())?;
    if let Some(located) = challenge.and_then(|challenge| request.located(&challenge)) {
        headers.set(WWW_AUTHENTICATE.as_str(), &located)?;
    }
    let (builder, body) = response.into_parts();
    Ok(builder.with_headers(headers).body(body))
}

/// The answer, in text, of the object of this name.
pub(crate) async fn ask(
    app: &App,
    env: &Env,
    object: &str,
    path: &str,
    question: &str,
) -> worker::Result<String> {
    let stub = stub(app, env, object)?;
    let mut response = post(&stub, path, None, &text(question)).await?;
    if response.status_code() != 200 {
        return Err(format!("the object answered {}", response.status_code()).into());
    }
    response.text().await
}
