//! Tokens of certain providers: whose they are, and what of them is proven.

use serde_json::{Value, json};
use toolgate_config::{Condition, Config, Policy, Provider as Kind};
use toolgate_core::upstream::id_token::{self, Rejection};
use toolgate_core::upstream::kept::Kept;
use toolgate_core::upstream::peculiarities::{self, Peculiarities, entra_document_issuer};
use toolgate_core::upstream::provider::Provider;
use toolgate_policy::Caller;

use crate::support::*;

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const FOREIGN: &str = "99999999-2222-3333-4444-555555555555";
const SEVERAL: &str = "https://login.microsoftonline.com/organizations/v2.0";

fn single() -> String {
    of(TENANT)
}

fn of(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

struct Case {
    config: Config,
    provider: Provider,
}

fn case(kind: Kind, issuer: &str, known: Option<&'static Peculiarities>) -> Case {
    let mut config = config();
    config.identity.provider = kind;
    let groups = Condition::Groups(vec!["staff".into()].into());
    config.policies = vec![Policy::new("staff", groups)].into();
    let kept = Kept::new(&config, std::iter::empty());
    let world = World::new().provider;
    let provider = Provider { issuer: issuer.to_owned(), kept, peculiarities: known, ..world };
    Case { config, provider }
}

impl Case {
    fn read(&self, changes: &Value) -> Result<Caller, Rejection> {
        let idp = Idp::new();
        let mut claims = claims("n");
        let all = claims.as_object_mut().unwrap();
        all.insert("iss".to_owned(), self.provider.issuer.clone().into());
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                all.remove(name)
            } else {
                all.insert(name.clone(), value.clone())
            };
        }
        let claims = signed(&idp.jwks(), &idp.id_token(&claims)).unwrap();
        id_token::verify(&self.config, &self.provider, claims, "n", NOW)
    }

    fn with(mut self, organizations: &[&'static str]) -> Self {
        let all: Vec<_> = organizations.iter().map(|one| (*one).into()).collect();
        self.config.identity.organizations = all.into();
        self
    }
}

fn entra(issuer: &str) -> Case {
    case(Kind::Entra, issuer, Some(&peculiarities::ENTRA))
}

fn google() -> Case {
    case(Kind::Google, "https://accounts.google.com", Some(&peculiarities::GOOGLE))
}

#[test]
fn a_person_of_entra_is_their_object_in_their_tenant() {
    let case = entra(&single());
    let caller = case.read(&json!({ "tid": TENANT, "oid": "o1", "sub": "pairwise" })).unwrap();
    assert_eq!(caller.subject, format!("o1.{TENANT}"));
    for (changes, rejection) in [
        (json!({ "oid": "o1" }), Rejection::Claim("tid")),
        (json!({ "tid": TENANT }), Rejection::Claim("oid")),
        (json!({ "tid": TENANT, "oid": "" }), Rejection::Claim("oid")),
        (json!({ "tid": TENANT, "oid": 7 }), Rejection::Claim("oid")),
        (json!({ "tid": FOREIGN, "oid": "o1" }), Rejection::Organization),
        (json!({ "tid": "v2.0\u{0}", "oid": "o1" }), Rejection::Organization),
        (json!({ "tid": TENANT, "oid": "o1", "iss": of(FOREIGN) }), Rejection::Claim("iss")),
        (json!({ "tid": FOREIGN, "oid": "o1", "iss": of(FOREIGN) }), Rejection::Organization),
    ] {
        assert_eq!(case.read(&changes).unwrap_err(), rejection, "{changes}");
    }
}

