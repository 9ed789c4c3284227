//! What is read of a person's claims, and what of it is kept.

use serde_json::{Value, json};
use toolgate_config::{Condition, Config, GroupsFormat, Policy, Provider as Kind, Test};
use toolgate_core::oauth::client::AuthMethod;
use toolgate_core::oauth::grant::GrantKey;
use toolgate_core::oauth::token::AccessToken;
use toolgate_core::upstream::id_token::{self, Rejection};
use toolgate_core::upstream::kept::{Kept, Named, Names};
use toolgate_core::upstream::provider::Provider;

use toolgate_core::seal::Purpose;
use toolgate_policy::{Arguments, Caller, Decision, Reason, decide};

use crate::support::*;

/// The caller of a sign-in whose id_token has these claims too.
fn read(config: &Config, provider: &Provider, changes: &Value) -> Result<Caller, Rejection> {
    let idp = Idp::new();
    let mut claims = claims("n");
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let claims = signed(&idp.jwks(), &idp.id_token(&claims)).unwrap();
    id_token::verify(config, provider, claims, "n", NOW)
}

/// A server with these policies, `p0` and so on, and what it keeps of people.
fn server(rules: Vec<Condition>) -> (Config, Provider) {
    let mut config = config();
    let policy = |(index, rule)| Policy::new(format!("p{index}"), rule);
    config.policies = rules.into_iter().enumerate().map(policy).collect::<Vec<_>>().into();
    let kept = Kept::new(&config, std::iter::empty());
    let provider = Provider { kept, ..World::new().provider };
    (config, provider)
}

fn groups(names: &[&str]) -> Condition {
    Condition::Groups(names.iter().map(|name| (*name).to_owned().into()).collect::<Vec<_>>().into())
}

fn not(condition: Condition) -> Condition {
    Condition::Not(vec![condition].into())
}

fn exists(path: &[&str]) -> Condition {
    let path = path.iter().map(|name| (*name).to_owned().into()).collect::<Vec<_>>().into();
    Condition::Claim { path, test: Test::Exists(true) }
}

fn decided<'a>(config: &'a Config, policy: &'a str, caller: &Caller) -> Decision<'a> {
    decide(config, policy, caller, Arguments::Unknown, &Variables::default())
}

