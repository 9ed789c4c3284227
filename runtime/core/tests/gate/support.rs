//! A server, a client, a browser and an identity provider, all values.

use std::collections::BTreeMap;

use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{Request, Response};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use toolgate_config::Config;
use toolgate_core::audit::Log;
use toolgate_core::oauth::assertion::{self, AssertionError};
use toolgate_core::oauth::callback::{Finished, GrantSubject, Identified, Returned};
use toolgate_core::oauth::client::{AuthMethod, Client, Lookup};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::course::{Confirmation, Course, Step};
use toolgate_core::oauth::credentials::{Authenticated, Checked, Credentials};
use toolgate_core::oauth::document::{self, Document, Keys};
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::grant::{Grant, GrantKey, Operation, Outcome, Write, apply};
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::public_url::DocumentUrl;
use toolgate_core::oauth::{authorize, bearer, callback, register, token};
use toolgate_core::reply::Reply;
use toolgate_core::seal::{Entropy, Keyring, encode, sha256};
use toolgate_core::upstream::id_token::{self, Rejection};
use toolgate_core::upstream::jwks::Jwks;
use toolgate_core::upstream::provider::Provider;
use toolgate_core::upstream::{SignedClaims, host};
use toolgate_policy::{Caller, Vars};

pub const ORIGIN: &str = "https://mcp.example.com";
pub const ISSUER: &str = "https://acme.cloudflareaccess.com/cdn-cgi/access/sso/oidc/app";
pub const REDIRECT: &str = "https://client.example/cb";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
pub const NOW: u64 = 1_800_000_000;

/// The defaults, but for what tests count on.
const CONFIG: &str = r#"
[server]
name = "Demo"

[identity]
scopes = ["openid", "email"]

[consent]
remember_for = "1d"

[limits]
register = 10
authorize = 60
token = 120
callback = 60
"#;

pub fn config() -> Config {
    toolgate_config::check(CONFIG).unwrap().config
}

