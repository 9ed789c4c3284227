//! Addresses: `https`, or `http` to this machine.

use url::{Host, Url};

use super::text::owned;
use super::value::shown;
use crate::diagnostic::{Code, Fault};
use crate::model::Str;

/// An absolute address that a browser or the Worker may visit.
pub(crate) fn address(text: &str) -> Result<Str, Fault> {
    let url = parse(text)?;
    if url.fragment().is_some() {
        let message = format!("`{}` has a fragment", shown(text));
        return Err(Fault::new(Code::InvalidUrl, message, "leave out what follows the `#`"));
    }
    Ok(owned(text))
}

/// An address whose last path segment can be replaced: it names an endpoint.
pub(crate) fn endpoint(text: &str) -> Result<Str, Fault> {
    let endpoint = address(text)?;
    if parse(text)?.path() == "/" {
        let message = format!("`{}` has no path", shown(text));
        let help = "copy the whole address of the endpoint from the Access application";
        return Err(Fault::new(Code::InvalidUrl, message, help));
    }
    Ok(endpoint)
}

/// A web origin as browsers send it in `Origin`.
pub(crate) fn origin(text: &str) -> Result<Str, Fault> {
    let fault = |help: String| {
        let message = format!("`{}` is not an origin", shown(text));
        Err(Fault::new(Code::InvalidOrigin, message, help))
    };
    if matches!(text, "*" | "null") {
        return fault(
            "list every origin by itself, for example `https://app.example.com`".to_owned(),
        );
    }
    let url = parse(text)?;
    let origin = url.origin().ascii_serialization();
    if origin != text {
        return fault(format!("write scheme, host and port only: `{origin}`"));
    }
    Ok(owned(text))
}

fn parse(text: &str) -> Result<Url, Fault> {
    let invalid = |help: &str| {
        let message = format!("`{}` is not a web address", shown(text));
        Err(Fault::new(Code::InvalidUrl, message, help))
    };
    if !text.is_ascii() {
        return invalid("write the host in its `xn--` form and percent-encode the rest");
    }
    // What a parser would repair in silence is refused: what is reviewed is what is used.
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let repaired = text.bytes().any(|b| b.is_ascii_control() || b" \\\"<>^`{|}".contains(&b));
    let Ok(url) = Url::parse(text) else {
        return invalid("write an absolute address, for example `https://example.com/path`");
    };
    if repaired || !matches!(scheme.as_deref(), Some("https" | "http")) {
        return invalid("write an absolute address, for example `https://example.com/path`");
    }
    if !url.username().is_empty() || url.password().is_some() {
        let message = "an address with a user name or password in it";
        return Err(Fault::new(Code::LiteralSecret, message, "leave out what precedes the `@`"));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        let message = format!("`{}` is not encrypted", shown(text));
        let help = "use `https`; plain `http` is for `localhost`, `127.0.0.1` and `[::1]` only";
        return Err(Fault::new(Code::InsecureUrl, message, help));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, Fault>) -> Option<Code> {
        result.err().map(|fault| fault.code)
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for text in
            ["http://localhost:8976/x", "http://127.0.0.1/x", "http://[::1]:1/x", "https://a.b/x"]
        {
            assert_eq!(code(endpoint(text)), None, "{text}");
        }
        for text in ["http://example.com/x", "http://localhost.example.com/x", "http://10.0.0.1/x"]
        {
            assert_eq!(code(endpoint(text)), Some(Code::InsecureUrl), "{text}");
        }
    }

    #[test]
    fn what_a_parser_would_repair_is_refused() {
        for text in [
            "",
            "example.com/x",
            "//example.com/x",
            "https:example.com/x",
            "https:///example.com/x y",
            "https://exa mple.com/x",
            "https://example.com\\x",
            "ftp://example.com/x",
            "javascript:alert(1)",
            "https://exämple.com/x",
            "https://example.com/x\n",
            "https://",
        ] {
            assert_eq!(code(endpoint(text)), Some(Code::InvalidUrl), "{text:?}");
        }
        assert_eq!(code(address("https://example.com/x#y")), Some(Code::InvalidUrl));
        assert_eq!(code(endpoint("https://example.com")), Some(Code::InvalidUrl));
        assert_eq!(code(address("https://a:b@example.com/")), Some(Code::LiteralSecret));
    }

    #[test]
    fn origins_are_compared_as_written() {
        for text in
            ["https://app.example.com", "https://app.example.com:8443", "http://localhost:6274"]
        {
            assert_eq!(code(origin(text)), None, "{text}");
        }
        for text in [
            "*",
            "null",
            "https://app.example.com/",
            "https://app.example.com/x",
            "https://App.example.com",
            "https://app.example.com:443",
        ] {
            assert_eq!(code(origin(text)), Some(Code::InvalidOrigin), "{text}");
        }
    }
}