#[test]
fn of_several_tenants_those_in_the_list_sign_in_and_the_issuer_is_their_own() {
    assert_eq!(entra_document_issuer(SEVERAL), "https://login.microsoftonline.com/{tenantid}/v2.0");
    assert_eq!(entra_document_issuer(&single()), single());
    let case = entra(SEVERAL).with(&[TENANT]);
    let caller = case.read(&json!({ "tid": TENANT, "oid": "o1", "iss": of(TENANT) })).unwrap();
    assert_eq!(caller.subject, format!("o1.{TENANT}"));
    for (changes, rejection) in [
        (json!({ "tid": FOREIGN, "oid": "o1", "iss": of(FOREIGN) }), Rejection::Organization),
        // A tenant of ours in a token of another.
        (json!({ "tid": TENANT, "oid": "o1", "iss": of(FOREIGN) }), Rejection::Claim("iss")),
        (json!({ "tid": TENANT, "oid": "o1", "iss": SEVERAL }), Rejection::Claim("iss")),
        (
            json!({ "tid": TENANT, "oid": "o1", "iss": "https://login.microsoftonline.com/{tenantid}/v2.0" }),
            Rejection::Claim("iss"),
        ),
        (json!({ "oid": "o1", "iss": of(TENANT) }), Rejection::Claim("tid")),
    ] {
        assert_eq!(case.read(&changes).unwrap_err(), rejection, "{changes}");
    }
    // Without a list nobody is of ours: the parser asks for one.
    let open = entra(SEVERAL);
    let token = json!({ "tid": TENANT, "oid": "o1", "iss": of(TENANT) });
    assert_eq!(open.read(&token).unwrap_err(), Rejection::Organization);
}

#[test]
fn an_address_of_entra_is_proven_by_its_domains_owner_alone() {
    let address = |case: &Case, claims: Value| {
        let mut all = json!({ "tid": TENANT, "oid": "o1", "email": "boss@a.example", "email_verified": null });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        let caller = case.read(&all).unwrap();
        assert_eq!(caller.email.is_some(), caller.claimed_email.is_none());
        caller.email.is_some()
    };
    let case = entra(&single());
    for yes in [json!(true), json!(1), json!("1"), json!("true")] {
        assert!(address(&case, json!({ "xms_edov": yes })), "{yes}");
        let no = json!({ "xms_edov": yes, "email_verified": false });
        assert!(!address(&case, no), "a no of the provider's wins");
    }
    for no in
        [json!(false), json!(0), json!(2), json!("0"), json!("True"), json!("yes"), json!([true])]
    {
        assert!(!address(&case, json!({ "xms_edov": no })), "{no}");
    }
    assert!(!address(&case, json!({})));
    let mut trusting = entra(&single());
    trusting.config.identity.trust_email = true;
    assert!(address(&trusting, json!({})));
    assert!(!address(&trusting, json!({ "xms_edov": false })));
    assert!(!address(&trusting, json!({ "email_verified": false })));
}

#[test]
fn roles_and_groups_of_entra_are_lists_or_unknown() {
    let mut case = entra(&single());
    case.config.identity.groups_claim = "roles".into();
    let person = json!({ "tid": TENANT, "oid": "o1", "roles": ["staff"], "hasgroups": true });
    assert_eq!(case.read(&person).unwrap().groups, ["staff"]);
    let case = entra(&single());
    let person = json!({ "tid": TENANT, "oid": "o1", "_claim_names": { "groups": "src1" } });
    let caller = case.read(&person).unwrap();
    assert!(caller.groups.is_empty() && caller.known.hint("groups").is_some());
}

#[test]
fn an_address_of_google_is_proven_where_google_has_it() {
    let address = |claims: Value| google().read(&claims).unwrap().email;
    let proven = json!({ "email": "a@a.example", "email_verified": true, "hd": "a.example" });
    assert!(address(proven).is_some());
    assert!(address(json!({ "email": "a@gmail.com", "email_verified": true })).is_some());
    for unproven in [
        json!({ "email": "a@a.example", "email_verified": true }),
        json!({ "email": "a@a.example", "email_verified": false, "hd": "a.example" }),
        json!({ "email": "a@gmail.com.a.example", "email_verified": true }),
        json!({ "email": "a@notgmail.com", "email_verified": true, "hd": "" }),
        json!({ "email": "a@a.example", "email_verified": true, "hd": ["a.example"] }),
    ] {
        assert_eq!(address(unproven.clone()), None, "{unproven}");
    }
}

