//! What a sound `mcp.toml` becomes.

#![cfg(feature = "parse")]

mod support;

use support::{reference, repository};
use toolgate_config::{
    Checked, Code, Endpoints, Exchange, Provider, SCHEMA_VERSION, Setting, StorageKind, check,
};

const SMALLEST: &str = "[server]\nname = \"Test\"\n";

fn checked(source: &str) -> Checked {
    check(source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

#[test]
fn defaults_are_those_of_the_demo() {
    let config = checked(SMALLEST).config;
    let var = |name: &'static str| Setting::Var(name.into());
    assert_eq!(config.identity.provider, Provider::CloudflareAccess);
    assert_eq!(config.identity.client_id, var("ACCESS_CLIENT_ID"));
    assert_eq!(config.identity.client_secret.as_deref(), Some("ACCESS_CLIENT_SECRET"));
    let endpoints = Endpoints::Urls {
        authorization_url: var("ACCESS_AUTHORIZATION_URL"),
        token_url: var("ACCESS_TOKEN_URL"),
        jwks_url: var("ACCESS_JWKS_URL"),
    };
    assert_eq!(config.identity.endpoints, endpoints);
    assert_eq!(config.identity.scopes.as_ref(), ["openid", "email", "profile"]);
    assert_eq!(config.tokens.encryption_key, "COOKIE_ENCRYPTION_KEY");
    assert_eq!(
        (config.tokens.access_token_ttl, config.tokens.refresh_token_ttl),
        (3600, 2_592_000)
    );
    assert_eq!((config.tokens.code_ttl, config.consent.remember_for), (600, 2_592_000));
    assert_eq!(config.storage.kind, StorageKind::DurableObject);
    assert_eq!(config.storage.binding, "TOOLGATE");
    assert!(config.transport.sse && config.transport.allowed_origins.is_empty());
    assert!(!config.transport.notifications && config.transport.allowed_hosts.is_empty());
    assert_eq!((config.transport.session_idle, config.transport.page_size), (3600, 1000));
    assert_eq!(config.limits.tool_timeout, 300);
    assert_eq!(config.limits.task_ttl, 86_400);
    assert!(config.policies.is_empty());
}

#[test]
fn a_file_without_a_version_is_read_as_the_first() {
    assert_eq!(checked(&format!("schema_version = 1\n{SMALLEST}")), checked(SMALLEST));
    let newer = format!("schema_version = {}\n{SMALLEST}", SCHEMA_VERSION + 1);
    let faults = check(&newer).expect_err("it is refused");
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::NewerSchema]);
}

#[test]
fn the_demo_lets_its_image_makers_pass() {
    let source = std::fs::read_to_string(repository().join("examples/access/mcp.toml"));
    let checked = checked(&source.expect("the example exists"));
    assert_eq!(checked.config.server.name, "Access OAuth Proxy Demo");
    assert_eq!(checked.config.policies[0].name, "image-makers");
    let emails: Vec<&str> = checked.dev.users.iter().map(|user| user.email.as_str()).collect();
    assert_eq!(emails, ["employee1@mycompany.com", "visitor@mycompany.com"]);
}

#[test]
fn literals_and_variables_are_told_apart() {
    let config = checked(&format!(
        "{SMALLEST}[identity]\nclient_id = \"abc\"\nteam = \"acme\"\nissuer = {{ var = \"ISSUER\" }}\n"
    ))
    .config;
    assert_eq!(config.identity.client_id, Setting::Literal("abc".into()));
    assert_eq!(config.identity.endpoints, Endpoints::Team("acme".into()));
    assert_eq!(config.identity.issuer, Some(Setting::Var("ISSUER".into())));
}

#[test]
fn accounts_keep_their_claims() {
    let checked = checked(&format!(
        "{SMALLEST}[[dev.users]]\nemail = \"ada@example.com\"\ngroups = [\"a\"]\nclaims = {{ level = 3, tags = [\"x\"] }}\n"
    ));
    let user = &checked.dev.users[0];
    assert_eq!((user.email.as_str(), user.name.as_deref()), ("ada@example.com", None));
    assert_eq!(user.groups, ["a"]);
    assert_eq!(user.claims["level"].as_integer(), Some(3));
    assert_eq!(user.claims["tags"][0].as_str(), Some("x"));
}

