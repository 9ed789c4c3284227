//! Well-known issuers of OpenID Connect: what their documentation says of them.

use super::facts::{Tells, Told};

/// An OpenID provider that many people have, recognised by its issuer.
#[derive(Debug, Clone, Copy)]
pub struct KnownIssuer {
    /// Its name for people.
    pub title: &'static str,
    /// True for an issuer of this host and path that is its.
    is_its: fn(&str, &str) -> bool,
    /// Its knowledge of people, where its documentation says what is missing.
    pub tells: Option<Tells>,
    /// The way through its dashboard, and its peculiarities.
    pub setup: Option<(&'static str, &'static str)>,
}

impl KnownIssuer {
    /// The one that an issuer is of.
    #[must_use]
    pub fn of(issuer: &str) -> Option<&'static Self> {
        let (_, rest) = issuer.split_once("://")?;
        let end = rest.find(['/', ':', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let host = host.to_ascii_lowercase();
        KNOWN_ISSUERS.iter().find(|known| (known.is_its)(&host, path))
    }
}

const fn tells(addresses: Told, groups: Told, has_offline_access: bool) -> Option<Tells> {
    Some(Tells { addresses, groups, has_offline_access })
}

/// All of them, in the order in which they are listed to people.
pub const KNOWN_ISSUERS: &[KnownIssuer] = &[
    KnownIssuer {
        title: "Google",
        is_its: |host, _| host == "accounts.google.com",
        tells: tells(Told::Always, Told::Never, false),
        setup: Some((
            "https://console.cloud.google.com/auth/clients: Create client, Web application, \
             Authorized redirect URIs",
            "issuer https://accounts.google.com; it has no groups: use `emails`, `domains` or the \
             claim `hd`",
        )),
    },
    KnownIssuer {
        title: "Microsoft Entra ID",
        is_its: |host, _| {
            matches!(
                host,
                "login.microsoftonline.com"
                    | "login.microsoftonline.us"
                    | "login.partner.microsoftonline.cn"
                    | "sts.windows.net"
            )
        },
        tells: tells(Told::Never, Told::Always, true),
        setup: Some((
            "https://entra.microsoft.com: App registrations, New registration, Redirect URI of the \
             kind Web; then Certificates & secrets",
            "issuer https://login.microsoftonline.com/TENANT-ID/v2.0; Token configuration, Add groups \
             claim gives ids of groups, not their names; add the optional claim `email`",
        )),
    },
    KnownIssuer {
        title: "Okta",
        is_its: |host, _| host.ends_with(".okta.com"),
        tells: None,
        setup: Some((
            "Applications, Create App Integration, OIDC, Web Application, Sign-in redirect URIs",
            "issuer https://YOUR.okta.com; Sign On, OpenID Connect ID Token: Groups claim filter \
             `groups`, and `groups` among `scopes`",
        )),
    },
    KnownIssuer {
        title: "Auth0",
        is_its: |host, _| host.ends_with(".auth0.com"),
        tells: None,
        setup: Some((
            "Applications, Create Application, Regular Web Application, Allowed Callback URLs",
            "issuer https://YOUR.auth0.com/ with the slash; groups come by an Action that sets a claim \
             with an address for a name: `groups_claim` is that address",
        )),
    },
    KnownIssuer {
        title: "Keycloak",
        is_its: |_, path| path.contains("/realms/"),
        tells: None,
        setup: Some((
            "Clients, Create client, OpenID Connect, Client authentication on, Valid redirect URIs; \
             then Credentials",
            "issuer https://HOST/realms/REALM; Client scopes, add a mapper of the kind Group \
             Membership, claim `groups`, in the ID token",
        )),
    },
    KnownIssuer {
        title: "Amazon Cognito",
        is_its: |host, _| host.starts_with("cognito-idp.") && host.ends_with(".amazonaws.com"),
        tells: tells(Told::Always, Told::Always, false),
        setup: None,
    },
    KnownIssuer {
        title: "Apple",
        is_its: |host, _| host == "appleid.apple.com",
        tells: tells(Told::Always, Told::Never, false),
        setup: None,
    },
    KnownIssuer {
        title: "Slack",
        is_its: |host, _| host == "slack.com",
        tells: tells(Told::Always, Told::Never, false),
        setup: None,
    },
    KnownIssuer {
        title: "LinkedIn",
        is_its: |host, _| host == "www.linkedin.com",
        tells: tells(Told::Always, Told::Never, false),
        setup: None,
    },
];
