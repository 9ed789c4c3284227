//! Addresses: `https`, or `http` to this machine.

use url::{Host, Url};

use super::text::owned;
use super::value::shown;
use crate::diagnostic::{Code, Fault};
use crate::model::Str;

/// Longest picture in a `data:` URI: it is part of every page and of the Worker.
const LONGEST_PICTURE: usize = 16 * 1024;

/// Formats of pictures in `data:` URIs that every browser shows.
pub(super) const PICTURES: &[&str] = &["png", "svg+xml", "jpeg", "gif", "webp"];

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

/// The issuer of an OpenID provider (OpenID Connect Discovery 1.0 section 3): without a query,
/// since the path of the discovery document is appended.
pub(crate) fn issuer(text: &str) -> Result<Str, Fault> {
    let issuer = address(text)?;
    if text.contains('?') {
        let message = format!("`{}` has a query", shown(text));
        let help = "write the issuer exactly as the provider's discovery document has it";
        return Err(Fault::new(Code::InvalidUrl, message, help));
    }
    Ok(issuer)
}

/// A picture for the pages: on an encrypted address, or in the text itself (RFC 2397).
pub(crate) fn picture(text: &str) -> Result<Str, Fault> {
    if !text.starts_with("data:") {
        let address = address(text)?;
        if parse(text)?.scheme() == "https" {
            return Ok(address);
        }
        let message = format!("`{}` is not encrypted", shown(text));
        let help = "use `https`: browsers show no other picture on an encrypted page";
        return Err(Fault::new(Code::InsecureUrl, message, help));
    }
    let fault = |problem: String, help: &str| {
        Err(Fault::new(Code::InvalidUrl, format!("`{}` {problem}", shown(text)), help))
    };
    if text.len() > LONGEST_PICTURE {
        let help = "use a smaller picture, or an `https` address";
        return fault(format!("has {} characters, not {LONGEST_PICTURE}", text.len()), help);
    }
    let picture = text.strip_prefix("data:image/").and_then(|rest| rest.split_once(','));
    let known =
        |(media, _): &(&str, &str)| PICTURES.contains(&media.split(';').next().unwrap_or_default());
    let Some((_, data)) = picture.filter(known) else {
        let help = "supported: `data:image/png`, `svg+xml`, `jpeg`, `gif` and `webp`";
        return fault("is not a picture".to_owned(), help);
    };
    if data.is_empty() || text.bytes().any(|b| !b.is_ascii_graphic() || b"\"'\\<>`".contains(&b)) {
        let help = "encode the picture in base64: `data:image/png;base64,…`";
        return fault("has characters that a URI cannot have".to_owned(), help);
    }
    Ok(owned(text))
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

pub(crate) fn is_loopback(url: &Url) -> bool {
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
    fn an_issuer_has_no_query() {
        assert_eq!(code(issuer("https://login.example.com/tenant/v2.0")), None);
        assert_eq!(code(issuer("https://login.example.com/?x")), Some(Code::InvalidUrl));
    }

    #[test]
    fn pictures_are_encrypted_or_in_the_text() {
        for text in [
            "https://example.com/logo.svg",
            "data:image/png;base64,iVBORw0KGgo=",
            "data:image/svg+xml,%3Csvg%2F%3E",
            "data:image/svg+xml;charset=utf-8;base64,PHN2Zy8+",
        ] {
            assert_eq!(code(picture(text)), None, "{text}");
        }
        for text in [
            "data:text/html,x",
            "data:image/bmp;base64,AA==",
            "data:image/png",
            "data:image/png;base64,",
            "data:image/svg+xml,<svg/>",
            "data:image/svg+xml,%3Csvg a='b'%3E",
            "data:image/png;base64,AA AA",
            &format!("data:image/png;base64,{}", "A".repeat(LONGEST_PICTURE)),
        ] {
            assert_eq!(code(picture(text)), Some(Code::InvalidUrl), "{text}");
        }
        assert_eq!(code(picture("http://localhost/logo.png")), Some(Code::InsecureUrl));
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
