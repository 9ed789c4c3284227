//! The routes of a server, as JSON for `cargo toolgate`.

use serde_json::{Value, json};
use toolgate_core::route::Guard;
use toolgate_core::route::signature::{Encoding, Scheme, Timestamp};

use super::{RouteDef, all};

/// All routes, sorted by name.
pub(crate) fn described() -> Value {
    let mut routes: Vec<_> = all().collect();
    routes.sort_by_key(|route| (route.info.name, route.location));
    routes.into_iter().map(described_one).collect()
}

/// `policy` is a policy of `mcp.toml`, `public` or `hmac`; `proof` tells by what else a sender is known.
fn described_one(route: &RouteDef) -> Value {
    let (policy, proof) = match &route.info.guard {
        Guard::Public => ("public", None),
        Guard::Policy { name, bearer: true } => (*name, Some("access token".to_owned())),
        Guard::Policy { name, bearer: false } => (*name, None),
        Guard::Signed(scheme) => ("hmac", Some(signature(scheme))),
    };
    json!({
        "name": route.info.name,
        "policy": policy,
        "location": route.location,
        "proof": proof,
    })
}

fn signature(scheme: &Scheme) -> String {
    let Scheme { header, secrets, encoding, prefix, timestamp, tolerance, payload, .. } = scheme;
    let secrets = secrets.join(" or ");
    let encoding = match encoding {
        Encoding::Hex => "hex",
        Encoding::Base64 => "base64",
    };
    let time = match timestamp {
        None => String::new(),
        Some(Timestamp::Header(name)) => format!(", time in {name}, within {tolerance} s"),
        Some(Timestamp::Field(name)) => format!(", time in {name}=, within {tolerance} s"),
    };
    format!("`{payload}` under {secrets} as {prefix}{encoding} in {header}{time}")
}
