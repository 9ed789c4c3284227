//! Certain OpenID providers: an issuer that is built from few keys, and the peculiarities of each.

use std::borrow::Cow;

use super::facts::{
    Addresses, ClientId, IdTokens, Issuer, IssuerKey, ProviderFacts, RedirectUri, Step, Tells, Told,
};
use super::openid::{ANY, SCOPES};
use crate::model::Prompt;

/// Keys that each of them has, apart from those of its issuer.
macro_rules! keys {
    ($($more:literal),*) => {
        &[
            "client_id",
            "client_secret",
            "scopes",
            "client_auth",
            "prompt",
            "leeway",
            "upstream",
            $($more),*
        ]
    };
}

const OFFLINE: &[Cow<'static, str>] = &[
    Cow::Borrowed("openid"),
    Cow::Borrowed("email"),
    Cow::Borrowed("profile"),
    Cow::Borrowed("offline_access"),
];

/// The client of a server, by the variables of its provider.
const fn client(variable: &'static str, title: &'static str) -> Option<ClientId> {
    Some(ClientId { key: "client_id", title, variable })
}

/// It tells both, if it is set up to.
const TELLS: Tells =
    Tells { addresses: Told::Always, groups: Told::Always, has_offline_access: true };

/// No question: these give refresh tokens without one.
const UNASKED: IdTokens = IdTokens { prompt: Some(Prompt::None), ..IdTokens::PLAIN };

/// Microsoft Entra ID.
pub(super) const ENTRA: ProviderFacts = ProviderFacts {
    title: "Microsoft Entra ID",
    example: "tenant = \"11111111-2222-3333-4444-555555555555\"\n",
    keys: keys!("issuer", "tenant", "tenants", "trust_email", "groups_claim"),
    application: "the app registration",
    client_id: client("ENTRA_CLIENT_ID", "Application (client) ID"),
    client_secret: Some("ENTRA_CLIENT_SECRET"),
    addresses: Addresses::Discovery(Issuer::Built {
        template: "https://login.microsoftonline.com/{tenant}/v2.0",
        keys: &[IssuerKey {
            name: "tenant",
            default: None,
            help: "the Directory (tenant) ID of the app registration: `tenant = \"11111111-2222-3333-4444-555555555555\"`; \
                   for people of several tenants `tenant = \"organizations\"` with `tenants = [\"…\"]`",
        }],
    }),
    scopes: OFFLINE,
    redirect_uri: RedirectUri::Entered(
        "in the Entra admin centre: App registrations, the application, Authentication, Redirect URIs \
         of the platform Web",
    ),
    tells: Some(TELLS),
    id_tokens: IdTokens { groups: &["roles"], ..UNASKED },
    setup: &[
        Step::Always("https://entra.microsoft.com: App registrations, New registration"),
        Step::Always(
            "Name: {name}. Supported account types: Accounts in this organizational directory only; \
             several tenants need Accounts in any organizational directory",
        ),
        Step::Always("Redirect URI: platform Web, {redirect_uri}"),
        Step::Always(
            "Overview: Application (client) ID is {client_id}, Directory (tenant) ID is `tenant` of \
             mcp.toml",
        ),
        Step::Always(
            "Certificates & secrets, Client secrets, New client secret: its Value (not its Secret ID) \
             is {client_secret}",
        ),
        Step::Always(
            "Groups: App roles, Create app role, allowed member types Users/Groups; Enterprise \
             applications, {name}, Users and groups assigns people and groups. They are read from the \
             claim `{groups_claim}`",
        ),
        Step::Always(
            "Addresses: Token configuration, Add optional claim, ID, `email`; and `xms_edov` in the \
             Manifest under optionalClaims, idToken. Without `xms_edov` nobody passes by address",
        ),
    ],
    has_known_issuers: false,
    ..ANY
};

