//! The dev identity provider in the place of another one, for `cargo toolgate dev`.
//!
//! Providers whose addresses are fixed, by `mcp.toml` or by themselves, cannot be sent elsewhere by
//! variables, and must not be: so their Workers are compiled anew, as with `provider = "dev"`. Such
//! a Worker refuses every host that is not this very machine.

use std::borrow::Cow;

use crate::model::{Condition, Config, Endpoints, Identity, List, Policy, Provider, Setting, Str};

/// The variable of the build that asks for it.
pub const BUILD_VARIABLE: &str = "TOOLGATE_IDENTITY";

/// Its one value.
pub const BUILD_VALUE: &str = "dev";

/// The variables of such a Worker.
pub const CLIENT_ID: &str = "TOOLGATE_DEV_CLIENT_ID";
/// See [`CLIENT_ID`].
pub const CLIENT_SECRET: &str = "TOOLGATE_DEV_CLIENT_SECRET";
/// See [`CLIENT_ID`].
pub const AUTHORIZATION_URL: &str = "TOOLGATE_DEV_AUTHORIZATION_URL";
/// See [`CLIENT_ID`].
pub const TOKEN_URL: &str = "TOOLGATE_DEV_TOKEN_URL";
/// See [`CLIENT_ID`].
pub const JWKS_URL: &str = "TOOLGATE_DEV_JWKS_URL";

const SCOPES: &[Str] = &[Cow::Borrowed("openid"), Cow::Borrowed("email"), Cow::Borrowed("profile")];

/// True where variables alone cannot send people to the dev identity provider.
#[must_use]
pub fn is_needed(identity: &Identity) -> bool {
    let is_fixed = |setting: &Setting| matches!(setting, Setting::Literal(_));
    // Its tokens have claims that those of the dev identity provider lack.
    if identity.provider.is_preset() {
        return true;
    }
    let issuer = identity.issuer.as_ref().is_some_and(is_fixed);
    issuer
        || match &identity.endpoints {
            Endpoints::Urls { authorization_url, token_url, jwks_url } => {
                [authorization_url, token_url, jwks_url].into_iter().any(is_fixed)
            }
            Endpoints::Discovery(issuer) => is_fixed(issuer),
            Endpoints::Team(_) | Endpoints::GitHub => true,
            Endpoints::None => false,
        }
}

/// Puts the dev identity provider in the place of the one that is configured. Policies that ask
/// for that one by its name go on to pass.
pub fn take_place(config: &mut Config) {
    let real = config.identity.provider;
    // Where nobody signs in there is no place to take.
    if real == Provider::None {
        return;
    }
    let var = |name| Setting::Var(Cow::Borrowed(name));
    let identity = &mut config.identity;
    identity.provider = Provider::Dev;
    identity.client_id = var(CLIENT_ID);
    identity.client_secret = Some(Cow::Borrowed(CLIENT_SECRET));
    identity.endpoints = Endpoints::Urls {
        authorization_url: var(AUTHORIZATION_URL),
        token_url: var(TOKEN_URL),
        jwks_url: var(JWKS_URL),
    };
    identity.issuer = None;
    identity.scopes = Cow::Borrowed(SCOPES);
    identity.client_auth = None;
    identity.prompt = None;
    identity.parameters = Str::default();
    identity.organizations = Cow::Borrowed(&[]);
    identity.trust_email = false;
    // It gives tokens of its own only.
    if let Some(calls) = &mut identity.upstream {
        calls.exchange = None;
    }
    let policies = config
        .policies
        .iter()
        .map(|policy| Policy { rule: renamed(&policy.rule, real), ..policy.clone() });
    config.policies = policies.collect::<Vec<_>>().into();
}

/// The condition with `dev` for the real provider; a `dev` of its own meant another one.
fn renamed(condition: &Condition, real: Provider) -> Condition {
    let all = |parts: &List<Condition>| -> List<Condition> {
        parts.iter().map(|part| renamed(part, real)).collect::<Vec<_>>().into()
    };
    match condition {
        Condition::Identity(providers) => {
            let others = providers.iter().copied().filter(|provider| *provider != Provider::Dev);
            let new = |provider| if provider == real { Provider::Dev } else { provider };
            // With `provider = "dev"` there is nothing to rename.
            if real == Provider::Dev {
                return condition.clone();
            }
            Condition::Identity(others.map(new).collect::<Vec<_>>().into())
        }
        Condition::Any(parts) => Condition::Any(all(parts)),
        Condition::All(parts) => Condition::All(all(parts)),
        Condition::Not(parts) => Condition::Not(all(parts)),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GITHUB: &str = "[server]\nname = \"S\"\n[identity]\nprovider = \"github\"\n\
        [policies.one]\nidentity = [\"github\"]\n\
        [policies.two]\nany = [{ identity = [\"oidc\"] }, { not = { identity = [\"github\"] } }]\n";

    fn config(source: &str) -> Config {
        crate::check(source).expect("no faults").config
    }

    #[test]
    fn policies_that_name_the_real_provider_mean_the_local_one() {
        let mut config = config(GITHUB);
        take_place(&mut config);
        assert_eq!(config.identity.provider, Provider::Dev);
        let mut found = Vec::new();
        for policy in config.policies.iter() {
            policy.rule.walk(&mut |condition| {
                if let Condition::Identity(providers) = condition {
                    found.push(providers.to_vec());
                }
            });
        }
        assert_eq!(found, [vec![Provider::Dev], vec![Provider::Oidc], vec![Provider::Dev]]);
    }

    #[test]
    fn it_is_needed_where_an_address_is_fixed() {
        let identity = |keys: &str| config(&format!("[server]\nname = \"S\"\n{keys}")).identity;
        assert!(is_needed(&config(GITHUB).identity));
        for (keys, expected) in [
            ("", false),
            ("[identity]\nprovider = \"dev\"\n", false),
            ("[identity]\nprovider = \"cloudflare-access\"\nteam = \"acme\"\n", true),
            ("[identity]\nprovider = \"cloudflare-access-jwt\"\nteam = \"acme\"\n", true),
            ("[identity]\nprovider = \"oidc\"\nissuer = { var = \"ISSUER\" }\n", false),
            ("[identity]\nprovider = \"oidc\"\nissuer = \"https://login.example.com\"\n", true),
            ("[identity]\nissuer = \"https://login.example.com\"\n", true),
        ] {
            assert_eq!(is_needed(&identity(keys)), expected, "{keys}");
        }
    }
}