#[test]
fn own_settings_pass_through_in_their_order() {
    let checked = checked(&format!(
        "{SMALLEST}[wrangler]\nworkers_dev = false\ncompatibility_date = 2026-01-31\n[wrangler.ai]\nbinding = \"AI\"\n"
    ));
    let keys: Vec<&String> = checked.wrangler.keys().collect();
    assert_eq!(keys, ["workers_dev", "compatibility_date", "ai"]);
    assert_eq!(checked.wrangler["compatibility_date"].as_str(), Some("2026-01-31"));
}

#[test]
fn own_secrets_have_names_of_variables_and_purposes_in_words() {
    let longest = format!("an {}", "ä".repeat(197));
    for (written, purpose) in [
        ("\"token of the status page\"", "token of the status page"),
        ("' token  of it '", "token  of it"),
        ("\"天気サービスのトークン\"", "天気サービスのトークン"),
        (&*format!("\"{longest}\""), &longest),
    ] {
        let checked = checked(&format!("{SMALLEST}[secrets]\nA = {written}\nB_2 = 'a b'\n"));
        let found: Vec<_> =
            checked.secrets.iter().map(|one| (one.name.as_str(), one.purpose.as_str())).collect();
        assert_eq!(found, [("A", purpose), ("B_2", "a b")]);
    }
    assert!(checked(&format!("{SMALLEST}[secrets]\n")).secrets.is_empty());
    let too_long = format!("{SMALLEST}[secrets]\nA = \"{longest}ä\"\n");
    assert_eq!(check(&too_long).expect_err("it is too long")[0].code, Code::InvalidText);
}

#[test]
fn deeply_nested_input_is_refused_and_does_not_overflow_the_stack() {
    let depth = 20_000;
    let source =
        format!("{SMALLEST}[policies.a]\n{}{}", "any = [{ ".repeat(depth), "}]".repeat(depth));
    assert!(check(&source).is_err());
}

#[test]
fn any_text_is_answered_without_a_panic() {
    let reference = reference();
    // Every way to cut the reference short, and to damage one byte in it.
    for (at, _) in reference.char_indices().step_by(7) {
        let damaged = format!("{}\u{e9}\"{}", &reference[..at], &reference[at..]);
        for source in [&reference[..at], &damaged] {
            for fault in check(source).err().unwrap_or_default() {
                assert!(fault.render("mcp.toml", source).starts_with("mcp.toml:"));
            }
        }
    }
}

/// The file with environments, and what holds in one of them.
fn environment(source: &str, name: &str) -> (Checked, Checked) {
    let checked = checked(&format!("{SMALLEST}{source}"));
    let own = checked.environment(name).expect("it is there").clone();
    (checked, own)
}