/// Google.
pub(super) const GOOGLE: ProviderFacts = ProviderFacts {
    title: "Google",
    example: "hosted_domains = [\"example.com\"]\n",
    keys: keys!("hosted_domains"),
    application: "the OAuth client",
    client_id: client("GOOGLE_CLIENT_ID", "Client ID"),
    client_secret: Some("GOOGLE_CLIENT_SECRET"),
    addresses: Addresses::Discovery(Issuer::Fixed("https://accounts.google.com")),
    scopes: SCOPES,
    redirect_uri: RedirectUri::Entered(
        "in the Google Cloud console: Google Auth Platform, Clients, the client, `Authorized redirect \
         URIs`",
    ),
    tells: Some(Tells {
        addresses: Told::Always,
        groups: Told::WithScope(&[CLOUD_IDENTITY_GROUPS]),
        has_offline_access: false,
    }),
    // It gives a refresh token only at a consent (Google Identity, "Using OAuth 2.0 for Web Server Applications").
    id_tokens: IdTokens {
        prompt: Some(Prompt::Consent),
        parameters: "access_type offline",
        ..IdTokens::PLAIN
    },
    setup: &[
        Step::Always(
            "https://console.cloud.google.com/auth/clients: Create client, Web application",
        ),
        Step::Always("Name: {name}. Authorized redirect URIs: {redirect_uri}"),
        Step::Always("Client ID is {client_id}, Client secret is {client_secret}"),
        Step::Always(
            "Audience: Internal lets in people of your own Google Workspace only; an External \
             application in testing ends sign-ins after 7 days",
        ),
        Step::ByScope {
            scope: CLOUD_IDENTITY_GROUPS,
            asked: "Groups: APIs & Services, enable the Cloud Identity API; Data access, add the scope \
                    cloud-identity.groups.readonly. A group is its address, such as staff@example.com",
            otherwise: "Groups: Google's tokens have none. With \
                        `https://www.googleapis.com/auth/cloud-identity.groups.readonly` among `scopes` \
                        they are read from Cloud Identity",
        },
    ],
    has_known_issuers: false,
    ..ANY
};

/// The scope by which the groups of a person can be read from Cloud Identity.
const CLOUD_IDENTITY_GROUPS: &str =
    "https://www.googleapis.com/auth/cloud-identity.groups.readonly";

/// Okta.
pub(super) const OKTA: ProviderFacts = ProviderFacts {
    title: "Okta",
    example: "domain = \"acme.okta.com\"\n",
    keys: keys!(
        "issuer",
        "domain",
        "authorization_server",
        "trust_email",
        "groups_claim",
        "groups_format",
        "groups_member"
    ),
    application: "the app integration",
    client_id: client("OKTA_CLIENT_ID", "Client ID"),
    client_secret: Some("OKTA_CLIENT_SECRET"),
    addresses: Addresses::Discovery(Issuer::Built {
        template: "https://{domain}{authorization_server}",
        keys: &[
            IssuerKey {
                name: "domain",
                default: None,
                help: "the host of your Okta organization: `domain = \"acme.okta.com\"`",
            },
            IssuerKey {
                name: "authorization_server",
                default: Some(""),
                help: "the id of a custom authorization server: `authorization_server = \"default\"`",
            },
        ],
    }),
    scopes: &[
        Cow::Borrowed("openid"),
        Cow::Borrowed("email"),
        Cow::Borrowed("profile"),
        Cow::Borrowed("groups"),
        Cow::Borrowed("offline_access"),
    ],
    redirect_uri: RedirectUri::Entered(
        "in the Okta admin console: Applications, the app integration, General, `Sign-in redirect \
         URIs`",
    ),
    tells: Some(TELLS),
    id_tokens: UNASKED,
    setup: &[
        Step::Always(
            "Okta admin console: Applications, Create App Integration, OIDC - OpenID Connect, Web \
             Application",
        ),
        Step::Always(
            "App integration name: {name}. Grant type: Authorization Code and Refresh Token. Sign-in \
             redirect URIs: {redirect_uri}",
        ),
        Step::Always("Assignments: who may sign in at all"),
        Step::Always("General: Client ID is {client_id}, Client Secret is {client_secret}"),
        Step::Always(
            "Sign On, OpenID Connect ID Token, Group claim filter: `{groups_claim}`, Matches regex \
             `.*`, or a narrower filter. A custom authorization server needs a scope `groups` and a \
             claim `{groups_claim}` in the ID Token instead",
        ),
    ],
    has_known_issuers: false,
    ..ANY
};

