//! What `[identity]`, `[registration]`, `[[clients]]`, `[storage]` and `[audit]` become.

#![cfg(feature = "parse")]

use toolgate_config::{Checked, Endpoints, Identity, Provider, Setting, StorageKind, check};

const SMALLEST: &str = "[server]\nname = \"Test\"\n";

fn checked(source: &str) -> Checked {
    check(source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

fn identity(keys: &str) -> Identity {
    checked(&format!("{SMALLEST}[identity]\n{keys}\n")).config.identity
}

#[test]
fn an_openid_provider_is_found_by_its_issuer() {
    let var = |name: &'static str| Setting::Var(name.into());
    let literal = identity("provider = \"oidc\"\nissuer = \"https://login.example.com\"");
    let issuer = Setting::Literal("https://login.example.com".into());
    assert_eq!(literal.provider, Provider::Oidc);
    assert_eq!(literal.endpoints, Endpoints::Discovery(issuer.clone()));
    assert_eq!(literal.issuer, Some(issuer));
    assert_eq!(literal.client_id, var("OIDC_CLIENT_ID"));
    assert_eq!(literal.client_secret.as_deref(), Some("OIDC_CLIENT_SECRET"));
    assert_eq!(literal.scopes.as_ref(), ["openid", "email", "profile"]);
    let named = identity("provider = \"oidc\"\nissuer = { var = \"OIDC_ISSUER\" }");
    assert_eq!(named.endpoints, Endpoints::Discovery(var("OIDC_ISSUER")));
}

#[test]
fn github_needs_no_openid() {
    let github = identity("provider = \"github\"");
    assert_eq!((github.provider, github.endpoints), (Provider::GitHub, Endpoints::GitHub));
    assert_eq!(github.client_id, Setting::Var("GITHUB_CLIENT_ID".into()));
    assert_eq!(github.client_secret.as_deref(), Some("GITHUB_CLIENT_SECRET"));
    assert_eq!(github.scopes.as_ref(), ["read:user", "user:email"]);
    let wide = identity("provider = \"github\"\nscopes = [\"user:email\", \"read:org\"]");
    assert_eq!(wide.scopes.as_ref(), ["user:email", "read:org"]);
}

#[test]
fn access_in_front_has_an_audience_and_no_client() {
    let access = identity("provider = \"cloudflare-access-jwt\"\nteam = \"acme\"");
    assert_eq!(access.provider, Provider::CloudflareAccessJwt);
    assert_eq!(access.client_id, Setting::Var("ACCESS_AUD".into()));
    assert_eq!(access.client_secret, None);
    assert_eq!(access.endpoints, Endpoints::Team("acme".into()));
    assert!(access.issuer.is_none() && access.scopes.is_empty());
    let keys = "provider = \"cloudflare-access-jwt\"\nteam = \"acme\"\naudience = \"d1b7\"";
    assert_eq!(identity(keys).client_id, Setting::Literal("d1b7".into()));
}

#[test]
fn a_client_may_be_sent_to_a_scheme_that_is_listed_after_it() {
    let config = checked(&format!(
        "{SMALLEST}[[clients]]\nid = \"acme\"\nname = \"Acme\"\nredirect_uris = [\"acme:/cb\"]\n\
         [registration]\nredirect_schemes = [\"acme\"]\nallowed_domains = [\"claude.ai\"]\n"
    ))
    .config;
    assert_eq!(config.clients[0].redirect_uris.as_ref(), ["acme:/cb"]);
    assert_eq!(config.clients[0].secret, None);
    assert_eq!(config.registration.redirect_schemes.as_ref(), ["acme"]);
    assert_eq!(config.registration.allowed_domains.as_ref(), ["claude.ai"]);
    assert!(config.registration.dynamic && config.registration.metadata_documents);
}

#[test]
fn parts_of_audit_events_are_chosen_one_by_one() {
    let audit =
        |include| checked(&format!("{SMALLEST}[audit]\ninclude = {include}\n")).config.audit;
    let (email, arguments) = (audit("[\"email\"]"), audit("[\"arguments\"]"));
    assert_eq!((email.email, email.arguments), (true, false));
    assert_eq!((arguments.email, arguments.arguments), (false, true));
}

#[test]
fn d1_has_a_binding_of_its_own() {
    let checked = checked(&format!("{SMALLEST}[storage]\nkind = \"d1\"\n"));
    assert_eq!(checked.config.storage.kind, StorageKind::D1);
    assert_eq!(checked.config.storage.binding, "OAUTH_DB");
}

#[test]
fn programs_on_a_persons_own_computer_can_be_among_the_allowed_domains() {
    let keys = "[registration]\nallowed_domains = [\"localhost\", \"claude.ai\"]";
    let registration = checked(&format!("{SMALLEST}{keys}")).config.registration;
    assert_eq!(&*registration.allowed_domains, ["localhost", "claude.ai"]);
}