#[test]
fn an_environment_with_hosted_clients_of_its_own_has_none_of_the_file() {
    let hosted = |own: &str| {
        let source =
            format!("[limits]\nhosted = {{ a = [\"192.0.2.0/24\"] }}\n[env.x.limits]\n{own}");
        let (_, own) = environment(&source, "x");
        own.config.limits.hosted.iter().map(|range| range.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(hosted("register = 7\n"), ["a"]);
    assert_eq!(hosted("hosted = { b = [\"192.0.2.0/24\"] }\n"), ["b"]);
    assert!(hosted("hosted = {}\n").is_empty());
}

#[test]
fn an_environment_is_the_file_with_its_own_keys_over_it() {
    let source = "[tokens]\naccess_token_ttl = \"5m\"\ncode_ttl = \"5m\"\n\
                  [transport]\nallowed_hosts = [\"a.example\", \"b.example\"]\n\
                  [policies.staff]\ngroups = [\"x\"]\n\
                  [env.preview.tokens]\ncode_ttl = \"1m\"\n\
                  [env.preview.transport]\nallowed_hosts = [\"c.example\"]\n";
    let (top, preview) = environment(source, "preview");
    assert_eq!((top.config.tokens.access_token_ttl, top.config.tokens.code_ttl), (300, 300));
    assert_eq!((preview.config.tokens.access_token_ttl, preview.config.tokens.code_ttl), (300, 60));
    assert_eq!(preview.config.transport.allowed_hosts.as_ref(), ["c.example"]);
    assert_eq!(preview.config.policies, top.config.policies);
    assert_eq!(preview.policy_position("staff"), top.policy_position("staff"));
    assert!(preview.environments.is_empty());
    assert_eq!(top.suggest_environment("preveiw"), Some("preview"));
    assert!(top.environment("production").is_none());
}

#[test]
fn another_provider_or_storage_takes_nothing_over() {
    let source = "[identity]\nteam = \"acme\"\n[storage]\nkind = \"d1\"\ndatabase_name = \"grants\"\n\
                  [env.a.identity]\nprovider = \"github\"\n[env.a.storage]\nkind = \"kv\"\n\
                  [env.b.storage]\nbinding = \"GRANTS\"\n";
    let (top, a) = environment(source, "a");
    assert_eq!(
        (a.config.identity.provider, a.config.storage.kind),
        (Provider::GitHub, StorageKind::Kv)
    );
    assert_eq!(top.storage.database_name.as_deref(), Some("grants"));
    let b = top.environment("b").expect("it is there");
    assert_eq!(b.config.identity, top.config.identity);
    assert_eq!((b.config.storage.kind, b.storage.database_name.as_ref()), (StorageKind::D1, None));
}

#[test]
fn scopes_of_calls_as_the_person_are_asked_for_at_the_sign_in() {
    let source = "[server]\nname = \"Test\"\n[identity]\nprovider = \"github\"\n\
                  [identity.upstream]\nhosts = [\"api.github.com\", \"localhost:8787\"]\n\
                  scopes = [\"repo\", \"read:user\"]\n";
    let config = check(source).expect("it is sound").config;
    assert_eq!(*config.acts, ["Act as you at api.github.com, localhost:8787"]);
    assert_eq!(*config.identity.scopes, ["read:user", "user:email", "repo"]);
    let calls = config.identity.upstream.expect("it is there");
    assert_eq!((&*calls.hosts[1], calls.expose), ("localhost:8787", false));
}

#[test]
fn what_names_the_api_of_an_exchange_is_asked_for_there_and_not_at_the_sign_in() {
    let identity = |keys: &str| {
        let provider = "[identity]\nprovider = \"oidc\"\nissuer = \"https://login.example.com\"\n";
        let hosts = "[identity.upstream]\nhosts = [\"wiki.example.com\"]\n";
        checked(&[SMALLEST, provider, hosts, keys].concat()).config.identity
    };
    let keys =
        "audience = \"wiki\"\nresource = \"https://wiki.example.com\"\nscopes = [\"a\", \"b\"]\n";
    let target = |identity: &toolgate_config::Identity| {
        let calls = identity.upstream.as_ref().expect("it is there");
        (calls.exchange, calls.target.to_string())
    };
    let exchanged = identity(&format!("{keys}exchange = \"rfc8693\"\n"));
    let all = "audience wiki\nresource https://wiki.example.com\nscope a b";
    assert_eq!(target(&exchanged), (Some(Exchange::Rfc8693), all.to_owned()));
    assert_eq!(exchanged.scopes.as_ref(), ["openid", "email", "profile"]);
    let calls = exchanged.upstream.expect("it is there");
    assert_eq!((calls.resource, calls.audience), (None, None));
    let obo = identity("scopes = [\"api://wiki/read\"]\nexchange = \"entra-obo\"\n");
    assert_eq!(target(&obo), (Some(Exchange::EntraObo), "scope api://wiki/read".to_owned()));
    let sent = identity(keys);
    assert_eq!(target(&sent), (None, String::new()));
    assert_eq!(sent.scopes.as_ref(), ["openid", "email", "profile", "a", "b"]);
}
