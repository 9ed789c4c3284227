//! Providers of servers that are for this very machine.

use super::access::FOR_SAAS;
use super::facts::{Addresses, Claims, ProviderFacts, RedirectUri, Tells, Told};

/// The dev identity provider, which is spoken to as Access is.
pub(super) const DEV: ProviderFacts = ProviderFacts {
    title: "the dev identity provider",
    keys: &[
        "client_id",
        "client_secret",
        "authorization_url",
        "token_url",
        "jwks_url",
        "issuer",
        "scopes",
        "groups_claim",
        "groups_format",
        "groups_member",
        "leeway",
        "upstream",
    ],
    redirect_uri: RedirectUri::None("none: the server is for this machine only"),
    setup: &[],
    ..FOR_SAAS
};

/// Nobody.
pub(super) const NOBODY: ProviderFacts = ProviderFacts {
    title: "`provider = \"none\"`",
    keys: &[],
    client_id: None,
    client_secret: None,
    addresses: Addresses::None,
    scopes: &[],
    claims: Claims::None,
    tells: Some(Tells {
        addresses: Told::Never,
        groups: Told::Never,
        // A scope that nobody is asked for does no harm.
        has_offline_access: true,
    }),
    ..DEV
};
