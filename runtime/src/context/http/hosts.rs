//! The hosts that may get a token.

use http::Uri;
use http::uri::Scheme;
use toolgate_config::Str;

use super::error::HttpProblem;
use super::request::is_this_machine;

/// The host of an address as a list of `mcp.toml` names it: by its exact name and port, and over https unless it is of
/// this very machine. The address has no user name; that was looked at when the request was made.
///
/// # Errors
/// No credential may be sent to such an address.
pub(super) fn named_host<'a>(hosts: &'a [Str], uri: &Uri) -> Result<Option<&'a str>, HttpProblem> {
    let is_https = uri.scheme() == Some(&Scheme::HTTPS);
    if !is_https && !is_this_machine(uri) {
        return Err(HttpProblem::PlainHttp);
    }
    let default = if is_https { 443 } else { 80 };
    let port = match uri.port() {
        Some(_) => uri.port_u16().ok_or(HttpProblem::Address)?,
        None => default,
    };
    // JavaScript reads capitals as small letters, and anything else as another host.
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    let is_it = |named: &&str| match named.rsplit_once(':') {
        Some((name, number)) => name == host && number.parse() == Ok(port),
        None => *named == host && port == default,
    };
    Ok(hosts.iter().map(|named| &**named).find(is_it))
}