/// Variables of the Worker.
#[derive(Clone)]
pub struct Variables(pub BTreeMap<&'static str, String>);

impl Default for Variables {
    fn default() -> Self {
        Self(BTreeMap::from([
            ("ACCESS_CLIENT_ID", "app".to_owned()),
            ("ACCESS_CLIENT_SECRET", "upstream-secret".to_owned()),
            ("ACCESS_AUTHORIZATION_URL", format!("{ISSUER}/authorization")),
            ("ACCESS_TOKEN_URL", format!("{ISSUER}/token")),
            ("ACCESS_JWKS_URL", format!("{ISSUER}/jwks")),
            ("COOKIE_ENCRYPTION_KEY", KEY.to_owned()),
        ]))
    }
}

impl Vars for Variables {
    fn var(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// A stream of bytes that never repeats in a test and is the same in every run.
#[derive(Default)]
struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            self.0 += 1;
            let bytes = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

/// One deployment and its storage.
pub struct World {
    pub config: Config,
    pub provider: Provider,
    pub keys: Keyring,
    pub now: u64,
    pub grants: BTreeMap<String, Grant>,
    pub log: Log,
    /// What addresses on the internet answer.
    pub documents: BTreeMap<String, Response<Vec<u8>>>,
    pub variables: Variables,
    entropy: Counter,
}

impl World {
    pub fn new() -> Self {
        let config = config();
        let provider = Provider::access(&config, &Variables::default(), ORIGIN).unwrap();
        let keys = Keyring::parse(KEY).unwrap();
        let entropy = Counter::default();
        let (grants, log) = (BTreeMap::new(), Log::default());
        let (documents, variables) = (BTreeMap::new(), Variables::default());
        Self { config, provider, keys, now: NOW, grants, log, documents, variables, entropy }
    }

    pub fn gate(&mut self) -> OAuthContext<'_> {
        OAuthContext {
            config: &self.config,
            origin: ORIGIN,
            keys: &self.keys,
            provider: &self.provider,
            now: self.now,
            entropy: &mut self.entropy,
            log: &self.log,
        }
    }

    pub fn register(&mut self, metadata: &Value) -> (u16, Value) {
        let request = Request::post("/register").header(CONTENT_TYPE, "application/json");
        let request = request.body(metadata.to_string().into_bytes()).unwrap();
        let reply = register::register(&mut self.gate(), &request);
        (reply.status().as_u16(), body(&reply))
    }

    pub fn public_client(&mut self) -> String {
        let metadata = json!({
            "client_name": "Test <client>",
            "redirect_uris": [REDIRECT, "http://127.0.0.1/cb"],
            "token_endpoint_auth_method": "none",
        });
        self.register(&metadata).1["client_id"].as_str().unwrap().to_owned()
    }

    pub fn store(&mut self, address: &GrantKey, operation: Operation) -> Outcome {
        let (write, outcome) = apply(self.grants.get(&address.id).cloned(), operation, self.now);
        if let Write::Put(grant) | Write::Note(grant) = write {
            self.grants.insert(address.id.clone(), *grant);
        }
        outcome
    }

    pub fn token(&mut self, form: &[(&str, &str)]) -> (u16, Value) {
        self.token_request(&post("/token", form))
    }

    pub fn token_request(&mut self, request: &Request<Vec<u8>>) -> (u16, Value) {
        let reply = match self.course(request) {
            Err(reply) => *reply,
            Ok(mut course) => {
                let mut step = Step::Perform(course.start());
                loop {
                    step = match step {
                        Step::Reply(reply) => break reply,
                        step => self.step(&mut course, step, &mut still_there),
                    };
                }
            }
        };
        assert_eq!(reply.headers()["cache-control"], "no-store");
        (reply.status().as_u16(), body(&reply))
    }

    /// The course of a request to `/token`, or the reply that refuses it.
    pub fn course(&mut self, request: &Request<Vec<u8>>) -> Result<Course, Box<Reply>> {
        let params = Params::form(request).map_err(|error| Box::new(error.into_reply()))?;
        let client =
            self.client_of(request, &params).map_err(|error| Box::new(error.into_reply()))?;
        match token::begin(&self.gate(), request.headers(), &params, &client) {
            token::Begin::Course(course) => Ok(*course),
            token::Begin::Reply(reply) => Err(Box::new(reply)),
        }
    }

    /// Does what a course asks for.
    pub fn step(
        &mut self,
        course: &mut Course,
        step: Step,
        confirm: &mut dyn FnMut(&GrantSubject) -> Confirmation,
    ) -> Step {
        match step {
            Step::Perform(operation) => {
                let outcome = self.store(&course.address().clone(), operation);
                course.performed(&mut self.gate(), outcome)
            }
            Step::Ask(holder) => course.answered(&mut self.gate(), confirm(&holder)),
            Step::Wait(_) => Step::Perform(course.start()),
            Step::Reply(reply) => Step::Reply(reply),
        }
    }

    pub fn client_of(
        &self,
        request: &Request<Vec<u8>>,
        params: &Params,
    ) -> Result<Authenticated, OAuthError> {
        let credentials = Credentials::read(request.headers(), params)?;
        match credentials.check(&self.config, &self.keys, &self.variables)? {
            Checked::Done(client) => Ok(client),
            Checked::MissingSecret(name) => Err(OAuthError::new("temporarily_unavailable", name)),
            Checked::Assertion(url, jwt) => {
                let document = self.document(&url)?;
                let keys = match document.keys.as_ref().expect("keys") {
                    Keys::Inline(keys) => keys.clone(),
                    Keys::At(url) => document::read_keys(&self.documents[url.as_str()], self.now)?,
                };
                let audiences = [ORIGIN, &format!("{ORIGIN}/token")];
                let claims = assertion::prepare(&keys, &jwt).and_then(host::conclude);
                let claims = claims.map_err(AssertionError::from)?;
                assertion::verify(claims, url.as_str(), &audiences, self.now)?;
                Ok(Authenticated { key: document.client.key, method: AuthMethod::PrivateKeyJwt })
            }
        }
    }

    fn document(&self, url: &DocumentUrl) -> Result<Document, OAuthError> {
        let nothing = Response::builder().status(404).body(Vec::new()).unwrap();
        let answer = self.documents.get(url.as_str()).unwrap_or(&nothing);
        Ok(document::read(&self.config, url, answer, self.now)?)
    }

    /// Puts a document onto the internet.
    pub fn publish(&mut self, url: &str, document: &Value) {
        let answer = Response::builder().header(CONTENT_TYPE, "application/json");
        let answer = answer.body(document.to_string().into_bytes()).unwrap();
        self.documents.insert(url.to_owned(), answer);
    }

    pub fn authenticate(&self, access_token: &str, path: &str) -> Result<Caller, Box<Reply>> {
        let request = Request::get(path).header("authorization", format!("bearer {access_token}"));
        let headers = request.body(()).unwrap().headers().clone();
        bearer::authenticate(&self.keys, ORIGIN, path, &headers, self.now).map(|token| token.caller)
    }
}

/// A provider that still knows everybody, and gives nothing new.
fn still_there(holder: &GrantSubject) -> Confirmation {
    let identified = Identified { caller: holder.caller.clone(), upstream: None };
    Confirmation { upstream: None, verdict: Ok(Some(identified)) }
}

/// A browser: a cookie jar.
#[derive(Default, Clone)]
pub struct Browser(pub BTreeMap<String, String>);

impl Browser {
    pub fn request(&self, mut request: Request<Vec<u8>>) -> Request<Vec<u8>> {
        let cookies: Vec<String> = self.0.iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(COOKIE, cookies.join("; ").parse().unwrap());
        }
        request
    }

    pub fn keep(&mut self, reply: &Reply) {
        for cookie in reply.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            assert!(text.contains("; Path=/; Secure; HttpOnly; SameSite=Lax;"), "{text}");
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub fn authorize(&mut self, world: &mut World, query: &[(&str, &str)]) -> Reply {
        let request = self.request(get("/authorize", query));
        let client = find_client(world, &Params::query(&request));
        let reply = authorize::show(&mut world.gate(), &request, client);
        self.keep(&reply);
        reply
    }

    /// Presses a button of the page.
    pub fn press(&mut self, world: &mut World, page: &Reply, decision: &str) -> Reply {
        let (attempt, csrf) = (hidden(page, "attempt"), hidden(page, "csrf"));
        self.submit(world, &[("attempt", &attempt), ("csrf", &csrf), ("decision", decision)])
    }

    pub fn submit(&mut self, world: &mut World, form: &[(&str, &str)]) -> Reply {
        let request = self.request(post("/authorize", form));
        let reply = authorize::decide(&mut world.gate(), &request);
        self.keep(&reply);
        reply
    }

    /// Comes back from the identity provider; answers the login, and the request that exchanges
    /// its code.
    pub fn callback(
        &mut self,
        world: &mut World,
        query: &[(&str, &str)],
    ) -> Result<(Returned, Request<Vec<u8>>), Box<Reply>> {
        let request = self.request(get("/callback", query));
        let gate = world.gate();
        let begun = callback::begin(&gate, &request).and_then(|returned| {
            let exchange = returned.exchange(&gate, &request)?;
            Ok((returned, exchange))
        });
        if let Err(reply) = &begun {
            self.keep(reply);
        }
        begun
    }
}

/// An identity provider with one ES256 key.
pub struct Idp {
    key: SigningKey,
}

impl Idp {
    pub fn new() -> Self {
        Self { key: SigningKey::from_slice(&[7; 32]).unwrap() }
    }

    pub fn jwk(&self, kid: &str) -> Value {
        let point = self.key.verifying_key().to_encoded_point(false);
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid,
            "x": encode(point.x().unwrap()), "y": encode(point.y().unwrap()),
        })
    }

    pub fn jwks(&self) -> Jwks {
        Jwks::parse(json!({ "keys": [self.jwk("k1")] }).to_string().as_bytes(), NOW).unwrap()
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let signature: Signature = self.key.sign(message.as_bytes());
        format!("{message}.{}", encode(&signature.to_bytes()))
    }

    pub fn id_token(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "ES256", "kid": "k1", "typ": "JWT" }), claims)
    }
}