/// Auth0.
pub(super) const AUTH0: ProviderFacts = ProviderFacts {
    title: "Auth0",
    example: "domain = \"acme.eu.auth0.com\"\ngroups_claim = \"https://acme.example/roles\"\n",
    keys: keys!(
        "issuer",
        "domain",
        "trust_email",
        "groups_claim",
        "groups_format",
        "groups_member"
    ),
    application: "the Auth0 application",
    client_id: client("AUTH0_CLIENT_ID", "Client ID"),
    client_secret: Some("AUTH0_CLIENT_SECRET"),
    addresses: Addresses::Discovery(Issuer::Built {
        // The slash is part of it.
        template: "https://{domain}/",
        keys: &[IssuerKey {
            name: "domain",
            default: None,
            help: "Domain on the Settings of the application: `domain = \"acme.eu.auth0.com\"`",
        }],
    }),
    scopes: OFFLINE,
    redirect_uri: RedirectUri::Entered(
        "in the Auth0 dashboard: Applications, the application, Settings, `Allowed Callback URLs`",
    ),
    tells: Some(TELLS),
    id_tokens: UNASKED,
    setup: &[
        Step::Always(
            "https://manage.auth0.com: Applications, Create Application, Regular Web Applications",
        ),
        Step::Always("Name: {name}. Settings, Allowed Callback URLs: {redirect_uri}"),
        Step::Always("Settings: Client ID is {client_id}, Client Secret is {client_secret}"),
        Step::Always("Advanced Settings, Grant Types: Authorization Code and Refresh Token"),
        Step::Always(
            "Groups: Actions, Triggers, post-login, an Action with \
             `api.idToken.setCustomClaim(\"{groups_claim}\", event.authorization?.roles ?? [])`. Auth0 \
             leaves out a claim of this kind whose name is no address",
        ),
    ],
    has_known_issuers: false,
    ..ANY
};

/// Keycloak.
pub(super) const KEYCLOAK: ProviderFacts = ProviderFacts {
    title: "Keycloak",
    example: "domain = \"id.example.com\"\nrealm = \"acme\"\n",
    keys: keys!("issuer", "domain", "realm", "trust_email", "groups_claim"),
    application: "the client in Keycloak",
    client_id: client("KEYCLOAK_CLIENT_ID", "Client ID"),
    client_secret: Some("KEYCLOAK_CLIENT_SECRET"),
    addresses: Addresses::Discovery(Issuer::Built {
        template: "https://{domain}/realms/{realm}",
        keys: &[
            IssuerKey {
                name: "domain",
                default: None,
                help: "the host of Keycloak: `domain = \"id.example.com\"`",
            },
            IssuerKey {
                name: "realm",
                default: None,
                help: "the realm as its address has it: `realm = \"acme\"`",
            },
        ],
    }),
    scopes: SCOPES,
    redirect_uri: RedirectUri::Entered(
        "in the Keycloak admin console: Clients, the client, Settings, `Valid redirect URIs`",
    ),
    tells: Some(TELLS),
    id_tokens: IdTokens { groups: &["realm_access", "roles"], ..UNASKED },
    setup: &[
        Step::Always(
            "Keycloak admin console, the realm: Clients, Create client, OpenID Connect, Client ID is \
             {client_id}",
        ),
        Step::Always("Capability config: Client authentication on, Standard flow alone"),
        Step::Always("Valid redirect URIs: {redirect_uri}"),
        Step::Always("Advanced, Proof Key for Code Exchange Code Challenge Method: S256"),
        Step::Always("Credentials: Client Secret is {client_secret}"),
        Step::Always(
            "Groups: Client scopes, roles, Mappers, realm roles: Add to ID token on. They are read from \
             `{groups_claim}`",
        ),
    ],
    has_known_issuers: false,
    ..ANY
};

