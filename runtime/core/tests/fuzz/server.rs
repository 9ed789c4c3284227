//! The server as the targets see it: what it handed out to one person, and its endpoints on raw
//! requests.

use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, Request};
use toolgate_core::cookie;
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::{authorize, bearer, callback, token};
use toolgate_core::reply::Reply;
use toolgate_core::seal::sha256;
use toolgate_core::upstream::host;
use toolgate_core::upstream::id_token::{self, Rejection};
use toolgate_core::upstream::jwks::Jwks;
use toolgate_policy::Caller;

use super::support::{
    Browser, ISSUER, NOW, ORIGIN, VERIFIER, World, find_client, finish_login, parameters, query,
    sign_in, tokens,
};

/// Everything that one sign-in was given. The same in every run: time and entropy are fixed.
pub struct Issued {
    /// `client_id` of the client.
    pub client: String,
    /// S256 of [`VERIFIER`].
    pub challenge: String,
    /// Name and value of the cookie of the open approval page.
    pub consent: (String, String),
    /// Form of that page: attempt and csrf.
    pub form: (String, String),
    /// Name and value of the cookie of the login under way.
    pub login: (String, String),
    /// State of that login.
    pub state: String,
    /// Value of the cookie of remembered approvals.
    pub approvals: String,
    /// An authorization code that nobody has used.
    pub code: String,
    /// Tokens for `/mcp`.
    pub access: String,
    /// The refresh token of the same grant.
    pub refresh: String,
}

thread_local! {
    static ISSUED: &'static Issued = Box::leak(Box::new(Issued::new()));
}

/// What was handed out, made once.
pub fn issued() -> &'static Issued {
    ISSUED.with(|issued| *issued)
}

impl Issued {
    fn new() -> Self {
        let mut world = World::new();
        let mut browser = Browser::default();
        let client = world.public_client();
        let challenge = sha256(VERIFIER);
        let page = browser.authorize(&mut world, &query(&client, &challenge));
        let consent = the_cookie(&browser, cookie::CONSENT);
        let form = (field(&page, "attempt"), field(&page, "csrf"));
        let to_idp = browser.press(&mut world, &page, "approve");
        let state = parameters(&to_idp)["state"].clone();
        let mut other = Browser::default();
        let page = other.authorize(&mut world, &query(&client, &challenge));
        let elsewhere = other.press(&mut world, &page, "approve");
        finish_login(&mut world, &mut other, &elsewhere).expect("a sign-in");
        let code = sign_in(&mut world, &client);
        let answer = tokens(&mut world, &client);
        let text = |name: &str| answer[name].as_str().expect("both tokens").to_owned();
        Self {
            consent,
            form,
            login: the_cookie(&browser, cookie::LOGIN),
            state,
            approvals: the_cookie(&other, cookie::APPROVALS).1,
            code,
            access: text("access_token"),
            refresh: text("refresh_token"),
            client,
            challenge,
        }
    }
}

fn the_cookie(browser: &Browser, prefix: &str) -> (String, String) {
    let mut found = browser.0.iter().filter(|(name, _)| name.starts_with(prefix));
    let (name, value) = found.next().expect("the browser has the cookie");
    (name.clone(), value.clone())
}

/// The value of a hidden field of the approval page.
pub fn field(page: &Reply, name: &str) -> String {
    let page = String::from_utf8_lossy(page.body());
    let marker = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&marker).expect("the field is in the page");
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// `GET /authorize`.
pub fn show(world: &mut World, request: &Request<Vec<u8>>) -> Reply {
    let params = Params::query(request);
    let client = if params.is_repeated("client_id") {
        Err(OAuthError::invalid_request("client_id is given more than once"))
    } else {
        find_client(world, &params)
    };
    authorize::show(&mut world.gate(), request, client)
}

/// Whether the reply sends the browser to the identity provider.
pub fn is_upstream(reply: &Reply) -> bool {
    let location = reply.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    location.is_some_and(|location| location.starts_with(&format!("{ISSUER}/authorization?")))
}

/// `POST /authorize`.
pub fn decide(world: &mut World, request: &Request<Vec<u8>>) -> Reply {
    authorize::decide(&mut world.gate(), request)
}

/// `GET /callback` up to the exchange with the identity provider, or the reply that ends it.
pub fn callback(world: &mut World, request: &Request<Vec<u8>>) -> Result<(), Box<Reply>> {
    let gate = world.gate();
    callback::begin(&gate, request)?.exchange(&gate, request).map(drop)
}

/// `POST /token` up to the storage; `None` when it is refused.
pub fn redeem(world: &mut World, request: &Request<Vec<u8>>) -> Option<()> {
    let params = Params::form(request).ok()?;
    let client = world.client_of(request, &params).ok()?;
    match token::begin(&world.gate(), request.headers(), &params, &client) {
        token::TokenStep::Course(_) => Some(()),
        token::TokenStep::Reply(reply) => {
            assert!(reply.status().is_client_error(), "{}", reply.status());
            None
        }
    }
}

/// A request to an MCP endpoint.
pub fn authenticate(
    world: &World,
    path: &str,
    headers: &HeaderMap,
    now: u64,
) -> Result<Caller, Box<Reply>> {
    bearer::authenticate(&world.keys, ORIGIN, path, headers, now).map(|token| token.caller)
}

/// An id_token for the login with nonce `n`.
pub fn verify(world: &World, keys: &Jwks, token: &str) -> Result<Caller, Rejection> {
    let claims = host::conclude(id_token::prepare(keys, token)?)?;
    id_token::verify(&world.config, &world.provider, claims, "n", NOW)
}

/// A header map with one line of the input for each header of the name.
pub fn headers(name: http::HeaderName, lines: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n').take(8) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(name.clone(), value);
        }
    }
    headers
}
