//! What a sound `mcp.toml` becomes.

#![cfg(feature = "parse")]

mod support;

use support::repository;
use toolgate_config::{
    Checked, Code, Condition, Endpoints, Position, Provider, SCHEMA_VERSION, SECTIONS, Scalar,
    Setting, StorageKind, Test, check,
};

const SMALLEST: &str = "[server]\nname = \"Test\"\n";

fn checked(source: &str) -> Checked {
    check(source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

fn rule(policy: &str) -> Condition {
    let source =
        format!("{SMALLEST}[policies.other]\ngroups = [\"x\"]\n[policies.tested]\n{policy}\n");
    checked(&source).config.policies[1].rule.clone()
}

fn reference() -> String {
    std::fs::read_to_string(repository().join("mcp.toml")).expect("the reference exists")
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
fn the_reference_shows_the_defaults() {
    let (shown, default) = (checked(&reference()).config, checked(SMALLEST).config);
    assert_eq!(shown.identity, default.identity);
    assert_eq!(shown.storage, default.storage);
    assert_eq!(shown.transport, default.transport);
    assert_eq!(shown.tokens, default.tokens);
    assert_eq!(shown.consent, default.consent);
    assert_eq!(shown.registration, default.registration);
    assert_eq!(shown.limits, default.limits);
    assert_eq!(shown.audit, default.audit);
}

/// Whether a header is that of a section; `*` stands for any name.
fn is_section(header: &str, section: &str) -> bool {
    let (names, wanted) = (header.split('.'), section.split('.'));
    names.clone().count() == wanted.clone().count()
        && names.zip(wanted).all(|(name, wanted)| wanted == "*" || name == wanted)
}

/// Whether a line shows a key: as a header, at its start, behind `#`, or in an inline table. A comment
/// that mentions one does not.
fn shows(line: &str, section: &str, key: &str) -> bool {
    if line.trim_start().starts_with("# ") {
        return false;
    }
    if line.starts_with('[') {
        let path = line.trim_matches(['[', ']']);
        return match section {
            "" => path.split('.').next() == Some(key),
            section => is_section(path, &format!("{section}.{key}")),
        };
    }
    let is_boundary = |c: char| matches!(c, '#' | '{' | ' ');
    let starts = |at: usize| at == 0 || line[..at].ends_with(is_boundary);
    line.match_indices(&format!("{key} = ")).any(|(at, _)| starts(at))
}

#[test]
fn the_reference_has_every_key() {
    let reference = reference();
    for (section, keys) in SECTIONS {
        let mut found = vec![false; keys.len()];
        let mut header = "";
        for line in reference.lines() {
            if line.starts_with('[') {
                header = line.trim_matches(['[', ']']);
            }
            for (key, found) in keys.iter().zip(&mut found) {
                *found |= (is_section(header, section) || line.starts_with('['))
                    && shows(line, section, key);
            }
        }
        let missing: Vec<_> = keys.iter().zip(found).filter(|(_, found)| !found).collect();
        assert!(missing.is_empty(), "mcp.toml does not explain, in `[{section}]`: {missing:?}");
    }
}

#[test]
fn the_examples_in_the_reference_are_sound() {
    let reference = reference();
    for line in reference.lines().filter(|line| line.starts_with("#") && !line.starts_with("# ")) {
        let Some(example) = line
            .strip_prefix('#')
            .filter(|example| !example.is_empty() && !example.starts_with(':'))
        else {
            continue;
        };
        // The other examples stay comments: `team`, for one, excludes keys that the file has.
        let source = reference.replacen(line, example, 1);
        let faults = check(&source).err().unwrap_or_default();
        let real: Vec<_> =
            faults.iter().filter(|fault| fault.code != Code::ConflictingKeys).collect();
        assert!(real.is_empty(), "{example}: {real:?}");
    }
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
fn several_keys_mean_all_of_them() {
    let rule = rule("emails = [\"ada@example.com\"]\ngroups = [\"a\", \"b\"]");
    let Condition::All(all) = rule else { panic!("{rule:?}") };
    assert_eq!(all[0], Condition::Emails(vec!["ada@example.com".into()].into()));
    assert_eq!(all[1], Condition::Groups(vec!["a".into(), "b".into()].into()));
}

#[test]
fn a_single_key_stands_for_itself() {
    assert_eq!(
        rule("domains = [\"example.com\"]"),
        Condition::Domains(vec!["example.com".into()].into())
    );
    assert_eq!(rule("emails_from = \"ALLOWED\""), Condition::EmailsFrom("ALLOWED".into()));
    assert_eq!(rule("policy = \"other\""), Condition::Policy("other".into()));
    assert_eq!(rule("policy = \"everyone\""), Condition::Everyone);
}

#[test]
fn conditions_nest() {
    let Condition::Any(any) =
        rule("any = [{ not = { policy = \"other\" } }, { domains = [\"a.b\"] }]")
    else {
        panic!("`any` is the only key")
    };
    assert_eq!(any[0], Condition::Not(vec![Condition::Policy("other".into())].into()));
    assert_eq!(any.len(), 2);
}

#[test]
fn claims_keep_their_types() {
    let Condition::All(all) = rule("claims = { level = [1, 2], admin = true, team = \"x\" }")
    else {
        panic!("there are three claims")
    };
    let claim = |name: &'static str, values: Vec<Scalar>| Condition::Claim {
        path: vec![name.into()].into(),
        test: Test::OneOf(values.into()),
    };
    assert_eq!(all[0], claim("level", vec![Scalar::Int(1), Scalar::Int(2)]));
    assert_eq!(all[1], claim("admin", vec![Scalar::Bool(true)]));
    assert_eq!(all[2], claim("team", vec![Scalar::Str("x".into())]));
}

#[test]
fn paths_lead_through_tables_to_values_and_comparisons() {
    let Condition::All(all) = rule(
        "claims.address.country = \"CH\"\nclaims.\"https://example.com/roles\".contains = \"admin\"\n\
         args.amount = { min = 1, max = 99.5 }\nargs.draft.exists = false",
    ) else {
        panic!("there are five conditions")
    };
    let path = |names: &[&'static str]| names.iter().map(|name| (*name).into()).collect();
    let text = |text: &'static str| vec![Scalar::Str(text.into())].into();
    let claim = |names: &[&'static str], test| Condition::Claim { path: path(names), test };
    let argument = |names: &[&'static str], test| Condition::Argument { path: path(names), test };
    assert_eq!(all[0], claim(&["address", "country"], Test::OneOf(text("CH"))));
    let roles = Test::Contains(text("admin"));
    assert_eq!(all[1], claim(&["https://example.com/roles"], roles));
    assert_eq!(all[2], argument(&["amount"], Test::Min(1.0)));
    assert_eq!(all[3], argument(&["amount"], Test::Max(99.5)));
    assert_eq!(all[4], argument(&["draft"], Test::Exists(false)));
}

#[test]
fn conditions_are_found_by_their_path() {
    let policy =
        "[policies.a]\nany = [\n  { groups = [\"x\"] },\n  { not = { domains = [\"x.y\"] } },\n]\n";
    let checked = checked(&format!("{SMALLEST}{policy}"));
    let at = |path: &[usize]| {
        checked.condition_position("a", path).map(|Position { line, column }| (line, column))
    };
    assert_eq!(at(&[]), Some((4, 1)));
    assert_eq!(at(&[0]), Some((5, 5)));
    assert_eq!(at(&[1]), Some((6, 5)));
    assert_eq!(at(&[1, 0]), Some((6, 13)));
    assert_eq!(checked.condition_position("b", &[]), None);
}

#[test]
fn tests_of_policies_are_read_with_their_place() {
    let policy = "[policies.a]\ngroups = [\"x\"]\n[[policies.a.tests]]\n\
                  user = { email = \"Ada@example.com\", groups = [], claims = { level = 3 } }\n\
                  args = { amount = 5 }\nvars = { LIST = \"\" }\nexpect = \"deny\"\n";
    let checked = checked(&format!("{SMALLEST}{policy}"));
    let [test] = checked.policy_tests.as_slice() else { panic!("one test") };
    assert_eq!((test.policy.as_ref(), test.line, test.allows), ("a", 5, false));
    assert_eq!(test.user.email.as_deref(), Some("Ada@example.com"));
    assert_eq!(test.user.claims, r#"{"level":3}"#);
    assert_eq!(test.arguments.as_deref(), Some(r#"{"amount":5}"#));
    assert_eq!(test.vars.as_ref(), [("LIST".into(), "".into())]);
    assert!(test.user.email_verified && test.user.scopes.is_none());
}

#[test]
fn policies_are_found_by_name_and_position() {
    let checked = checked(&format!("{SMALLEST}[policies.writers]\ngroups = [\"w\"]\n"));
    assert_eq!(checked.policy_names().collect::<Vec<_>>(), ["everyone", "writers"]);
    assert!(checked.has_policy("everyone") && checked.has_policy("writers"));
    assert!(!checked.has_policy("Writers") && !checked.has_policy(""));
    assert_eq!(checked.suggest_policy("wirters"), Some("writers"));
    assert_eq!(checked.suggest_policy("evryone"), Some("everyone"));
    assert_eq!(checked.suggest_policy("admins"), None);
    assert_eq!(checked.policy_position("writers"), Some(Position { line: 3, column: 11 }));
    assert_eq!(checked.policy_position("everyone"), None);
}

#[test]
fn policies_may_be_declared_after_their_use() {
    let source = "[policies.a]\npolicy = \"b\"\n[policies.b]\ngroups = [\"x\"]\n";
    let names = checked(&format!("{SMALLEST}{source}"));
    assert_eq!(names.policy_names().collect::<Vec<_>>(), ["everyone", "a", "b"]);
}

#[test]
fn a_policy_that_two_others_use_is_no_circle() {
    checked(&format!(
        "{SMALLEST}[policies.a]\nany = [{{ policy = \"b\" }}, {{ policy = \"c\" }}]\n\
         [policies.b]\npolicy = \"c\"\n[policies.c]\ngroups = [\"x\"]\n"
    ));
}

#[test]
fn a_claim_of_one_environment_is_none_that_never_arrives() {
    let source = format!(
        "{SMALLEST}[identity]\nprovider = \"github\"\n\
         [policies.staff]\nany = [{{ claims = {{ login = \"ada\" }} }}, {{ claims = {{ level = 1 }} }}]\n"
    );
    assert!(check(&source).is_err());
    let other =
        "[env.preview.identity]\nprovider = \"oidc\"\nissuer = \"https://login.example.com\"\n";
    assert!(check(&format!("{source}{other}")).is_ok());
}

/// The messages of a file's warnings, with their lines.
fn warned(source: &str) -> Vec<(usize, String)> {
    let warnings = checked(&format!("{SMALLEST}{source}")).warnings();
    warnings.into_iter().map(|warning| (warning.position.line, warning.message)).collect()
}

#[test]
fn what_an_issuer_never_tells_is_warned_of_where_it_is_asked_for() {
    let policies = "[policies.a]\nany = [{ claims = { level = 1 } }, { not = { domains = [\"example.com\"] } }]\n\
                    [policies.b]\ngroups = [\"g\"]\n[policies.c]\nclaims = { level = 1 }\n";
    let of = |issuer: &str, more: &str| {
        warned(&format!(
            "[identity]\nprovider = \"oidc\"\nissuer = {issuer}\n\
             scopes = [\"openid\", \"email\", \"offline_access\"]\n{policies}{more}"
        ))
    };
    let entra = of("\"https://login.microsoftonline.com/tenant/v2.0\"", "");
    assert_eq!(entra.len(), 1, "{entra:?}");
    assert!(
        entra[0].0 == 8 && entra[0].1.contains("Microsoft Entra ID never proves any"),
        "{entra:?}"
    );
    let google = of("\"https://accounts.google.com\"", "");
    assert_eq!(google.len(), 2, "{google:?}");
    assert!(google[0].0 == 10 && google[0].1.contains("Google never tells any"), "{google:?}");
    assert!(google[1].0 == 6 && google[1].1.contains("`offline_access`"), "{google:?}");
    let variable = "[wrangler.vars]\nOIDC_ISSUER = \"https://accounts.google.com\"\n";
    assert_eq!(of("{ var = \"OIDC_ISSUER\" }", variable), google);
    assert!(of("{ var = \"OIDC_ISSUER\" }", "").is_empty(), "nothing is known of it");
    assert!(of("\"https://login.example.com\"", "").is_empty());
    assert!(of("\"https://login.microsoftonline.com.example.com\"", "").is_empty());
}

#[test]
fn what_the_scopes_of_github_leave_out_is_warned_of() {
    let of = |scopes: &str| {
        warned(&format!(
            "[identity]\nprovider = \"github\"\n{scopes}[policies.a]\nemails = [\"ada@example.com\"]\n\
             [policies.b]\ngroups = [\"acme\"]\n"
        ))
    };
    let policies = |warnings: Vec<(usize, String)>| -> Vec<bool> {
        warnings.iter().map(|(_, message)| message.contains("never proves any")).collect()
    };
    assert_eq!(policies(of("")), [false]);
    assert_eq!(policies(of("scopes = [\"read:user\", \"read:org\"]\n")), [true]);
    assert!(of("scopes = [\"user\", \"admin:org\"]\n").is_empty());
}

#[test]
fn an_environment_is_warned_of_what_the_file_is_not() {
    let source = "[identity]\nprovider = \"oidc\"\nissuer = \"https://login.example.com\"\n\
                  [policies.a]\ngroups = [\"g\"]\n[env.preview.identity]\nissuer = \"https://slack.com\"\n";
    let warnings = warned(source);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].1.starts_with("in `[env.preview]`: policy `a`"), "{warnings:?}");
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