fn deny(reason: Reason<'_>) -> Decision<'_> {
    Decision::Deny { reason }
}

#[test]
fn groups_that_are_not_a_list_of_names_are_unknown_also_under_not() {
    let (config, provider) = server(vec![not(groups(&["contractors"])), groups(&["staff"])]);
    for odd in [
        json!(["staff", { "name": "contractors" }]),
        json!("staff,contractors"),
        json!("staff"),
        json!("staff contractors"),
        json!("[\"staff\",\"contractors\"]"),
        json!(["staff", null]),
        json!(["staff", 7]),
        json!(["staff", ["contractors"]]),
        json!(["staff", ""]),
        json!(["staff", " contractors"]),
        json!(["staff", "contractors\n"]),
        json!({ "staff": true }),
        json!([[["staff"]]]),
        json!(true),
        json!(7),
    ] {
        let caller = read(&config, &provider, &json!({ "groups": odd })).unwrap();
        for policy in ["p0", "p1"] {
            let decision = decided(&config, policy, &caller);
            assert_eq!(decision, deny(Reason::UnreadableGroups), "{policy} {odd}");
        }
        assert!(caller.groups.is_empty() && caller.known.hint("groups").is_some(), "{odd}");
    }
    for (none, reason) in [(json!(null), Reason::NoGroups), (json!([]), Reason::NoGroups)] {
        let caller = read(&config, &provider, &json!({ "groups": none })).unwrap();
        assert_eq!(decided(&config, "p0", &caller), deny(reason));
        assert_eq!(caller.known.hint("groups"), None);
    }
    let caller = read(&config, &provider, &json!({ "groups": ["staff"] })).unwrap();
    assert!(decided(&config, "p0", &caller).is_allowed());
}

#[test]
fn a_list_that_is_not_all_of_the_groups_is_unknown() {
    let (config, provider) = server(vec![not(groups(&["contractors"]))]);
    for more in [
        json!({ "_claim_names": { "groups": "src1" } }),
        json!({ "_claim_names": { "groups": "src1" }, "groups": ["staff"] }),
        json!({ "_claim_names": "groups", "groups": ["staff"] }),
        json!({ "hasgroups": true, "groups": ["staff"] }),
        json!({ "hasgroups": "true", "groups": ["staff"] }),
    ] {
        let caller = read(&config, &provider, &more).unwrap();
        assert_eq!(decided(&config, "p0", &caller), deny(Reason::MoreGroups), "{more}");
        assert!(caller.known.hint("groups").unwrap().contains("overage"), "{more}");
    }
    for whole in [
        json!({ "_claim_names": { "address": "src1" }, "groups": ["staff"] }),
        json!({ "hasgroups": false, "groups": ["staff"] }),
    ] {
        let caller = read(&config, &provider, &whole).unwrap();
        assert!(decided(&config, "p0", &caller).is_allowed(), "{whole}");
    }
    // Roles are another claim than the one that was left out.
    let (mut config, provider) = server(vec![not(groups(&["contractors"]))]);
    config.identity.groups_claim = "roles".into();
    let roles = json!({ "_claim_names": { "groups": "src1" }, "hasgroups": true, "roles": ["a"] });
    let caller = read(&config, &provider, &roles).unwrap();
    assert!(decided(&config, "p0", &caller).is_allowed());
}

#[test]
fn one_text_is_one_group_where_mcp_toml_says_so() {
    let (mut config, provider) = server(vec![groups(&["Domain Users"]), not(groups(&["temps"]))]);
    config.identity.groups_format = GroupsFormat::Text;
    for one in [json!("Domain Users"), json!(["Domain Users", "staff"])] {
        let caller = read(&config, &provider, &json!({ "groups": one })).unwrap();
        assert!(decided(&config, "p0", &caller).is_allowed(), "{one}");
        assert!(decided(&config, "p1", &caller).is_allowed(), "{one}");
    }
    for several in ["staff,temps", "staff;temps", "staff|temps", "[\"temps\"]", "staff\ntemps"] {
        let caller = read(&config, &provider, &json!({ "groups": several })).unwrap();
        assert_eq!(decided(&config, "p1", &caller), deny(Reason::UnreadableGroups), "{several}");
    }
}

#[test]
fn a_member_of_objects_is_the_name_where_mcp_toml_says_so() {
    let (mut config, provider) = server(vec![groups(&["staff"]), not(groups(&["temps"]))]);
    config.identity.groups_member = Some("name".into());
    let objects = json!([{ "id": "1", "name": "staff" }, { "id": "2", "name": "temps" }]);
    let caller = read(&config, &provider, &json!({ "groups": objects })).unwrap();
    assert!(decided(&config, "p0", &caller).is_allowed());
    assert_eq!(decided(&config, "p1", &caller), deny(Reason::NotMatched));
    for odd in [
        json!([{ "name": "staff" }, { "id": "2" }]),
        json!([{ "name": "staff" }, { "name": 7 }]),
        json!([{ "name": "staff" }, { "name": ["temps"] }]),
        json!({ "name": "staff" }),
    ] {
        let caller = read(&config, &provider, &json!({ "groups": odd })).unwrap();
        assert_eq!(decided(&config, "p1", &caller), deny(Reason::UnreadableGroups), "{odd}");
    }
}

#[test]
fn what_nobody_names_keeps_nobody_out_and_is_not_kept() {
    let rules = vec![
        groups(&["design"]),
        not(groups(&["contractors"])),
        exists(&["realm_access", "level"]),
        Condition::Any(vec![not(exists(&["department"]))].into()),
    ];
    let (config, provider) = server(rules);
    let many: Vec<String> = (0..1000).map(|n| format!("{n}-{}", "g".repeat(100))).collect();
    let roles: Vec<String> = (0..110).map(|n| format!("role-{n}")).collect();
    let directory = json!({
        "groups": many,
        "picture": format!("data:image/png;base64,{}", "A".repeat(6000)),
        "resource_access": { "account": { "roles": roles } },
        "realm_access": { "roles": roles, "level": 3 },
    });
    let caller = read(&config, &provider, &directory).unwrap();
    assert!(caller.groups.is_empty());
    let kept = json!({ "realm_access": { "level": 3 }, "department": "R&D" });
    assert_eq!(Value::Object(caller.claims.clone()), kept);
    assert_eq!(decided(&config, "p0", &caller), deny(Reason::NotMatched), "there were others");
    assert!(decided(&config, "p1", &caller).is_allowed());
    assert!(decided(&config, "p2", &caller).is_allowed());
    let sealed = serde_json::to_string(&caller).unwrap();
    assert!(sealed.len() < 512, "{} bytes: {sealed}", sealed.len());
    let none = read(&config, &provider, &json!({ "groups": [] })).unwrap();
    assert_eq!(decided(&config, "p1", &none), deny(Reason::NoGroups), "there were none");
}

#[test]
fn a_name_that_is_new_is_unknown_until_the_provider_is_asked_again() {
    let (_, provider) = server(vec![not(groups(&["contractors"])), not(exists(&["badge"]))]);
    let before = config();
    let claims = json!({ "groups": ["temps"], "level": 3 });
    let caller = read(&before, &provider, &claims).unwrap();
    let rules = || {
        vec![
            not(groups(&["contractors"])),
            not(groups(&["temps"])),
            groups(&["temps"]),
            not(exists(&["level"])),
            not(exists(&["badge"])),
            Condition::Any(vec![groups(&["temps"]), not(groups(&["contractors"]))].into()),
        ]
    };
    let (config, renewed) = server(rules());
    let sealed = serde_json::to_string(&caller).unwrap();
    let caller: Caller = toolgate_core::from_json::read(&sealed).unwrap();
    let is_outdated = |name| deny(Reason::NotKept(name));
    for (policy, decision) in [
        ("p0", Decision::Allow),
        ("p1", is_outdated("temps")),
        ("p2", is_outdated("temps")),
        ("p3", is_outdated("level")),
        ("p4", Decision::Allow),
        ("p5", Decision::Allow),
    ] {
        assert_eq!(decided(&config, policy, &caller), decision, "{policy}");
    }
    let again = read(&config, &renewed, &claims).unwrap();
    for (policy, is_allowed) in
        [("p0", true), ("p1", false), ("p2", true), ("p3", false), ("p4", true), ("p5", true)]
    {
        assert_eq!(decided(&config, policy, &again).is_allowed(), is_allowed, "{policy}");
    }
}

#[test]
fn what_stands_on_the_way_of_a_path_is_seen_to_be_something_else() {
    let (config, provider) = server(vec![exists(&["address", "country"])]);
    let whole = Provider { kept: Kept::default(), ..provider.clone() };
    for address in [json!("Bern"), json!(["CH"]), json!(null), json!({}), json!({ "country": {} })]
    {
        let changes = json!({ "address": address });
        let (kept, all) = (read(&config, &provider, &changes), read(&config, &whole, &changes));
        let (kept, all) = (kept.unwrap(), all.unwrap());
        assert_eq!(decided(&config, "p0", &kept), decided(&config, "p0", &all), "{address}");
        assert!(!kept.claims.to_owned().contains_key("department"));
    }
}

#[test]
fn names_of_functions_are_kept_as_well() {
    let config = config();
    let named = Named { groups: Names::These(&["ops"]), claims: Names::These(&["level"]) };
    let claims = json!({ "groups": ["ops", "design"], "level": { "of": 3 }, "badge": 7 });
    let read = |functions: &[Named]| {
        let kept = Kept::new(&config, functions.iter().copied());
        let provider = Provider { kept, ..World::new().provider };
        read(&config, &provider, &claims).unwrap()
    };
    let caller = read(&[Named::NOTHING, named]);
    assert_eq!(caller.groups, ["ops"]);
    assert_eq!(Value::Object(caller.claims), json!({ "level": { "of": 3 } }));
    let caller = read(&[named, Named::EVERYTHING]);
    assert_eq!(caller.groups, ["ops", "design"]);
    assert_eq!(caller.claims.len(), 3);
}

#[test]
fn what_is_kept_and_does_not_fit_is_named() {
    let (config, provider) = server(vec![exists(&["badge"]), exists(&["level"])]);
    let whole = Provider { kept: Kept::default(), ..provider.clone() };
    let too_large = |claim: &str| Err(Rejection::TooLarge(claim.to_owned()));
    let long = "x".repeat(5000);
    assert_eq!(read(&config, &provider, &json!({ "badge": long, "level": 1 })), too_large("badge"));
    assert_eq!(read(&config, &provider, &json!({ "sub": long })), too_large("sub"));
    assert_eq!(read(&config, &provider, &json!({ "email": long })), too_large("email"));
    let named = read(&config, &provider, &json!({ "name": "é".repeat(5000) })).unwrap();
    assert_eq!(named.name.unwrap().len(), 200, "a name decides nothing");
    let wide: Vec<String> = (0..200).map(|n| format!("{n:0>117}")).collect();
    assert_eq!(read(&config, &whole, &json!({ "groups": wide })), too_large("groups"));
    assert!(read(&config, &provider, &json!({ "groups": wide })).is_ok(), "nobody looks at them");
    assert_eq!(
        Rejection::TooLarge("badge".to_owned()).to_string(),
        "the claim `badge` is more than a token can carry"
    );
}

#[test]
fn the_largest_caller_fits_the_headers_of_a_request() {
    let (mut world, names) = (World::new(), 0..200);
    let wide: Vec<String> = names.map(|n| format!("{n:0>40}")).collect();
    let claims = json!({ "groups": wide, "badge": "x".repeat(3900), "email": "e".repeat(1024) });
    let caller = read(&world.config, &world.provider, &claims).unwrap();
    let token = AccessToken {
        caller,
        resource: ORIGIN.to_owned(),
        issued: NOW,
        expires: NOW,
        auth_method: AuthMethod::None,
        address: GrantKey { subject_key: "s".repeat(43), id: "g".repeat(43) },
    };
    let gate = world.gate();
    let token = gate.keys.seal(Purpose::AccessToken, ORIGIN, &token, gate.entropy);
    assert!(token.len() < 24 * 1024, "{} bytes", token.len());
}

#[test]
fn an_address_without_a_word_on_it_is_proven_by_access_only() {
    let is_proven = |issuer: &str, keys: &str, kind: Kind| {
        let mut world = World::new();
        world.config.identity.provider = kind;
        world.provider.issuer = issuer.to_owned();
        world.provider.endpoints.as_mut().unwrap().jwks_url = Some(keys.parse().unwrap());
        let caller = read(&world.config, &world.provider, &json!({ "iss": issuer })).unwrap();
        caller.email.is_some()
    };
    let (access, other) = ("https://acme.cloudflareaccess.com/x", "https://login.example.com/x");
    let local = "http://127.0.0.1:9000/x";
    for kind in [Kind::CloudflareAccess, Kind::CloudflareAccessJwt, Kind::Dev] {
        assert!(is_proven(access, access, kind) && is_proven(local, local, kind));
        assert!(!is_proven(other, other, kind), "an OpenID provider that is set as Access");
        assert!(!is_proven(access, other, kind) && !is_proven(other, access, kind));
        let lookalike = "https://cloudflareaccess.com.evil.example/x";
        assert!(!is_proven(lookalike, lookalike, kind));
    }
    assert!(!is_proven(access, access, Kind::Oidc));
}
