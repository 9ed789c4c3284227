//! Questions to the identity provider at a refresh, and the answers that end a grant.

use serde_json::{Value, json};
use toolgate_core::audit::Reason;
use toolgate_core::oauth::callback::{GrantSubject, Identified};
use toolgate_core::upstream::id_token::{self, Rejection};
use toolgate_core::upstream::provider::ClientAuth;
use toolgate_core::upstream::trouble::{Trouble, Upstream};
use toolgate_core::upstream::userinfo::Userinfo;
use toolgate_core::upstream::{login, tokens, userinfo};
use toolgate_policy::Caller;

use crate::support::*;

#[test]
fn the_id_token_of_a_refresh_must_be_about_the_same_person() {
    let (idp, world) = (Idp::new(), World::new());
    let mut claims = claims("another nonce, or none");
    claims["groups"] = json!(["ops"]);
    let again = |claims: &Value, subject: &str| {
        let token = idp.id_token(claims);
        let claims = signed(&idp.jwks(), &token).unwrap();
        id_token::verify_again(&world.config, &world.provider, claims, subject, "", NOW)
    };
    assert_eq!(again(&claims, "user-1").unwrap().groups, ["ops"]);
    assert_eq!(again(&claims, "user-2"), Err(Rejection::Claim("sub")));
    claims["aud"] = json!("other");
    assert_eq!(again(&claims, "user-1"), Err(Rejection::Claim("aud")));
}

#[test]
fn the_id_token_of_a_refresh_repeats_the_nonce_or_has_none() {
    let (idp, world) = (Idp::new(), World::new());
    let again = |nonce: Value, known: &str| {
        let mut claims = claims("");
        if nonce.is_null() {
            claims.as_object_mut().unwrap().remove("nonce");
        } else {
            claims["nonce"] = nonce;
        }
        let claims = signed(&idp.jwks(), &idp.id_token(&claims)).unwrap();
        let provider = &world.provider;
        id_token::verify_again(&world.config, provider, claims, "user-1", known, NOW).map(drop)
    };
    assert_eq!(again(json!("n"), "n"), Ok(()));
    assert_eq!(again(Value::Null, "n"), Ok(()));
    // Grants from before the nonce was kept.
    assert_eq!(again(json!("n"), ""), Ok(()));
    for other in [json!("m"), json!(""), json!(1), json!(["n"])] {
        assert_eq!(again(other.clone(), "n"), Err(Rejection::Claim("nonce")), "{other}");
    }
}

#[test]
fn signed_userinfo_is_of_the_provider_for_us_and_about_the_person() {
    let (idp, world) = (Idp::new(), World::new());
    let answer = |kind: &str, token: &str| {
        let answer = http::Response::builder().header("content-type", kind);
        answer.body(token.as_bytes().to_vec()).unwrap()
    };
    let read = |changes: Value| {
        let mut claims = claims("n");
        claims.as_object_mut().unwrap().remove("exp");
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let answer = answer("Application/JWT; charset=utf-8", &idp.id_token(&claims));
        let Userinfo::Signed(token) = Userinfo::read(&answer)? else { panic!("it is a JWT") };
        let claims = signed(&idp.jwks(), token).unwrap();
        let claims = userinfo::signed(&world.provider, claims)?;
        userinfo::read(&world.config, &world.provider, "user-1", claims).map(|caller| caller.groups)
    };
    assert_eq!(read(json!({ "groups": ["ops"] })), Ok(vec!["ops".to_owned()]));
    for bad in [
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "other" }),
        json!({ "sub": "user-2" }),
    ] {
        assert!(matches!(read(bad.clone()), Err(Trouble::Ended(..))), "{bad}");
    }
    assert!(matches!(Userinfo::read(&answer("application/jwt", "{}")), Ok(Userinfo::Signed("{}"))));
}

fn token_trouble(status: u16, body: &Value) -> Trouble {
    match tokens::read(&answer(status, body)) {
        Ok(_) => panic!("{body} gave tokens"),
        Err(trouble) => trouble,
    }
}

#[test]
fn only_a_decision_of_the_provider_ends_a_grant() {
    for (status, error) in [
        (400, "invalid_grant"),
        (403, "access_denied"),
        (400, "interaction_required"),
        (200, "bad_refresh_token"),
    ] {
        let trouble = token_trouble(status, &json!({ "error": error }));
        assert!(matches!(trouble, Trouble::Ended(..)), "{status} {error}");
    }
    for (status, body) in [
        (500, json!({ "error": "invalid_grant" })),
        (429, json!({ "error": "invalid_grant" })),
        (401, json!({ "error": "invalid_client" })),
        (400, json!({ "error": "temporarily_unavailable" })),
        (502, json!("<html>")),
        (200, json!("<html>")),
        (200, json!({ "access_token": "x" })),
        (200, json!({ "access_token": "", "token_type": "bearer" })),
        (404, json!({ "access_token": "x", "token_type": "bearer" })),
    ] {
        let trouble = token_trouble(status, &body);
        assert!(matches!(trouble, Trouble::Failed(..)), "{status} {body}");
    }
}

