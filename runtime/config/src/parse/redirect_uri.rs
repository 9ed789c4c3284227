//! Redirect URIs of `[[clients]]`, and the schemes that they may have besides `https`.

use url::Url;

use super::form::Form;
use super::schema::{pattern, shape};
use super::text::owned;
use super::url::is_loopback;
use super::value::shown;
use crate::diagnostic::{Code, Fault};
use crate::model::Str;

/// Longest redirect URI, as of clients that register themselves: longer ones hide their end from
/// the person who approves.
pub(super) const LONGEST_REDIRECT_URI: usize = 512;

pub(super) const SCHEME: Form = Form::new(scheme, || shape::pattern(pattern::SCHEME));

/// Schemes that mean something to browsers or operating systems: a redirect to one runs a script,
/// opens a file or starts a program that nobody chose. `http` and `https` need no entry.
const REFUSED: &[&str] = &[
    "about",
    "android-app",
    "blob",
    "brave",
    "chrome",
    "chrome-devtools",
    "chrome-extension",
    "cid",
    "data",
    "devtools",
    "edge",
    "feed",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "gopher",
    "intent",
    "irc",
    "itms-services",
    "jar",
    "javascript",
    "ldap",
    "livescript",
    "mailto",
    "market",
    "mhtml",
    "mid",
    "mocha",
    "moz-extension",
    "nfs",
    "opera",
    "res",
    "resource",
    "search-ms",
    "sftp",
    "shell",
    "sip",
    "smb",
    "sms",
    "ssh",
    "tel",
    "telnet",
    "urn",
    "vbscript",
    "view-source",
    "wais",
    "ws",
    "wss",
];

/// Begin the schemes of Windows and its programs, such as `ms-msdt` and `ms-officecmd`.
const REFUSED_PREFIX: &str = "ms-";

/// A private-use URI scheme (RFC 3986 section 3.1, RFC 8252 section 7.1), in lower case.
pub(crate) fn scheme(text: &str) -> Result<Str, Fault> {
    let fault = |problem: &str, help: &str| {
        let message = format!("`{}` {problem}", shown(text));
        Err(Fault::new(Code::InvalidScheme, message, help))
    };
    let lower = text.to_ascii_lowercase();
    if let Some((name, _)) = lower.split_once(':') {
        let help = format!("write only what precedes the `:`: `{}`", shown(name));
        return fault("is not a URI scheme", &help);
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    if !lower.bytes().all(allowed) || !lower.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let help = "a scheme is a letter, then letters, digits, `+`, `-` and `.`, for example \
                    `cursor` or `com.example.app`";
        return fault("is not a URI scheme", help);
    }
    if matches!(lower.as_str(), "http" | "https") {
        let help = "remove it: `https` is always accepted, and `http` on the person's own computer";
        return fault("is not a private-use scheme", help);
    }
    if REFUSED.contains(&lower.as_str()) || lower.starts_with(REFUSED_PREFIX) {
        let help = "remove it: a redirect there would hand the code to a script or to a program \
                    that nobody chose; name the scheme of one application";
        return fault("is not a private-use scheme", help);
    }
    if lower != text {
        let help = format!("schemes are compared in lower case: write `{lower}`");
        return fault("is not in lower case", &help);
    }
    Ok(owned(text))
}

