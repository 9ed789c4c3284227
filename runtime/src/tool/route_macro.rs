//! The macro of routes, documented where its examples can be compiled.

/// Serves an HTTP route with a function.
///
/// ```
/// use toolgate::prelude::*;
///
/// #[http("GET /status", allow = "public")]
/// fn status() -> &'static str {
///     "up"
/// }
/// # fn main() {}
/// ```
///
/// The text is a method (`GET`, `POST`, `PUT`, `PATCH` or `DELETE`) and a path. `HEAD` is answered for
/// `GET`, and another method with 405. A parameter of the function that has the name of a `{segment}` of the
/// path is that segment: `String`, a number, or any type with `FromStr` and `Display`. One more parameter may
/// be the body: [`Json`](crate::tool::Json), [`Form`](crate::tool::Form), `String` or `Vec<u8>`. `&Context`,
/// `&Caller` and [`&RouteRequest`](crate::tool::RouteRequest) can stand anywhere.
///
/// # Options
///
/// One of the first three is required.
///
/// | option | meaning |
/// |---|---|
/// | `allow = "public"` | everybody may send requests |
/// | `allow = "…"` | a policy of `mcp.toml`, or `everyone`, decides. A `GET` signs people in with their browser; every other method takes an access token of this server |
/// | `verify = …` | the request is a signed webhook, see below; no `GET` |
/// | `bearer` | with a policy: a `GET` takes an access token, too, and no cookie |
/// | `config = "…"` | another `mcp.toml`, relative to the source file |
///
/// # Signatures
///
/// `hmac(…)` is HMAC-SHA256 over the body:
///
/// | option | meaning |
/// |---|---|
/// | `header = "…"` | required: the header that has the signature |
/// | `secret = "…"` | required: its name in `[secrets]` of `mcp.toml` |
/// | `or = "…"` | a second secret, which is as good: one of the two is about to be replaced |
/// | `encoding = "hex"` or `"base64"` | `hex` unless it is said |
/// | `prefix = "sha256="` | text in front of the signature |
/// | `timestamp = "…"` | the header that has the signed time, in seconds since 1970 |
/// | `timestamp_field = "t"` | the signed time is in the header of the signature, which is a list such as `t=…,v1=…` |
/// | `payload = "v0:{timestamp}:{body}"` | the signed text; required with a time, and with something other than digits between the two |
/// | `tolerance = 300` | seconds that the time may be away from now |
///
/// `standard_webhooks(secret = "…")` is the scheme of the document "Standard Webhooks", whose secret begins with
/// `whsec_`. It takes `or` and `tolerance`, too.
pub use toolgate_macros::http;
