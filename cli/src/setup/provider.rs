//! Steps at the identity provider, which no program here can take.

use toolgate_config::{Config, Endpoints, Provider, Setting};

/// The steps, each a line or more.
pub(super) fn steps(config: &Config, redirect_uri: &str) -> Vec<String> {
    let identity = &config.identity;
    let name = &config.server.name;
    let id = shown(&identity.client_id);
    let secret = identity.client_secret.as_deref().unwrap_or_default();
    let scopes = identity.scopes.join(" ");
    match identity.provider {
        Provider::CloudflareAccess => access(config, &id, secret, redirect_uri),
        Provider::CloudflareAccessJwt => access_in_front(config, &id, redirect_uri),
        Provider::Oidc => oidc(config, &id, secret, redirect_uri),
        Provider::GitHub => vec![
            "https://github.com/settings/developers (of an organisation: its Settings, Developer settings): OAuth Apps, New OAuth app".to_owned(),
            format!("Application name: {name}. Authorization callback URL: {redirect_uri}"),
            format!("Client ID is {id}; Generate a new client secret gives {secret}"),
            format!("Nothing is to be ticked for the scopes: people are asked for `{scopes}` when they sign in"),
            format!("Groups are organisations and teams{}", if scopes.contains("read:org") {
                "; an organisation that restricts OAuth apps must approve this one"
            } else {
                ": they need `read:org` among `scopes` of [identity]"
            }),
        ],
        Provider::Dev | Provider::None => Vec::new(),
    }
}

fn access(config: &Config, id: &str, secret: &str, redirect_uri: &str) -> Vec<String> {
    let identity = &config.identity;
    let scopes = identity.scopes.join(", ");
    let mut steps = vec![
        "https://one.dash.cloudflare.com: Access controls, Applications, Add an application, SaaS"
            .to_owned(),
        format!(
            "Application: {} (type the name), authentication protocol OIDC",
            config.server.name
        ),
        format!("Redirect URLs: {redirect_uri}"),
        format!("Scopes: {scopes}"),
        groups(config, "tick `groups` among the scopes, too"),
        "Policies: who may sign in at all; which tool whom, say the policies of mcp.toml"
            .to_owned(),
        format!("Client ID is {id}, Client secret is {secret}"),
    ];
    if let Endpoints::Urls { authorization_url, token_url, jwks_url } = &identity.endpoints {
        let (authorization, token, keys) =
            (shown(authorization_url), shown(token_url), shown(jwks_url));
        steps.push(format!(
            "Authorization endpoint is {authorization}, Token endpoint is {token}, Key endpoint is {keys}"
        ));
    }
    steps
}

fn access_in_front(config: &Config, id: &str, redirect_uri: &str) -> Vec<String> {
    let host = redirect_uri.trim_start_matches("https://");
    let host = host.split('/').next().unwrap_or_default();
    vec![
        "https://one.dash.cloudflare.com: Access controls, Applications, Add an application, Self-hosted".to_owned(),
        format!("Public hostname: {host}, without a path: Access must stand in front of all of it"),
        "Policies: who may come; for programs a policy of the kind Service Auth".to_owned(),
        "No redirect URI, no scopes, no client secret: Access signs people in by itself".to_owned(),
        groups(config, "the application's identity provider must send groups"),
        format!("Application Audience (AUD) Tag is {id}"),
    ]
}

/// Places to click, at those that most people have. What they do with scopes and groups differs.
const OIDC: [(&str, &str, &str); 5] = [
    (
        "Google",
        "https://console.cloud.google.com/auth/clients: Create client, Web application, Authorized redirect URIs",
        "issuer https://accounts.google.com; it has no groups: use `emails`, `domains` or the claim `hd`",
    ),
    (
        "Microsoft Entra",
        "https://entra.microsoft.com: App registrations, New registration, Redirect URI of the kind Web; then Certificates & secrets",
        "issuer https://login.microsoftonline.com/TENANT-ID/v2.0; Token configuration, Add groups claim gives ids of groups, not their names; add the optional claim `email`",
    ),
    (
        "Okta",
        "Applications, Create App Integration, OIDC, Web Application, Sign-in redirect URIs",
        "issuer https://YOUR.okta.com; Sign On, OpenID Connect ID Token: Groups claim filter `groups`, and `groups` among `scopes`",
    ),
    (
        "Auth0",
        "Applications, Create Application, Regular Web Application, Allowed Callback URLs",
        "issuer https://YOUR.auth0.com/ with the slash; groups come by an Action that sets a claim with an address for a name: `groups_claim` is that address",
    ),
    (
        "Keycloak",
        "Clients, Create client, OpenID Connect, Client authentication on, Valid redirect URIs; then Credentials",
        "issuer https://HOST/realms/REALM; Client scopes, add a mapper of the kind Group Membership, claim `groups`, in the ID token",
    ),
];