#[test]
fn only_people_of_the_hosted_domains_sign_in() {
    let case = google().with(&["a.example"]);
    let person = |claims: Value| case.read(&claims);
    assert!(person(json!({ "hd": "a.example" })).is_ok());
    for foreign in [
        json!({}),
        json!({ "hd": "b.example" }),
        json!({ "hd": "a.example.b.example" }),
        json!({ "hd": "" }),
        json!({ "hd": ["a.example"] }),
        json!({ "email": "a@a.example", "email_verified": true }),
    ] {
        assert_eq!(person(foreign.clone()).unwrap_err(), Rejection::Organization, "{foreign}");
    }
    // Google leaves out the scheme in some tokens.
    assert!(person(json!({ "hd": "a.example", "iss": "accounts.google.com" })).is_ok());
    let other = json!({ "hd": "a.example", "iss": "accounts.google.com.b.example" });
    assert_eq!(person(other).unwrap_err(), Rejection::Claim("iss"));
}

#[test]
fn an_access_token_of_cognito_is_no_id_token() {
    let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A";
    let mut case = case(Kind::Cognito, issuer, Some(&peculiarities::COGNITO));
    case.config.identity.groups_claim = "cognito:groups".into();
    let person = json!({ "token_use": "id", "cognito:groups": ["staff"] });
    assert_eq!(case.read(&person).unwrap().groups, ["staff"]);
    for other in [json!({ "token_use": "access" }), json!({}), json!({ "token_use": ["id"] })] {
        assert_eq!(case.read(&other).unwrap_err(), Rejection::Claim("token_use"), "{other}");
    }
}

#[test]
fn a_number_of_gitlab_is_a_person() {
    let mut case = case(Kind::GitLab, "https://gitlab.com", Some(&peculiarities::GITLAB));
    case.config.identity.groups_claim = "groups_direct".into();
    let person = json!({ "sub": 17, "groups_direct": ["staff"] });
    let caller = case.read(&person).unwrap();
    assert_eq!((caller.subject.as_str(), caller.groups), ("17", vec!["staff".to_owned()]));
    for odd in [json!(-1), json!(1.5), json!(true), json!("")] {
        assert!(case.read(&json!({ "sub": odd })).is_err(), "{odd}");
    }
}

#[test]
fn groups_are_read_at_the_end_of_a_path() {
    let mut case = case(Kind::Keycloak, "https://id.example.com/realms/acme", None);
    case.config.identity.groups_claim = "realm_access\nroles".into();
    let read = |claims: Value| case.read(&claims).unwrap();
    let roles = json!({ "realm_access": { "roles": ["staff", "offline_access"] } });
    assert_eq!(read(roles).groups, ["staff"]);
    for absent in [
        json!({}),
        json!({ "realm_access": {} }),
        json!({ "realm_access": ["staff"] }),
        json!({ "realm_access": "staff" }),
        json!({ "realm_access.roles": ["staff"] }),
        json!({ "roles": ["staff"] }),
    ] {
        assert!(read(absent.clone()).groups.is_empty(), "{absent}");
    }
    let odd = read(json!({ "realm_access": { "roles": ["staff", 7] } }));
    assert!(odd.groups.is_empty() && odd.known.hint("realm_access.roles").is_some());
}

#[test]
fn an_issuer_without_its_slash_is_another_one() {
    let case = case(Kind::Auth0, "https://acme.eu.auth0.com/", None);
    assert!(case.read(&json!({})).is_ok());
    for other in ["https://acme.eu.auth0.com", "https://acme.eu.auth0.com//"] {
        assert_eq!(case.read(&json!({ "iss": other })).unwrap_err(), Rejection::Claim("iss"));
    }
}

#[test]
fn silence_about_an_address_is_no_proof_unless_it_is_trusted() {
    let address = |trusts, verified: Value| {
        let mut case = case(Kind::Okta, "https://acme.okta.com", None);
        case.config.identity.trust_email = trusts;
        let claims = json!({ "email": "a@a.example", "email_verified": verified });
        case.read(&claims).unwrap().email.is_some()
    };
    assert!(!address(false, json!(null)) && address(true, json!(null)));
    for no in [json!(false), json!("false"), json!(0), json!("1")] {
        assert!(!address(true, no.clone()), "{no}");
    }
}