/// A redirect URI of a client: `https`, `http` on the person's own computer (RFC 8252 section
/// 7.3), or one of these private-use schemes. It is compared as text, so nothing is repaired.
pub(crate) fn redirect_uri(text: &str, schemes: &[Str]) -> Result<Str, Fault> {
    let fault = |problem: &str, help: &str| {
        let message = format!("`{}` {problem}", shown(text));
        Err(Fault::new(Code::InvalidRedirectUri, message, help))
    };
    let shape = "write the whole address, for example `https://app.example.com/callback`";
    if text.len() > LONGEST_REDIRECT_URI {
        return fault(&format!("is longer than {LONGEST_REDIRECT_URI} characters"), "shorten it");
    }
    let repaired = |b: u8| !b.is_ascii_graphic() || b"\\\"<>^`{|}".contains(&b);
    let Ok(url) = Url::parse(text) else { return fault("is not an absolute URI", shape) };
    if text.bytes().any(repaired) {
        return fault("has characters that a URI cannot have", shape);
    }
    if text.contains('#') {
        return fault("has a fragment", "leave out what follows the `#` (RFC 6749 section 3.1.2)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        let message = "a redirect URI with a user name or password in it";
        return Err(Fault::new(Code::LiteralSecret, message, "leave out what precedes the `@`"));
    }
    // What is compared is text, so the scheme is as it is written, and not as the parser sees it.
    let (name, rest) = text.split_once(':').unwrap_or_default();
    let hierarchical = rest.starts_with("//") && !rest.starts_with("///");
    match name {
        "https" if hierarchical => Ok(owned(text)),
        "http" if hierarchical && is_loopback(&url) => Ok(owned(text)),
        "http" if hierarchical => {
            let help = "use `https`; plain `http` is for `localhost`, `127.0.0.1` and `[::1]` only";
            fault("is not encrypted", help)
        }
        "http" | "https" => fault("is not an absolute URI", shape),
        name if schemes.iter().any(|known| known == name) && rest.starts_with('/') => {
            Ok(owned(text))
        }
        name if schemes.iter().any(|known| known == name) => {
            fault("has no path", &format!("write it as `{name}://…` or `{name}:/…`"))
        }
        unknown => {
            let lower = unknown.to_ascii_lowercase();
            let help = match scheme(&lower) {
                Ok(_) => format!(
                    "use `https`; the scheme of an application is accepted when `[registration] \
                     redirect_schemes` lists it: `redirect_schemes = [\"{lower}\"]`"
                ),
                Err(_) => "use `https`, in lower case".to_owned(),
            };
            fault("has a scheme that is not accepted", &help)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, Fault>) -> Option<Code> {
        result.err().map(|fault| fault.code)
    }

    #[test]
    fn schemes_of_applications_are_accepted_and_those_of_browsers_are_not() {
        for text in ["cursor", "claude", "com.example.app", "vscode-insiders", "x+y"] {
            assert_eq!(code(scheme(text)), None, "{text}");
        }
        for text in [
            "",
            "Cursor",
            "1password",
            "cursor:",
            "cursor://",
            "a b",
            "ä",
            "http",
            "https",
            "JavaScript",
            "data",
            "ms-msdt",
        ] {
            assert_eq!(code(scheme(text)), Some(Code::InvalidScheme), "{text}");
        }
        for text in REFUSED {
            assert_eq!(code(scheme(text)), Some(Code::InvalidScheme), "{text}");
        }
    }

    #[test]
    fn redirect_uris_are_encrypted_local_or_of_a_listed_scheme() {
        let schemes = [owned("cursor"), owned("com.example.app")];
        for text in [
            "https://claude.ai/api/mcp/auth_callback",
            "http://localhost/callback",
            "http://127.0.0.1:33418/",
            "http://[::1]/cb",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "com.example.app:/callback",
        ] {
            assert_eq!(code(redirect_uri(text, &schemes)), None, "{text}");
        }
        for text in [
            "",
            "/callback",
            "http://example.com/cb",
            "https:example.com/cb",
            "https:///example.com/cb",
            "HTTPS://example.com/cb",
            "https://example.com/cb#",
            "https://example.com/a b",
            "https://example.com/cb\n",
            "https:\\\\example.com",
            "javascript:alert(1)",
            "cursor:callback",
            "Cursor://callback",
            "claude://callback",
            &format!("https://example.com/{}", "a".repeat(LONGEST_REDIRECT_URI)),
        ] {
            assert_eq!(
                code(redirect_uri(text, &schemes)),
                Some(Code::InvalidRedirectUri),
                "{text}"
            );
        }
        for text in ["https://a:b@example.com/", "cursor://a@b/"] {
            assert_eq!(code(redirect_uri(text, &schemes)), Some(Code::LiteralSecret), "{text}");
        }
    }
}
