//! Cloudflare Access.

use super::facts::{Addresses, Claims, ClientId, IdTokens, ProviderFacts, RedirectUri, Step};
use super::openid::SCOPES;

/// Access for SaaS, as an OpenID Connect application.
pub(super) const FOR_SAAS: ProviderFacts = ProviderFacts {
    title: "Cloudflare Access",
    example: "",
    keys: &[
        "client_id",
        "client_secret",
        "authorization_url",
        "token_url",
        "jwks_url",
        "team",
        "issuer",
        "scopes",
        "client_auth",
        "prompt",
        "groups_claim",
        "groups_format",
        "groups_member",
        "leeway",
        "upstream",
    ],
    application: "the Access application",
    client_id: Some(ClientId {
        key: "client_id",
        title: "client id",
        variable: "ACCESS_CLIENT_ID",
    }),
    client_secret: Some("ACCESS_CLIENT_SECRET"),
    addresses: Addresses::Each([
        ("authorization_url", "ACCESS_AUTHORIZATION_URL"),
        ("token_url", "ACCESS_TOKEN_URL"),
        ("jwks_url", "ACCESS_JWKS_URL"),
    ]),
    scopes: SCOPES,
    redirect_uri: RedirectUri::Entered(
        "in Cloudflare Zero Trust: Access, Applications, the SaaS application (OIDC), `Redirect URLs`",
    ),
    claims: Claims::Any,
    // It passes on what the identity providers behind it say.
    tells: None,
    setup: &[
        Step::Always(
            "https://one.dash.cloudflare.com: Access controls, Applications, Add an application, SaaS",
        ),
        Step::Always("Application: {name} (type the name), authentication protocol OIDC"),
        Step::Always("Redirect URLs: {redirect_uri}"),
        Step::Always("Scopes: {scope_list}"),
        Step::Always(
            "Groups: for policies with `groups`, tick `groups` among the scopes, too; they are read \
             from the claim `{groups_claim}`",
        ),
        Step::Always(
            "Policies: who may sign in at all; which tool whom, say the policies of mcp.toml",
        ),
        Step::Always("Client ID is {client_id}, Client secret is {client_secret}"),
        Step::Always(
            "Authorization endpoint is {authorization_url}, Token endpoint is {token_url}, Key \
             endpoint is {jwks_url}",
        ),
    ],
    id_tokens: IdTokens::PLAIN,
    has_known_issuers: false,
};

/// Access in front of the Worker: it has no client, and the team signs.
pub(super) const IN_FRONT: ProviderFacts = ProviderFacts {
    title: "Cloudflare Access in front of the server",
    example: "team = \"acme\"\n",
    keys: &[
        "team",
        "audience",
        "groups_claim",
        "groups_format",
        "groups_member",
        "leeway",
        "upstream",
    ],
    client_id: Some(ClientId { key: "audience", title: "audience tag", variable: "ACCESS_AUD" }),
    client_secret: None,
    addresses: Addresses::Team,
    scopes: &[],
    redirect_uri: RedirectUri::None("none: Access stands in front of the server"),
    setup: &[
        Step::Always(
            "https://one.dash.cloudflare.com: Access controls, Applications, Add an application, \
             Self-hosted",
        ),
        Step::Always(
            "Public hostname: {host}, without a path: Access must stand in front of all of it",
        ),
        Step::Always("Policies: who may come; for programs a policy of the kind Service Auth"),
        Step::Always(
            "No redirect URI, no scopes, no client secret: Access signs people in by itself",
        ),
        Step::Always(
            "Groups: for policies with `groups`, the application's identity provider must send \
             groups; they are read from the claim `{groups_claim}`",
        ),
        Step::Always("Application Audience (AUD) Tag is {client_id}"),
    ],
    ..FOR_SAAS
};
