//! Names that are taken twice.

use std::fmt;

use toolgate_core::mcp::is_same_uri;

use super::def::{Def, ResourceDef};

/// Two functions cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clash {
    kind: &'static str,
    /// The thing they share: `are named` or `have the URI`.
    share: &'static str,
    what: &'static str,
    first: &'static str,
    second: &'static str,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, share, what, first, second } = self;
        write!(f, "two {kind}s {share} `{what}`: at {first} and at {second}")
    }
}

impl std::error::Error for Clash {}

/// Looks for a name that two have; they are sorted by name.
pub(super) fn names<D: Def>(sorted: &[&'static D]) -> Result<(), Clash> {
    for pair in sorted.windows(2) {
        if let [first, second] = pair
            && first.name() == second.name()
        {
            return Err(Clash {
                kind: first.kind(),
                share: "are named",
                what: first.name(),
                first: first.location(),
                second: second.location(),
            });
        }
    }
    Ok(())
}

/// Looks for a URI that two resources have.
pub(super) fn uris(resources: &[&'static ResourceDef]) -> Result<(), Clash> {
    for (index, first) in resources.iter().enumerate() {
        let mut others = resources[index + 1..].iter();
        if let Some(second) = others.find(|second| is_same_uri(second.info.uri, first.info.uri)) {
            return Err(Clash {
                kind: first.kind(),
                share: "have the URI",
                what: first.info.uri,
                first: first.location,
                second: second.location,
            });
        }
    }
    Ok(())
}