/// The claims of an id_token whose signature is good.
pub fn signed(keys: &Jwks, id_token: &str) -> Result<SignedClaims, Rejection> {
    host::conclude(id_token::prepare(keys, id_token)?)
}

/// The client that an authorization request names.
pub fn find_client(world: &World, params: &Params) -> Result<Client, OAuthError> {
    match Client::lookup(&world.config, &world.keys, params.require("client_id")?)? {
        Lookup::Found(client) => Ok(*client),
        Lookup::Document(url) => Ok(world.document(&url)?.client),
    }
}

/// The claims of a good id_token.
pub fn claims(nonce: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": "app", "sub": "user-1", "nonce": nonce, "exp": NOW + 300,
        "iat": NOW, "email": "employee1@mycompany.com", "name": "Employee One",
        "groups": ["design"], "department": "R&D",
    })
}

/// The parameters of a good authorization request.
pub fn query<'a>(client: &'a str, challenge: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", REDIRECT),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        ("state", "st&te =+ü"),
        ("scope", "mcp offline_access"),
        ("resource", "https://mcp.example.com/mcp"),
    ]
}

/// Carries a sign-in from the identity provider's redirect to the client's code.
pub fn finish_login(
    world: &mut World,
    browser: &mut Browser,
    to_idp: &Reply,
) -> Result<BTreeMap<String, String>, Rejection> {
    Ok(parameters(&finish_login_as(world, browser, to_idp, "user-1")?))
}

