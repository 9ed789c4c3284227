//! A browser, and the sign-ins that a person makes with it.

use std::collections::BTreeMap;

use http::Request;
use http::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use toolgate_core::oauth::authorize;
use toolgate_core::oauth::callback::{self, Finished, Identified, Returned};
use toolgate_core::oauth::grant::{GrantOutcome, Operation};
use toolgate_core::oauth::params::Params;
use toolgate_core::reply::Reply;
use toolgate_core::seal::sha256;
use toolgate_core::upstream::id_token::Rejection;

use super::{
    Idp, REDIRECT, VERIFIER, World, claims, find_client, get, hidden, parameters, post, signed,
    token_answer,
};

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
    let identified = Identified { caller, upstream: tokens.keep(world.now).map(Into::into) };
    let reply = match returned.finish(&mut world.gate(), identified) {
        Finished::Grant(address, grant, reply) => {
            assert_eq!(world.store(&address, Operation::Create(grant)), GrantOutcome::Done);
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
