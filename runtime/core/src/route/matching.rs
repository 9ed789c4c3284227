//! Which route a request is for.

use http::Method;
use toolgate_config::route_path::{Segment, segments};

use super::RouteInfo;

/// The route of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Matched {
    /// No route has the path.
    Nothing,
    /// Routes have the path with these methods, for `Allow` (RFC 9110 section 15.5.6).
    OtherMethods(String),
    /// The route with this index, and its parameters by name.
    Route(usize, Vec<(&'static str, String)>),
}

/// Finds the route. `HEAD` is served as `GET`. A text of the path comes before a parameter, from left
/// to right.
#[must_use]
pub fn find(routes: &[RouteInfo], method: &Method, path: &str) -> Matched {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let mut allowed: Vec<&str> = Vec::new();
    let mut found: Option<(usize, Vec<(&'static str, String)>)> = None;
    for (index, route) in routes.iter().enumerate() {
        let Some(parameters) = parameters(route.path, path) else { continue };
        if route.method != method {
            allowed.push(route.method);
            continue;
        }
        let is_better = found
            .as_ref()
            .is_none_or(|(other, _)| is_more_specific(route.path, routes[*other].path));
        if is_better {
            found = Some((index, parameters));
        }
    }
    match found {
        Some((index, parameters)) => Matched::Route(index, parameters),
        None if allowed.is_empty() => Matched::Nothing,
        None => {
            if allowed.contains(&"GET") {
                allowed.push("HEAD");
            }
            allowed.sort_unstable();
            allowed.dedup();
            Matched::OtherMethods(allowed.join(", "))
        }
    }
}

/// The parameters of a path that fits, decoded. A text that could be spelled as another path, such as
/// one with a slash in it, does not fit.
fn parameters(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut given = path.strip_prefix('/')?.split('/');
    let mut parameters = Vec::new();
    for segment in segments(pattern) {
        let text = given.next()?;
        match segment {
            Segment::Literal(literal) if literal == text => {}
            Segment::Literal(_) => return None,
            Segment::Parameter(name) => parameters.push((name, decoded(text)?)),
        }
    }
    given.next().is_none().then_some(parameters)
}

/// A segment without its percent-encoding (RFC 3986 section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            other => other,
        };
        bytes.push(byte);
    }
    let text = String::from_utf8(bytes).ok()?;
    let is_path = text.contains(['/', '\\']) || text.chars().any(char::is_control);
    (!is_path && !matches!(&*text, "" | "." | "..")).then_some(text)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn is_more_specific(one: &str, other: &str) -> bool {
    let is_literal = |segment| matches!(segment, Segment::Literal(_));
    let literals = |path| segments(path).map(is_literal).collect::<Vec<_>>();
    literals(one) > literals(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Guard;

    const fn route(method: &'static str, path: &'static str) -> RouteInfo {
        RouteInfo { name: path, method, path, guard: Guard::Public }
    }

    const ROUTES: [RouteInfo; 5] = [
        route("GET", "/items/{id}"),
        route("GET", "/items/new"),
        route("POST", "/items/{id}"),
        route("POST", "/hooks/billing"),
        route("GET", "/a/{b}/{c}"),
    ];

    fn found(method: &Method, path: &str) -> Matched {
        find(&ROUTES, method, path)
    }

    #[test]
    fn a_text_comes_before_a_parameter() {
        assert_eq!(found(&Method::GET, "/items/new"), Matched::Route(1, vec![]));
        assert_eq!(found(&Method::GET, "/items/7"), Matched::Route(0, vec![("id", "7".into())]));
    }

    #[test]
    fn head_is_served_as_get_and_other_methods_are_named() {
        assert_eq!(found(&Method::HEAD, "/items/new"), Matched::Route(1, vec![]));
        let others = |method, path| match found(&method, path) {
            Matched::OtherMethods(allowed) => allowed,
            other => panic!("{other:?}"),
        };
        assert_eq!(others(Method::PUT, "/items/7"), "GET, HEAD, POST");
        assert_eq!(others(Method::GET, "/hooks/billing"), "POST");
        assert_eq!(others(Method::OPTIONS, "/hooks/billing"), "POST");
    }

    #[test]
    fn a_path_in_another_spelling_is_another_path() {
        for path in [
            "/hooks/billing/",
            "//hooks/billing",
            "/hooks//billing",
            "/Hooks/billing",
            "/hooks/%62illing",
            "/hooks/./billing",
            "/hooks%2Fbilling",
            "/hooks",
            "/hooks/billing/x",
        ] {
            assert_eq!(found(&Method::POST, path), Matched::Nothing, "{path}");
        }
    }

    #[test]
    fn a_parameter_is_one_decoded_segment_and_never_a_path() {
        let of = |path| found(&Method::GET, path);
        let id = |text: &str| Matched::Route(0, vec![("id", text.to_owned())]);
        assert_eq!(of("/items/a%20b"), id("a b"));
        assert_eq!(of("/items/%C3%A9"), id("é"));
        for path in [
            "/items/",
            "/items/a%2Fb",
            "/items/a%5cb",
            "/items/%2e%2e",
            "/items/%2E",
            "/items/%00",
            "/items/%ff",
            "/items/%",
            "/items/%4",
            "/items/%zz",
            "/items/%+1",
            "/items/%0a",
        ] {
            assert_eq!(of(path), Matched::Nothing, "{path}");
        }
    }
}
