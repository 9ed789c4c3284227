//! Providers that speak OpenID Connect and are found by its discovery.

use std::borrow::Cow;

use super::facts::{
    Addresses, Claims, ClientId, IdTokens, Issuer, ProviderFacts, RedirectUri, Step,
};

/// Scopes of an OpenID provider: without `openid` there is no id_token, `email` is what policies ask for,
/// and `profile` has the name for the pages.
pub(super) const SCOPES: &[Cow<'static, str>] =
    &[Cow::Borrowed("openid"), Cow::Borrowed("email"), Cow::Borrowed("profile")];

/// Keys of `[identity]` of a provider that is found by its issuer, which comes last.
const KEYS: &[&str] = &[
    "client_id",
    "client_secret",
    "scopes",
    "client_auth",
    "prompt",
    "groups_claim",
    "groups_format",
    "groups_member",
    "leeway",
    "upstream",
    "trust_email",
    "issuer",
];

/// Any of them, by the issuer in the file.
pub(super) const ANY: ProviderFacts = ProviderFacts {
    title: "an OpenID provider",
    example: "issuer = \"https://login.example.com\"\n",
    keys: KEYS,
    application: "the application at the identity provider",
    client_id: Some(ClientId { key: "client_id", title: "client id", variable: "OIDC_CLIENT_ID" }),
    client_secret: Some("OIDC_CLIENT_SECRET"),
    addresses: Addresses::Discovery(Issuer::Named {
        example: "https://login.example.com",
        variable: "OIDC_ISSUER",
    }),
    scopes: SCOPES,
    redirect_uri: RedirectUri::Entered(
        "at the identity provider: the application's `redirect URI`, which some call callback URL",
    ),
    claims: Claims::Any,
    tells: None,
    setup: &[
        Step::Always("Register a confidential web application (authorization code, with PKCE)"),
        Step::Always("Redirect URI: {redirect_uri}"),
        Step::Always("Scopes: {scopes}"),
        Step::Always(
            "Groups: for policies with `groups`, the provider must put it into the id_token; they are \
             read from the claim `{groups_claim}`",
        ),
        Step::Always(
            "Client id is {client_id}, client secret is {client_secret}, issuer is {issuer}",
        ),
    ],
    id_tokens: IdTokens::PLAIN,
    has_known_issuers: true,
};
