//! Steps at the identity provider and at third parties, which no program here can take.

use toolgate_config::provider::{KNOWN_ISSUERS, KnownIssuer, Step};
use toolgate_config::{Config, Endpoints, Setting};

use crate::doctor::{account_redirect_uri, redirect_uri};

/// The steps for a server of this origin, each a line or more.
pub(super) fn steps(config: &Config, origin: &str) -> Vec<String> {
    let identity = &config.identity;
    let facts = identity.provider.facts();
    let values = values(config, &redirect_uri(origin));
    let mut steps: Vec<String> = facts
        .setup
        .iter()
        .map(|step| match step {
            Step::Always(text) => text,
            Step::ByScope { scope, asked, otherwise } => {
                if identity.scopes.iter().any(|asked| asked == scope) { asked } else { otherwise }
            }
        })
        .filter_map(|text| filled(text, &values))
        .collect();
    if facts.has_known_issuers {
        steps.extend(hints(identity.issuer.as_ref()));
    }
    steps.extend(third_parties(config, origin));
    steps
}

/// An application at each third party of `[connections]`.
fn third_parties(config: &Config, origin: &str) -> impl Iterator<Item = String> {
    config.connections.iter().map(move |connection| {
        let client_id = shown(&connection.client_id);
        let secret = connection.client_secret.as_ref();
        let secret =
            secret.map(|name| format!(", its client secret is {name}")).unwrap_or_default();
        format!(
            "At {}: an application with the redirect URI {}\nIts client id is {client_id}{secret}",
            connection.title,
            account_redirect_uri(origin, &connection.name)
        )
    })
}

/// The values of a server, by their names in the texts.
fn values(config: &Config, redirect_uri: &str) -> Vec<(&'static str, String)> {
    let identity = &config.identity;
    let host = redirect_uri.trim_start_matches("https://");
    let mut values = vec![
        ("name", config.server.name.to_string()),
        ("redirect_uri", redirect_uri.to_owned()),
        ("host", host.split('/').next().unwrap_or_default().to_owned()),
        ("scopes", identity.scopes.join(" ")),
        ("scope_list", identity.scopes.join(", ")),
        ("groups_claim", identity.groups_name()),
        ("client_id", shown(&identity.client_id)),
    ];
    values.extend(identity.client_secret.as_ref().map(|name| ("client_secret", name.to_string())));
    values.extend(identity.issuer.as_ref().map(|issuer| ("issuer", shown(issuer))));
    if let Endpoints::Urls { authorization_url, token_url, jwks_url } = &identity.endpoints {
        values.push(("authorization_url", shown(authorization_url)));
        values.push(("token_url", shown(token_url)));
        values.push(("jwks_url", shown(jwks_url)));
    }
    values
}

/// The text with the values in the place of their names; `None` where one is missing.
fn filled(text: &str, values: &[(&str, String)]) -> Option<String> {
    let mut parts = text.split('{');
    let mut out = parts.next()?.to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        let (_, value) = values.iter().find(|(known, _)| *known == name)?;
        out.push_str(value);
        out.push_str(rest);
    }
    Some(out)
}

/// Ways through dashboards: that of this issuer's provider, or those of the providers that most people have
/// where a variable names it. Scopes and groups differ between them.
fn hints(issuer: Option<&Setting>) -> Vec<String> {
    let known: Vec<&KnownIssuer> = match issuer {
        Some(Setting::Literal(issuer)) => KnownIssuer::of(issuer).into_iter().collect(),
        _ => KNOWN_ISSUERS.iter().collect(),
    };
    let hint = |known: &KnownIssuer| {
        let (clicks, note) = known.setup?;
        Some(format!("{}: {clicks}\n{note}", known.title))
    };
    known.into_iter().filter_map(hint).collect()
}

fn shown(setting: &Setting) -> String {
    match setting {
        Setting::Var(name) => name.to_string(),
        Setting::Literal(text) => format!("`{text}` of mcp.toml"),
    }
}

#[cfg(test)]
mod tests {
    use toolgate_config::Provider;

    use super::*;

    fn text(identity: &str) -> String {
        let source = format!("[server]\nname = \"A\"\n[identity]\n{identity}\n");
        let checked = toolgate_config::check(&source).expect("it is sound");
        steps(&checked.config, "https://demo.acme.workers.dev").join("\n")
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
    fn every_step_of_every_provider_says_what_the_server_has() {
        for provider in Provider::ALL {
            let facts = provider.facts();
            let said = text(&format!("provider = \"{}\"\n{}", provider.name(), facts.example));
            assert_eq!(said.lines().count(), facts.setup.len(), "{said}");
        }
    }

    #[test]
    fn each_third_party_gets_an_application() {
        let said = text(
            "provider = \"github\"\n[secrets]\nLINEAR_SECRET = \"at Linear\"\n[connections.linear]\n\
             title = \"Linear\"\nissuer = \"https://linear.example\"\nclient_id = { var = \"LINEAR_ID\" }\n\
             client_secret = \"LINEAR_SECRET\"\nscopes = [\"read\"]\nhosts = [\"api.linear.example\"]",
        );
        let uri = "At Linear: an application with the redirect URI \
                   https://demo.acme.workers.dev/connections/return/linear";
        assert!(said.contains(uri), "{said}");
        assert!(
            said.contains("client id is LINEAR_ID, its client secret is LINEAR_SECRET"),
            "{said}"
        );
    }

    #[test]
    fn an_issuer_that_is_known_leaves_the_others_out() {
        let said = text("provider = \"oidc\"\nissuer = \"https://accounts.google.com\"");
        assert!(said.contains("Google: ") && !said.contains("Okta"), "{said}");
        let said = text("provider = \"oidc\"\nissuer = \"https://id.example.com\"");
        assert!(!said.contains("Google") && said.contains("Redirect URI"), "{said}");
    }
}
