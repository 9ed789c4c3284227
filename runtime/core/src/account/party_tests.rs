//! Tests of third parties: their metadata, and what is sent to them.

use super::*;

const ISSUER: &str = "https://login.example";
const ORIGIN: &str = "https://mcp.example.com";

fn metadata(changes: &[(&str, Option<serde_json::Value>)]) -> Response<Vec<u8>> {
    let mut members = serde_json::json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://login.example/authorize",
        "token_endpoint": "https://login.example/token",
    });
    for (name, value) in changes {
        match value {
            Some(value) => members[*name] = value.clone(),
            None => drop(members.as_object_mut().unwrap().remove(*name)),
        }
    }
    Response::new(members.to_string().into_bytes())
}

fn connection(section: &str) -> Connection {
    let source = format!(
        "[server]\nname = \"Demo\"\n[secrets]\nLINEAR_SECRET = \"client secret at Linear\"\n\
         [connections.linear]\nclient_id = \"client\"\nhosts = [\"api.example\"]\n{section}"
    );
    let checked = toolgate_config::check(&source).expect("a configuration");
    checked.config.connections[0].clone()
}

const URLS: &str = "authorization_url = \"https://login.example/authorize?offline=1\"\n\
                    token_url = \"https://login.example/token\"\n";

struct Secrets;

impl Vars for Secrets {
    fn var(&self, name: &str) -> Option<String> {
        (name == "LINEAR_SECRET").then(|| "canary".to_owned())
    }
}

fn resolve(connection: &Connection) -> Party {
    Party::resolve(connection, &Secrets, ORIGIN).expect("it is set up")
}

fn discovered(changes: &[(&str, Option<serde_json::Value>)]) -> Party {
    let connection = connection(&format!("issuer = \"{ISSUER}\"\n"));
    let party = resolve(&connection);
    assert_eq!(party.undiscovered(), Some(ISSUER));
    party.located(read_metadata(ISSUER, &metadata(changes)).expect("metadata"))
}

#[test]
fn metadata_is_looked_for_where_both_standards_have_it() {
    let addresses = |issuer| -> Vec<String> {
        metadata_requests(issuer).iter().map(|request| request.uri().to_string()).collect()
    };
    assert_eq!(
        addresses("https://login.example/tenant/"),
        [
            "https://login.example/.well-known/oauth-authorization-server/tenant",
            "https://login.example/tenant/.well-known/openid-configuration",
        ]
    );
    assert_eq!(
        addresses(ISSUER)[0],
        "https://login.example/.well-known/oauth-authorization-server"
    );
}

#[test]
fn metadata_of_another_issuer_or_with_unsafe_endpoints_is_refused() {
    for changes in [
        ("issuer", Some("https://login.example/".into())),
        ("issuer", Some("https://evil.example".into())),
        ("issuer", None),
        ("token_endpoint", Some("http://login.example/token".into())),
        ("token_endpoint", Some("http://127.0.0.1/token".into())),
        ("authorization_endpoint", Some("javascript:alert(1)".into())),
        ("revocation_endpoint", Some("http://login.example/revoke".into())),
        ("code_challenge_methods_supported", Some(serde_json::json!(["plain"]))),
    ] {
        let read = read_metadata(ISSUER, &metadata(std::slice::from_ref(&changes)));
        assert!(read.is_err(), "{changes:?}");
    }
    let mut failed = metadata(&[]);
    *failed.status_mut() = StatusCode::NOT_FOUND;
    assert!(read_metadata(ISSUER, &failed).is_err());
}

#[test]
fn an_issuer_has_to_be_the_one_that_was_asked_and_named_where_it_says_that_it_is() {
    let silent = discovered(&[]);
    assert!(silent.is_issuer(None) && silent.is_issuer(Some(ISSUER)));
    assert!(!silent.is_issuer(Some("https://evil.example")));
    let naming = [("authorization_response_iss_parameter_supported", Some(true.into()))];
    let naming = discovered(&naming);
    assert!(naming.is_issuer(Some(ISSUER)));
    assert!(!naming.is_issuer(None) && !naming.is_issuer(Some("")));
    assert!(!naming.is_issuer(Some("https://login.example/")));
}

