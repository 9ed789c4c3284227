//! Paths of an author's own routes: which there may be, and which two of them clash.

/// First segments of paths that are the server's own, or will be.
const RESERVED: [&str; 15] = [
    ".well-known",
    "admin",
    "authorize",
    "callback",
    "cdn-cgi",
    "connections",
    "health",
    "logout",
    "mcp",
    "messages",
    "register",
    "revoke",
    "signals",
    "sse",
    "token",
];

/// A part of a path between two slashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'a> {
    /// This very text.
    Literal(&'a str),
    /// Any text, by its name.
    Parameter(&'a str),
}

/// Why a path cannot be a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathFault<'a> {
    /// It does not begin with a slash, or has nothing after it.
    Start,
    /// A segment is empty: two slashes, or one at the end.
    Empty,
    /// A segment has a character that can be spelled in more than one way, or is `.` or `..`.
    Spelling(&'a str),
    /// The name in braces is not an identifier.
    Name(&'a str),
    /// A name stands twice.
    Twice(&'a str),
    /// The first segment is a parameter, so that the path could be one of the server's own.
    FirstParameter(&'a str),
    /// The server has this segment for itself.
    Reserved(&'a str),
}

impl PathFault<'_> {
    /// The fault and its remedy, in words.
    #[must_use]
    pub fn words(&self) -> (String, String) {
        match self {
            Self::Start => (
                "a route's path begins with `/` and names something".to_owned(),
                "write it as in `\"GET /status\"`".to_owned(),
            ),
            Self::Empty => (
                "a route's path has no empty segment".to_owned(),
                "write one slash between two segments, and none at the end".to_owned(),
            ),
            Self::Spelling(segment) => (
                format!("`{segment}` cannot be a segment of a route's path"),
                "a segment is made of A-Z a-z 0-9 - _ . ~, or is a parameter such as `{id}`"
                    .to_owned(),
            ),
            Self::Name(name) => (
                format!("`{{{name}}}` does not name a parameter"),
                "write the name of a parameter of the function in braces, such as `{id}`"
                    .to_owned(),
            ),
            Self::Twice(name) => (
                format!("`{{{name}}}` stands twice in the path"),
                "give one of them another name".to_owned(),
            ),
            Self::FirstParameter(name) => (
                format!(
                    "`{{{name}}}` is the first segment, which could be one of the server's own"
                ),
                format!("put a text of your own in front, as in `/items/{{{name}}}`"),
            ),
            Self::Reserved(segment) => (
                format!("`/{segment}` belongs to the server itself"),
                format!("choose another first segment, as in `/my/{segment}`"),
            ),
        }
    }
}

/// The segments of a path, from left to right.
pub fn segments(path: &str) -> impl Iterator<Item = Segment<'_>> {
    path.strip_prefix('/').unwrap_or(path).split('/').map(|segment| {
        let inner = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        inner.map_or(Segment::Literal(segment), Segment::Parameter)
    })
}

/// The first fault of a path.
#[must_use]
pub fn fault(path: &str) -> Option<PathFault<'_>> {
    if !path.starts_with('/') || path.len() < 2 {
        return Some(PathFault::Start);
    }
    let mut names = Vec::new();
    for (index, segment) in segments(path).enumerate() {
        match segment {
            Segment::Literal("") => return Some(PathFault::Empty),
            Segment::Literal(text) if !is_plain(text) => return Some(PathFault::Spelling(text)),
            Segment::Literal(text) if index == 0 && is_reserved(text) => {
                return Some(PathFault::Reserved(text));
            }
            Segment::Literal(_) => {}
            Segment::Parameter(name) if !is_name(name) => return Some(PathFault::Name(name)),
            Segment::Parameter(name) if index == 0 => return Some(PathFault::FirstParameter(name)),
            Segment::Parameter(name) if names.contains(&name) => {
                return Some(PathFault::Twice(name));
            }
            Segment::Parameter(name) => names.push(name),
        }
    }
    None
}

/// True if two paths are the same but for the names of parameters.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    let shape = |segment| match segment {
        Segment::Literal(text) => Some(text),
        Segment::Parameter(_) => None,
    };
    segments(one).map(shape).eq(segments(other).map(shape))
}

/// True if the first segment of a path is the server's, in whatever case.
#[must_use]
pub fn is_reserved(segment: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(segment))
}

/// Characters that nobody encodes (RFC 3986 section 2.3), and no dot segment.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
        && text != "."
        && text != ".."
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.bytes().next().is_some_and(|b| !b.is_ascii_digit())
        && name != "_"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_path_with_parameters_is_a_route() {
        for path in ["/status", "/hooks/billing", "/items/{id}", "/a/{b}/c-d_e.f~g/{h2}"] {
            assert_eq!(fault(path), None, "{path}");
        }
    }

    #[test]
    fn the_servers_own_paths_are_no_routes_in_any_spelling() {
        for path in [
            "/mcp",
            "/MCP",
            "/Authorize",
            "/authorize/x",
            "/admin",
            "/admin/{a}",
            "/connections",
            "/.well-known/x",
            "/cdn-cgi/trace",
            "/health",
            "/token",
            "/sse",
            "/messages",
        ] {
            assert!(matches!(fault(path), Some(PathFault::Reserved(_))), "{path}");
        }
        for path in [
            "",
            "/",
            "status",
            "//authorize",
            "/%61uthorize",
            "/./authorize",
            "/x/../authorize",
            "/authorize/",
            "/x//y",
            "/x/",
            "/x?y",
            "/x#y",
            "/x\\y",
            "/x y",
            "/x/é",
            "/{a}",
            "/{a}/b",
            "/x/{}",
            "/x/{a b}",
            "/x/{1}",
            "/x/{_}",
            "/x/{a}/{a}",
            "/x/a{b}",
            "/x/{a",
            "/x;y",
            "/x/..",
        ] {
            assert!(fault(path).is_some(), "{path}");
        }
    }

    #[test]
    fn names_of_parameters_do_not_tell_two_routes_apart() {
        assert!(is_same("/a/{b}", "/a/{c}"));
        assert!(!is_same("/a/{b}", "/a/b"));
        assert!(!is_same("/a/{b}", "/a/{b}/c"));
        assert!(!is_same("/a", "/A"));
    }
}