/// The same for the person of this subject; answers what their browser gets.
pub fn finish_login_as(
    world: &mut World,
    browser: &mut Browser,
    to_idp: &Reply,
    subject: &str,
) -> Result<Reply, Rejection> {
    let upstream = parameters(to_idp);
    let query = [("state", upstream["state"].as_str()), ("code", "upstream-code")];
    let (returned, _) = browser.callback(world, &query).expect("an exchange");
    let idp = Idp::new();
    let mut claims = claims(&upstream["nonce"]);
    if subject != "user-1" {
        claims["sub"] = json!(subject);
        claims["email"] = json!(format!("{subject}@mycompany.com"));
    }
    let answer = token_answer(&idp.id_token(&claims));
    let tokens = returned.tokens(&world.gate(), &answer).map_err(|refusal| refusal.1).unwrap();
    let id_token = tokens.id_token.as_ref().unwrap();
    let claims = signed(&idp.jwks(), id_token)?;
    let caller = returned.verify(&world.gate(), claims)?;
    let identified = Identified { caller, upstream: tokens.keep(world.now) };
    let reply = match returned.finish(&mut world.gate(), identified) {
        Finished::Grant(address, grant, reply) => {
            assert_eq!(world.store(&address, Operation::Create(grant)), Outcome::Done);
            reply
        }
        Finished::Reply(reply) => reply,
    };
    browser.keep(&reply);
    Ok(reply)
}

/// A whole sign-in up to the code.
pub fn sign_in(world: &mut World, client: &str) -> String {
    let mut browser = Browser::default();
    let page = browser.authorize(world, &query(client, &sha256(VERIFIER)));
    let to_idp = browser.press(world, &page, "approve");
    finish_login(world, &mut browser, &to_idp).unwrap()["code"].clone()
}

/// A whole sign-in up to the tokens.
pub fn tokens(world: &mut World, client: &str) -> Value {
    let code = sign_in(world, client);
    let (status, body) = world.token(&redeem(client, &code));
    assert_eq!(status, 200, "{body}");
    body
}

pub fn redeem<'a>(client: &'a str, code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]
}

pub fn token_answer(id_token: &str) -> Response<Vec<u8>> {
    let body = json!({ "access_token": "x", "token_type": "Bearer", "id_token": id_token });
    Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string().into_bytes())
        .unwrap()
}

/// A JSON answer of somebody else's server.
pub fn answer(status: u16, body: &Value) -> Response<Vec<u8>> {
    Response::builder().status(status).body(body.to_string().into_bytes()).unwrap()
}

pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub fn get(path: &str, query: &[(&str, &str)]) -> Request<Vec<u8>> {
    Request::get(format!("{ORIGIN}{path}?{}", form(query))).body(Vec::new()).unwrap()
}

pub fn post(path: &str, pairs: &[(&str, &str)]) -> Request<Vec<u8>> {
    Request::post(format!("{ORIGIN}{path}"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form(pairs).into_bytes())
        .unwrap()
}

pub fn body(reply: &Reply) -> Value {
    serde_json::from_slice(reply.body()).unwrap()
}

pub fn text(reply: &Reply) -> &str {
    std::str::from_utf8(reply.body()).unwrap()
}

pub fn location(reply: &Reply) -> &str {
    assert_eq!(reply.status(), 303, "{}", text(reply));
    reply.headers()[LOCATION].to_str().unwrap()
}

/// The query of the address that a reply redirects to.
pub fn parameters(reply: &Reply) -> BTreeMap<String, String> {
    let url = url::Url::parse(location(reply)).unwrap();
    url.query_pairs().into_owned().collect()
}

pub fn hidden(page: &Reply, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let (_, rest) = text(page).split_once(&marker).expect("the field is in the page");
    rest.split('"').next().unwrap().to_owned()
}