#[test]
fn the_authorization_request_has_pkce_and_a_return_address_of_its_own() {
    let connection = connection(&format!("{URLS}scopes = [\"read\", \"write\"]\n"));
    let party = resolve(&connection);
    let url = party.authorization_url(&connection, ORIGIN, ("state", "verifier")).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let value = |name: &str| {
        let found = pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(value("offline"), Some("1"));
    assert_eq!(value("redirect_uri"), Some("https://mcp.example.com/connections/return/linear"));
    assert_eq!(value("code_challenge"), Some(sha256("verifier").as_str()));
    assert_eq!(value("code_challenge_method"), Some("S256"));
    assert_eq!(value("scope"), Some("read write"));
    assert!(!url.as_str().contains("canary"));
}

#[test]
fn a_secret_goes_to_the_token_endpoint_and_prints_nowhere() {
    let section = format!("{URLS}client_secret = \"LINEAR_SECRET\"\n");
    let party = resolve(&connection(&section));
    assert!(!format!("{party:?}").contains("canary"));
    let request = party.refresh_request("refresh").unwrap();
    assert_eq!(request.uri(), "https://login.example/token");
    let body = String::from_utf8(request.into_body()).unwrap();
    assert!(body.contains("client_secret=canary") && body.contains("refresh_token=refresh"));
    let public = resolve(&connection(URLS)).refresh_request("refresh").unwrap();
    let body = String::from_utf8(public.into_body()).unwrap();
    assert!(body.contains("client_id=client") && !body.contains("client_secret"), "{body}");
}

#[test]
fn a_secret_that_is_not_set_is_named_and_nothing_is_sent() {
    struct Nothing;
    impl Vars for Nothing {
        fn var(&self, _: &str) -> Option<String> {
            None
        }
    }
    let section = format!("{URLS}client_secret = \"LINEAR_SECRET\"\n");
    let error = Party::resolve(&connection(&section), &Nothing, ORIGIN).unwrap_err();
    assert_eq!(error, "LINEAR_SECRET is not set");
}

#[test]
fn a_deployed_server_sends_no_secret_to_its_own_machine() {
    let section =
        "authorization_url = \"http://127.0.0.1:1/a\"\ntoken_url = \"http://127.0.0.1:1/t\"\n";
    let local = connection(section);
    assert!(Party::resolve(&local, &Secrets, ORIGIN).is_err());
    assert!(Party::resolve(&local, &Secrets, "http://localhost:8787").is_ok());
    assert!(Party::resolve(&local, &Secrets, home(&local)).is_ok());
    let issuer = connection("issuer = \"http://127.0.0.1:1\"\n");
    assert!(Party::resolve(&issuer, &Secrets, ORIGIN).is_err());
}

#[test]
fn tokens_are_withdrawn_by_the_refresh_token_where_there_is_an_endpoint() {
    let tokens = |refresh: Option<&str>| AccountTokens {
        access: "access".to_owned(),
        refresh: refresh.map(str::to_owned),
    };
    let body = |party: &Party, refresh| {
        let request = party.revocation_request(&tokens(refresh))?;
        assert_eq!(request.uri(), "https://login.example/revoke");
        String::from_utf8(request.into_body()).ok()
    };
    let endpoint = [("revocation_endpoint", Some("https://login.example/revoke".into()))];
    let party = discovered(&endpoint);
    assert!(body(&party, Some("r")).unwrap().contains("token=r&token_type_hint=refresh_token"));
    assert!(body(&party, None).unwrap().contains("token=access&token_type_hint=access_token"));
    assert_eq!(body(&discovered(&[]), Some("r")), None);
}
