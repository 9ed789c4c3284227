//! The provider as its clients and its browser see it.

mod activity;
mod sign_in;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;
use url::Url;

use super::{Client, Provider, Purpose, Server, User, people, routes};

const BASE: &str = "/cdn-cgi/access/sso/oidc/worker";
const HOST: &str = "127.0.0.1:8789";
const CALLBACK: &str = "http://localhost:8788/callback";
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

struct Reply {
    status: StatusCode,
    location: Option<String>,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// A parameter of the address that the person is sent to.
    fn parameter(&self, name: &str) -> Option<String> {
        let url = Url::parse(self.location.as_deref()?).expect("an address");
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }
}

fn provider() -> Router {
    routes::routes(Arc::new(of_worker()))
}

fn of_worker() -> Provider {
    let users = vec![
        User {
            email: "ada@example.com".into(),
            name: Some("Ada <Lovelace>".into()),
            groups: vec!["design".into()],
            claims: json!({ "plan": "pro", "iss": "https://evil.example" })
                .as_object()
                .cloned()
                .expect("an object"),
        },
        User { email: "bob@example.com".into(), ..User::default() },
    ];
    let address: SocketAddr = HOST.parse().expect("an address");
    Provider::new(address, purpose(users)).expect("a provider")
}

fn purpose(users: Vec<User>) -> Purpose {
    let client = Client { id: "worker".into(), secret: "secret".into() };
    let server = Server {
        name: "worker".into(),
        url: "http://localhost:8788".into(),
        commands: vec!["npx mcp-remote http://localhost:8788/mcp".into()],
        encryption_key: KEY.into(),
    };
    Purpose { client, users, groups_claim: "groups".into(), server }
}

async fn send(routes: &Router, request: Request<Body>) -> Reply {
    let response = routes.clone().oneshot(request).await.expect("an answer");
    let location = response.headers().get(header::LOCATION);
    let location = location.map(|value| value.to_str().expect("ASCII").to_owned());
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    Reply { status, location, body: String::from_utf8(bytes.to_vec()).expect("text") }
}

async fn get(routes: &Router, path_and_query: &str) -> Reply {
    let request = Request::get(format!("{BASE}{path_and_query}")).header(header::HOST, HOST);
    send(routes, request.body(Body::empty()).expect("a request")).await
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn post(routes: &Router, path: &str, fields: &[(&str, &str)]) -> Reply {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{BASE}{path}"))
        .header(header::HOST, HOST)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    send(routes, request.body(Body::from(form(fields))).expect("a request")).await
}

#[tokio::test]
async fn another_host_name_is_not_answered() {
    let routes = provider();
    let request = Request::get(format!("{BASE}/jwks")).header(header::HOST, "evil.example:8789");
    let reply = send(&routes, request.body(Body::empty()).expect("a request")).await;
    assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_started_provider_listens_on_loopback_and_stops() {
    let mut running = super::start(0, purpose(Vec::new())).await.expect("it starts");
    let url = Url::parse(running.issuer()).expect("an address");
    let address = ("127.0.0.1", url.port().expect("a port"));
    assert_eq!(url.host_str(), Some("127.0.0.1"));
    tokio::net::TcpStream::connect(address).await.expect("it listens");
    running.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "it has stopped");
}

#[tokio::test]
async fn accounts_are_replaced_while_it_runs() {
    let mut running = super::start(0, purpose(Vec::new())).await.expect("it starts");
    assert!(running.provider.people().users.is_empty());
    let user = User { email: "new@example.com".into(), ..User::default() };
    running.replace_users(vec![user]).expect("they are replaced");
    let people = running.provider.people();
    assert_eq!(people.users.len(), 1);
    assert!(people.pseudonyms.values().any(|email| email == "new@example.com"));
    running.stop().await;
}

#[tokio::test]
async fn who_still_has_access_is_known_over_a_restart() {
    let ada = User { email: "ada@example.com".into(), ..User::default() };
    let purposes = [vec![ada.clone()], vec![ada], Vec::new()].map(purpose);
    let token = super::access::issue(&purposes[0].client.secret, "ada@example.com");
    let mut statuses = Vec::new();
    for purpose in purposes {
        let address = "127.0.0.1:8789".parse().expect("an address");
        let routes = routes::routes(Arc::new(Provider::new(address, purpose).expect("a provider")));
        let request = Request::get(format!("{BASE}/userinfo")).header(header::HOST, HOST);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        statuses.push(send(&routes, request.body(Body::empty()).expect("a request")).await.status);
    }
    assert_eq!(statuses, [StatusCode::OK, StatusCode::OK, StatusCode::UNAUTHORIZED]);
}

#[test]
fn a_sub_of_the_account_makes_another_pseudonym() {
    let user = User { email: "ada@example.com".into(), ..User::default() };
    let mut own = user.clone();
    own.claims.insert("sub".into(), "ada".into());
    let of = |user| people::pseudonyms(KEY, "http://127.0.0.1:1", &[user]).expect("a key");
    assert_ne!(of(user), of(own));
}