/// Amazon Cognito.
pub(super) const COGNITO: ProviderFacts = ProviderFacts {
    title: "Amazon Cognito",
    example: "user_pool = \"eu-central-1_AbCdEfGhI\"\n",
    keys: keys!("issuer", "user_pool", "trust_email", "groups_claim"),
    application: "the app client",
    client_id: client("COGNITO_CLIENT_ID", "Client ID"),
    client_secret: Some("COGNITO_CLIENT_SECRET"),
    addresses: Addresses::Discovery(Issuer::Built {
        template: "https://cognito-idp.{region}.amazonaws.com/{user_pool}",
        keys: &[IssuerKey {
            name: "user_pool",
            default: None,
            help: "the User pool ID, which begins with its region: `user_pool = \"eu-central-1_AbCdEfGhI\"`",
        }],
    }),
    scopes: SCOPES,
    redirect_uri: RedirectUri::Entered(
        "in the Amazon Cognito console: the user pool, App clients, the client, Login pages, `Allowed \
         callback URLs`",
    ),
    tells: Some(Tells { has_offline_access: false, ..TELLS }),
    id_tokens: IdTokens { groups: &["cognito:groups"], ..UNASKED },
    setup: &[
        Step::Always(
            "https://console.aws.amazon.com/cognito: User pools, the pool, App clients, Create app \
             client, Traditional web application",
        ),
        Step::Always("Application name: {name}. Return URL: {redirect_uri}"),
        Step::Always(
            "Login pages, Edit: Authorization code grant alone; OpenID Connect scopes {scope_list}",
        ),
        Step::Always(
            "App client information: Client ID is {client_id}, Client secret is {client_secret}",
        ),
        Step::Always(
            "Groups: User pools, the pool, Groups. They are read from the claim `{groups_claim}`",
        ),
    ],
    has_known_issuers: false,
    ..ANY
};

/// GitLab.
pub(super) const GITLAB: ProviderFacts = ProviderFacts {
    title: "GitLab",
    example: "",
    keys: keys!("issuer", "domain", "trust_email", "groups_claim"),
    application: "the GitLab application",
    client_id: client("GITLAB_CLIENT_ID", "Application ID"),
    client_secret: Some("GITLAB_CLIENT_SECRET"),
    addresses: Addresses::Discovery(Issuer::Built {
        template: "https://{domain}",
        keys: &[IssuerKey {
            name: "domain",
            default: Some("gitlab.com"),
            help: "the host of your own GitLab: `domain = \"gitlab.example.com\"`",
        }],
    }),
    scopes: SCOPES,
    redirect_uri: RedirectUri::Entered(
        "at GitLab: the group or user settings, Applications, the application, `Redirect URI`",
    ),
    tells: Some(Tells { has_offline_access: false, ..TELLS }),
    id_tokens: IdTokens { groups: &["groups_direct"], ..UNASKED },
    setup: &[
        Step::Always("GitLab: the group, Settings, Applications, Add new application"),
        Step::Always("Name: {name}. Redirect URI: {redirect_uri}. Confidential: ticked"),
        Step::Always("Scopes: {scope_list}"),
        Step::Always("Application ID is {client_id}, Secret is {client_secret}"),
        Step::Always(
            "Groups are those that a person is a direct member of, by their paths, such as \
             `acme/platform`. They are read from the claim `{groups_claim}`",
        ),
    ],
    has_known_issuers: false,
    ..ANY
};