fn oidc(config: &Config, id: &str, secret: &str, redirect_uri: &str) -> Vec<String> {
    let identity = &config.identity;
    let scopes = identity.scopes.join(" ");
    let issuer = match &identity.endpoints {
        Endpoints::Discovery(issuer) => shown(issuer),
        _ => String::new(),
    };
    let known = match &identity.endpoints {
        Endpoints::Discovery(Setting::Literal(issuer)) => Some(issuer.as_ref()),
        _ => None,
    };
    let mut steps = vec![
        "Register a confidential web application (authorization code, with PKCE)".to_owned(),
        format!("Redirect URI: {redirect_uri}"),
        format!("Scopes: {scopes}"),
        groups(config, "the provider must put it into the id_token"),
        format!("Client id is {id}, client secret is {secret}, issuer is {issuer}"),
    ];
    let hints = OIDC.iter().filter(|(name, ..)| known.is_none_or(|issuer| is_of(issuer, name)));
    let hints: Vec<_> =
        hints.map(|(name, clicks, note)| format!("{name}: {clicks}\n{note}")).collect();
    steps.extend(hints);
    steps
}

/// True if an issuer tells whose it is.
fn is_of(issuer: &str, name: &str) -> bool {
    let mark = match name {
        "Google" => "accounts.google.com",
        "Microsoft Entra" => "login.microsoftonline.com",
        "Okta" => ".okta.com",
        "Auth0" => ".auth0.com",
        _ => "/realms/",
    };
    issuer.contains(mark)
}

fn groups(config: &Config, how: &str) -> String {
    format!(
        "Groups: for policies with `groups`, {how}; they are read from the claim `{}`",
        config.identity.groups_claim
    )
}

fn shown(setting: &Setting) -> String {
    match setting {
        Setting::Var(name) => name.to_string(),
        Setting::Literal(text) => format!("`{text}` of mcp.toml"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(identity: &str) -> String {
        let source = format!("[server]\nname = \"A\"\n[identity]\n{identity}\n");
        let checked = toolgate_config::check(&source).expect("it is sound");
        steps(&checked.config, "https://demo.acme.workers.dev/callback").join("\n")
    }

    #[test]
    fn each_provider_hears_its_redirect_uri_and_where_its_values_go() {
        for (identity, expected) in [
            (
                "provider = \"cloudflare-access\"",
                &[
                    "Redirect URLs: https://demo.acme.workers.dev/callback",
                    "ACCESS_TOKEN_URL",
                    "openid, email, profile",
                ][..],
            ),
            (
                "provider = \"cloudflare-access-jwt\"\nteam = \"acme\"\naudience = { var = \"AUD\" }",
                &["Public hostname: demo.acme.workers.dev,", "Tag is AUD"],
            ),
            (
                "provider = \"github\"",
                &[
                    "callback URL: https://demo.acme.workers.dev/callback",
                    "GITHUB_CLIENT_SECRET",
                    "need `read:org`",
                ],
            ),
            (
                "provider = \"oidc\"\nissuer = { var = \"ISSUER\" }\ngroups_claim = \"roles\"",
                &["issuer is ISSUER", "claim `roles`", "Google: ", "Keycloak: "],
            ),
        ] {
            let said = text(identity);
            for expected in expected {
                assert!(said.contains(expected), "{expected} is missing in\n{said}");
            }
        }
        assert_eq!(text("provider = \"dev\""), "");
    }

    #[test]
    fn an_issuer_that_is_known_leaves_the_others_out() {
        let said = text("provider = \"oidc\"\nissuer = \"https://accounts.google.com\"");
        assert!(said.contains("Google: ") && !said.contains("Okta"), "{said}");
        let said = text("provider = \"oidc\"\nissuer = \"https://id.example.com\"");
        assert!(!said.contains("Google") && said.contains("Redirect URI"), "{said}");
    }
}
