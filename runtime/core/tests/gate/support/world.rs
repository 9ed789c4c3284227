//! One deployment, and what its endpoints do.

use std::collections::BTreeMap;

use http::header::CONTENT_TYPE;
use http::{Request, Response};
use serde_json::{Value, json};
use toolgate_config::Config;
use toolgate_core::audit::Log;
use toolgate_core::oauth::assertion::{self, AssertionError};
use toolgate_core::oauth::callback::{GrantSubject, Identified};
use toolgate_core::oauth::client::{AuthMethod, Client, Lookup};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::course::{Confirmation, Course, Step};
use toolgate_core::oauth::credentials::{Authenticated, Checked, Credentials};
use toolgate_core::oauth::document::{self, Document, Keys};
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation, Write, apply};
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::public_url::DocumentUrl;
use toolgate_core::oauth::{bearer, register, token};
use toolgate_core::reply::Reply;
use toolgate_core::seal::{Entropy, Keyring};
use toolgate_core::upstream::host;
use toolgate_core::upstream::provider::Provider;
use toolgate_policy::Caller;

use super::{KEY, NOW, ORIGIN, REDIRECT, Variables, body, config, post};

/// A stream of bytes that never repeats in a test and is the same in every run.
#[derive(Default)]
pub struct Counter(u64);

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

    pub fn store(&mut self, address: &GrantKey, operation: Operation) -> GrantOutcome {
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
            token::TokenStep::Course(course) => Ok(*course),
            token::TokenStep::Reply(reply) => Err(Box::new(reply)),
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

/// The client that an authorization request names.
pub fn find_client(world: &World, params: &Params) -> Result<Client, OAuthError> {
    match Client::lookup(&world.config, &world.keys, params.require("client_id")?)? {
        Lookup::Found(client) => Ok(*client),
        Lookup::Document(url) => Ok(world.document(&url)?.client),
    }
}
