//! Identity providers other than Access for SaaS, and what they are asked again at a refresh.

use serde_json::{Value, json};
use toolgate_config::{Endpoints as Configured, Prompt, Provider as Kind, Setting};
use toolgate_core::audit::{Reason, reason_of};
use toolgate_core::oauth::callback::{GrantSubject, Identified};
use toolgate_core::upstream::id_token::{self, Rejection};
use toolgate_core::upstream::provider::{ClientAuth, Endpoints};
use toolgate_core::upstream::trouble::{Trouble, Upstream};
use toolgate_core::upstream::userinfo::Userinfo;
use toolgate_core::upstream::{discovery, login, tokens, userinfo};
use toolgate_policy::Caller;

use crate::support::*;

const LOGIN: &str = "https://login.example.com/tenant";

fn document() -> Value {
    json!({
        "issuer": LOGIN,
        "authorization_endpoint": format!("{LOGIN}/auth"),
        "token_endpoint": format!("{LOGIN}/token"),
        "jwks_uri": format!("{LOGIN}/keys"),
        "userinfo_endpoint": format!("{LOGIN}/me"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}

fn oidc(issuer: &str) -> toolgate_config::Config {
    let mut config = config();
    config.identity.provider = Kind::Oidc;
    config.identity.endpoints = Configured::Discovery(Setting::Literal(issuer.to_owned().into()));
    config
}

fn discovered(changes: &Value) -> Result<Endpoints, String> {
    let mut document = document();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            document.as_object_mut().unwrap().remove(name);
        } else {
            document[name] = value.clone();
        }
    }
    discovery::read(LOGIN, ORIGIN, &answer(200, &document))
}

#[test]
fn a_discovery_document_gives_the_endpoints_and_how_to_speak_to_them() {
    let request = discovery::request(&format!("{LOGIN}/")).unwrap();
    assert_eq!(request.uri().to_string(), format!("{LOGIN}/.well-known/openid-configuration"));
    let endpoints = discovered(&json!({})).unwrap();
    assert_eq!(endpoints.token_url.as_str(), format!("{LOGIN}/token"));
    assert_eq!(endpoints.userinfo_url.unwrap().as_str(), format!("{LOGIN}/me"));
    assert_eq!(endpoints.client_auth, ClientAuth::Basic);
    assert!(endpoints.names_issuer);
    let methods =
        |methods: Value| discovered(&json!({ "token_endpoint_auth_methods_supported": methods }));
    assert_eq!(methods(Value::Null).unwrap().client_auth, ClientAuth::Basic, "the default");
    let both = methods(json!(["client_secret_basic", "client_secret_post"])).unwrap();
    assert_eq!(both.client_auth, ClientAuth::Basic);
    assert_eq!(methods(json!(["client_secret_post"])).unwrap().client_auth, ClientAuth::Post);
    assert!(methods(json!(["private_key_jwt"])).is_err());
}

#[test]
fn a_member_that_is_null_is_absent() {
    let with_null = |name: &str| {
        let mut document = document();
        document[name] = Value::Null;
        discovery::read(LOGIN, ORIGIN, &answer(200, &document))
    };
    let absent = with_null("authorization_response_iss_parameter_supported").unwrap();
    assert!(!absent.names_issuer);
    assert_eq!(with_null("userinfo_endpoint").unwrap().userinfo_url, None);
    let basic = with_null("token_endpoint_auth_methods_supported").unwrap();
    assert_eq!(basic.client_auth, ClientAuth::Basic);
    assert!(with_null("code_challenge_methods_supported").is_ok());
    assert!(with_null("jwks_uri").is_err(), "it is required");
    let tokens = tokens::read(&answer(
        200,
        &json!({
            "access_token": "at", "token_type": "Bearer", "error": "", "error_description": null,
            "refresh_token": null, "id_token": null, "expires_in": null, "scope": null,
        }),
    ));
    let tokens = tokens.map_err(|trouble| trouble.to_string()).unwrap();
    assert_eq!((tokens.refresh_token, tokens.id_token), (None, None));
    let null = json!({ "access_token": "at", "token_type": "Bearer", "error": null });
    assert!(tokens::read(&answer(200, &null)).is_ok());
}

#[test]
fn mcp_toml_decides_how_the_client_secret_is_sent() {
    let post = |method: Option<ClientAuth>, provider: ClientAuth| {
        let mut config = oidc(LOGIN);
        config.identity.client_auth = method;
        let mut resolved = discovery::resolve(&config, &Variables::default(), ORIGIN).unwrap();
        let document = Endpoints { client_auth: provider, ..discovered(&json!({})).unwrap() };
        resolved.endpoints = Some(document);
        let request = login::refresh_request(&resolved, "rt").unwrap();
        request.headers().contains_key("authorization")
    };
    let (basic, form) = (ClientAuth::Basic, ClientAuth::Post);
    assert!(post(None, basic) && post(Some(basic), form));
    assert!(!post(None, form) && !post(Some(form), basic));
}

#[test]
fn consent_is_asked_for_where_offline_access_needs_it_or_as_mcp_toml_says() {
    let prompt = |issuer: &str, scopes: &[&'static str], prompt: Option<Prompt>| {
        let mut world = World::new();
        world.config.identity.provider = Kind::Oidc;
        world.config.identity.prompt = prompt;
        let scopes = scopes.iter().map(|scope| (*scope).into()).collect::<Vec<_>>();
        world.config.identity.scopes = scopes.into();
        world.provider.issuer = issuer.to_owned();
        let client = world.public_client();
        let mut browser = Browser::default();
        let challenge = toolgate_core::seal::sha256(VERIFIER);
        let query = query(&client, &challenge);
        let page = browser.authorize(&mut world, &query);
        let sent = parameters(&browser.press(&mut world, &page, "approve")).get("prompt").cloned();
        sent.unwrap_or_default()
    };
    let offline = ["openid", "offline_access"];
    assert_eq!(prompt(LOGIN, &offline, None), "consent");
    assert_eq!(prompt(LOGIN, &["openid"], None), "");
    for issuer in [
        "https://login.microsoftonline.com/0123/v2.0",
        "https://acme.okta.com",
        "https://acme.okta.com/oauth2/default",
        "https://acme.oktapreview.com",
    ] {
        assert_eq!(prompt(issuer, &offline, None), "", "{issuer}");
        assert_eq!(prompt(issuer, &offline, Some(Prompt::Consent)), "consent", "{issuer}");
    }
    assert_eq!(prompt("https://notokta.com", &offline, None), "consent");
    assert_eq!(prompt("https://okta.com.example.org", &offline, None), "consent");
    assert_eq!(prompt(LOGIN, &offline, Some(Prompt::None)), "");
    assert_eq!(prompt(LOGIN, &["openid"], Some(Prompt::SelectAccount)), "select_account");
}

#[test]
fn a_document_of_another_issuer_or_with_unsafe_endpoints_is_refused() {
    for changes in [
        json!({ "issuer": format!("{LOGIN}/") }),
        json!({ "issuer": LOGIN.to_uppercase() }),
        json!({ "issuer": null }),
        json!({ "token_endpoint": "http://login.example.com/token" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
        json!({ "jwks_uri": "http://127.0.0.1/keys" }),
        json!({ "jwks_uri": "https://localhost/keys" }),
        json!({ "userinfo_endpoint": "/me" }),
        json!({ "jwks_uri": null }),
        json!({ "code_challenge_methods_supported": ["plain"] }),
    ] {
        assert!(discovered(&changes).is_err(), "{changes}");
    }
    assert!(discovery::read(LOGIN, ORIGIN, &answer(500, &document())).is_err());
    assert!(discovery::read(LOGIN, ORIGIN, &answer(200, &json!([]))).is_err());
    assert!(discovered(&json!({ "code_challenge_methods_supported": null })).is_ok());
}

#[test]
fn an_issuer_must_be_https_and_a_local_one_guards_only_a_local_server() {
    let resolve = |issuer: &str, origin: &str| {
        discovery::resolve(&oidc(issuer), &Variables::default(), origin)
    };
    assert_eq!(resolve(LOGIN, ORIGIN).unwrap().issuer, LOGIN);
    assert!(resolve("http://login.example.com", ORIGIN).is_err());
    assert!(resolve("http://127.0.0.1:9/x", ORIGIN).is_err());
    assert!(resolve("http://127.0.0.1:9/x", "http://localhost:8788").is_ok());
}

#[test]
fn a_provider_that_cannot_be_reached_is_told_to_the_client() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let page =
        browser.authorize(&mut world, &query(&client, &toolgate_core::seal::sha256(VERIFIER)));
    world.provider.endpoints = None;
    let reply = browser.press(&mut world, &page, "approve");
    assert_eq!(parameters(&reply)["error"], "temporarily_unavailable");
    assert!(text(&reply).contains("could not be reached"), "people read it, too");
}

#[test]
fn a_provider_that_names_itself_in_its_answers_must_do_so() {
    let mut world = World::new();
    world.provider.endpoints.as_mut().unwrap().names_issuer = true;
    let client = world.public_client();
    let mut browser = Browser::default();
    let page =
        browser.authorize(&mut world, &query(&client, &toolgate_core::seal::sha256(VERIFIER)));
    let state = parameters(&browser.press(&mut world, &page, "approve"))["state"].clone();
    let Err(reply) = browser.callback(&mut world, &[("state", &state), ("code", "c")]) else {
        panic!("went on without iss")
    };
    assert_eq!(parameters(&reply)["error"], "server_error");
}

#[test]
fn of_an_openid_provider_only_a_verified_address_counts() {
    let idp = Idp::new();
    let world = World::new();
    let verified = |kind: Kind, claim: Value| {
        let mut config = config();
        config.identity.provider = kind;
        let mut claims = claims("n");
        if !claim.is_null() {
            claims["email_verified"] = claim;
        }
        let token = idp.id_token(&claims);
        let claims = signed(&idp.jwks(), &token).unwrap();
        let caller = id_token::verify(&config, &world.provider, claims, "n", NOW);
        let caller = caller.unwrap();
        assert!(caller.email.is_some() != caller.claimed_email.is_some());
        caller.email.is_some()
    };
    assert!(verified(Kind::Oidc, json!(true)));
    assert!(verified(Kind::Oidc, json!("true")), "as Cognito and Apple write it");
    for claim in [Value::Null, json!(false), json!("false"), json!("True"), json!(1)] {
        assert!(!verified(Kind::Oidc, claim.clone()), "{claim}");
    }
    assert!(verified(Kind::CloudflareAccess, Value::Null), "Access sends no such claim");
}

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
fn a_provider_that_signs_with_none_of_our_algorithms_is_named_at_discovery() {
    let offered =
        |list: Value| discovered(&json!({ "id_token_signing_alg_values_supported": list }));
    for good in [json!(["RS256"]), json!(["HS256", "EdDSA"]), json!(null), json!([])] {
        assert!(offered(good.clone()).is_ok(), "{good}");
    }
    let error = offered(json!(["HS256", "ES512", "\u{1b}[2J"])).unwrap_err();
    assert!(error.contains("HS256, ES512, 2J") && error.contains("ES384, EdDSA"), "{error}");
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
fn each_cause_of_a_failed_sign_in_has_its_own_reason() {
    let mut world = World::new();
    let client = world.public_client();
    let mut browser = Browser::default();
    let challenge = toolgate_core::seal::sha256(VERIFIER);
    let page = browser.authorize(&mut world, &query(&client, &challenge));
    let state = parameters(&browser.press(&mut world, &page, "approve"))["state"].clone();
    let query = [("state", state.as_str()), ("code", "c")];
    let (returned, _) = browser.callback(&mut world, &query).expect("an exchange");
    let error = |error: &str| json!({ "error": error });
    let large = json!({
        "access_token": "at", "token_type": "Bearer", "id_token": "x".repeat(200_000),
    });
    for (status, body, reason, code) in [
        (400, error("invalid_grant"), Reason::UpstreamCode, "server_error"),
        (200, error("bad_verification_code"), Reason::UpstreamCode, "server_error"),
        (401, error("invalid_client"), Reason::UpstreamCredentials, "server_error"),
        (200, error("incorrect_client_credentials"), Reason::UpstreamCredentials, "server_error"),
        (400, error("invalid_request"), Reason::UpstreamExchange, "server_error"),
        (400, error("redirect_uri_mismatch"), Reason::UpstreamExchange, "server_error"),
        (200, json!("<html>"), Reason::UpstreamUnreadable, "server_error"),
        (200, large, Reason::IdTokenTooLarge, "server_error"),
        (502, json!({}), Reason::UpstreamUnavailable, "temporarily_unavailable"),
        (429, json!({}), Reason::UpstreamRateLimited, "temporarily_unavailable"),
    ] {
        let Err(refusal) = returned.tokens(&world.gate(), &answer(status, &body)) else {
            panic!("{status} {reason:?}")
        };
        assert_eq!(reason_of(&refusal.0), Some(reason), "{status}");
        let sent = parameters(&refusal.0);
        assert_eq!(sent["error"], code, "{reason:?}");
        assert!(sent["error_description"].contains(reason.code()), "{reason:?}");
    }
    for reason in [Reason::UpstreamNoIdToken, Reason::UpstreamTokenRefused] {
        let reply = returned.refuse_identity(&world.gate(), reason);
        assert_eq!(reason_of(&reply), Some(reason));
        assert!(!text(&reply).contains("could not be verified"), "{reason:?}");
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
        redirect_uri: String::new(),
        nonce: String::new(),
    };
    let second = Some(Upstream::Refresh("second".into()));
    holder.renew(Identified { caller: caller(&["ops"]), upstream: second.clone() });
    assert_eq!((&*holder.caller.groups, &*holder.caller.client_id), (&["ops".to_owned()][..], "c"));
    assert_eq!((&holder.caller.scopes, &holder.upstream), (&vec!["mcp".to_owned()], &second));
    let access = Some(Upstream::Access { token: "at".into(), expires: None });
    for none in [None, access] {
        holder.renew(Identified { caller: caller(&[]), upstream: none });
        assert_eq!(holder.upstream, second, "no new refresh token means the old one");
    }
}
