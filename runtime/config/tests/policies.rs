//! Policies of a sound `mcp.toml`: conditions, their places, and warnings.

#![cfg(feature = "parse")]

use toolgate_config::{Checked, Condition, Position, Scalar, Test, check};

const SMALLEST: &str = "[server]\nname = \"Test\"\n";

fn checked(source: &str) -> Checked {
    check(source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

fn rule(policy: &str) -> Condition {
    let source =
        format!("{SMALLEST}[policies.other]\ngroups = [\"x\"]\n[policies.tested]\n{policy}\n");
    checked(&source).config.policies[1].rule.clone()
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