#[test]
fn what_ends_a_grant_at_a_refresh_says_what_it_was() {
    let (config, provider) = (config(), World::new().provider);
    let read = |status, body: Value| {
        let answer = answer(status, &body);
        match Userinfo::read(&answer).and_then(|found| match found {
            Userinfo::Plain(claims) => userinfo::read(&config, &provider, "user-1", claims),
            Userinfo::Signed(_) => panic!("its type is not that of a JWT"),
        }) {
            Err(Trouble::Ended(reason, _)) => reason,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(read(401, json!({})), Reason::UpstreamTokenRefused);
    assert_eq!(read(200, json!({ "sub": "user-2" })), Reason::UpstreamOtherSubject);
    assert_eq!(read(200, json!({ "groups": [] })), Reason::IdTokenClaim);
    let many = json!({ "sub": "user-1", "department": "x".repeat(5000) });
    assert_eq!(read(200, many), Reason::IdTokenTooLarge);
    let trouble = token_trouble(400, &json!({ "error": "invalid_grant" }));
    assert_eq!(trouble.reason(), Reason::RevokedByUpstream);
}

#[test]
fn what_is_kept_is_the_refresh_token_or_an_access_token_of_known_lifetime() {
    let kept = |changes: Value| {
        let mut body = json!({ "access_token": "at", "token_type": "Bearer" });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        tokens::read(&answer(200, &body)).map_err(|trouble| trouble.to_string()).unwrap().keep(NOW)
    };
    let access = |expires| Some(Upstream::Access { token: "at".into(), expires: Some(expires) });
    assert_eq!(kept(json!({})), None);
    assert_eq!(kept(json!({ "expires_in": 60 })), access(NOW + 60));
    assert_eq!(kept(json!({ "expires_in": "60" })), access(NOW + 60));
    assert_eq!(kept(json!({ "expires_in": u64::MAX })), access(u64::MAX));
    let refresh = Some(Upstream::Refresh("rt".into()));
    assert_eq!(kept(json!({ "expires_in": 60, "refresh_token": "rt" })), refresh);
    assert_eq!(kept(json!({ "refresh_token": "r".repeat(9000) })), None, "it would not fit");
    assert!(!format!("{refresh:?}").contains("rt\""), "it does not print");
}

#[test]
fn userinfo_must_be_about_the_same_person_and_a_withdrawn_token_ends_the_grant() {
    let (config, provider) = (config(), World::new().provider);
    let read = |status, body: Value| match Userinfo::read(&answer(status, &body))? {
        Userinfo::Plain(claims) => userinfo::read(&config, &provider, "user-1", claims),
        Userinfo::Signed(_) => panic!("its type is not that of a JWT"),
    };
    let caller = read(200, json!({ "sub": "user-1", "groups": ["ops"], "level": 3 })).unwrap();
    assert_eq!((caller.groups, &caller.claims["level"]), (vec!["ops".to_owned()], &json!(3)));
    for (status, body) in [
        (200, json!({ "sub": "user-2" })),
        (200, json!({ "groups": ["ops"] })),
        (401, json!({})),
        (403, json!({})),
    ] {
        assert!(matches!(read(status, body.clone()), Err(Trouble::Ended(..))), "{status} {body}");
    }
    for (status, body) in [(500, json!({})), (429, json!({})), (404, json!({})), (200, json!("x"))]
    {
        assert!(matches!(read(status, body.clone()), Err(Trouble::Failed(..))), "{status} {body}");
    }
    let url = "https://login.example.com/me".parse().unwrap();
    assert_eq!(userinfo::request(&url, "at").unwrap().headers()["authorization"], "Bearer at");
    assert!(userinfo::request(&url, "a\r\nx: y").is_none(), "no header injection");
}

#[test]
fn a_refresh_at_the_provider_proves_the_client_as_the_provider_wants_it() {
    let mut provider = World::new().provider;
    let post = login::refresh_request(&provider, "rt+1").unwrap();
    let form = String::from_utf8(post.body().clone()).unwrap();
    assert!(form.contains("grant_type=refresh_token") && form.contains("refresh_token=rt%2B1"));
    assert!(form.contains("client_secret=upstream-secret") && form.contains("client_id=app"));
    provider.endpoints.as_mut().unwrap().client_auth = ClientAuth::Basic;
    let basic = login::refresh_request(&provider, "rt").unwrap();
    let form = String::from_utf8(basic.body().clone()).unwrap();
    assert!(!form.contains("secret") && basic.headers().contains_key("authorization"));
    provider.endpoints = None;
    assert!(login::refresh_request(&provider, "rt").is_none());
}

#[test]
fn a_renewed_holder_has_the_new_claims_and_keeps_what_the_grant_says() {
    let caller = |groups: &[&str]| Caller {
        subject: "user-1".into(),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        ..Caller::default()
    };
    let mut holder = GrantSubject {
        caller: Caller { client_id: "c".into(), scopes: vec!["mcp".into()], ..caller(&["design"]) },
        resource: String::new(),
        client_name: String::new(),
        upstream: Some(Upstream::Refresh("first".into())),
        access: Default::default(),
        approved: String::new(),
        redirect_uri: String::new(),
        nonce: String::new(),
    };
    let second = Some(Upstream::Refresh("second".into()));
    let given = second.clone().map(Into::into);
    holder.renew(Identified { caller: caller(&["ops"]), upstream: given });
    assert_eq!((&*holder.caller.groups, &*holder.caller.client_id), (&["ops".to_owned()][..], "c"));
    assert_eq!((&holder.caller.scopes, &holder.upstream), (&vec!["mcp".to_owned()], &second));
    let access = Some(Upstream::Access { token: "at".into(), expires: None });
    for none in [None, access.map(Into::into)] {
        holder.renew(Identified { caller: caller(&[]), upstream: none });
        assert_eq!(holder.upstream, second, "no new refresh token means the old one");
    }
}
