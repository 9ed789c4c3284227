//! `GET /callback`: the return from the identity provider.

use http::header::{HeaderValue, SET_COOKIE};
use http::{Request, StatusCode};
use serde::Serialize;
use toolgate_policy::Caller;

use crate::audit::{self, EventKind, Reason};
use crate::cookie;
use crate::from_json::FromJson;
use crate::json;
use crate::limits::ATTEMPT_TTL;
use crate::oauth::answer::{client_error_url, failed, refuse_client, with_query};
use crate::oauth::approvals::Approvals;
use crate::oauth::attempts;
use crate::oauth::authorization::AuthorizationRequest;
use crate::oauth::consent::{self, Shown};
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::grant::{Grant, GrantKey, Uses};
use crate::oauth::login::{self, Login, Target};
use crate::oauth::not_identified::{not_identified, upstream_error};
use crate::oauth::params::Params;
use crate::oauth::person::Person;
use crate::page;
use crate::paths::{ADMIN_PATH, CONNECTIONS_PATH};
use crate::reply::{self, Reply};
use crate::seal::{Keyring, Purpose, sha256};
use crate::upstream::SignedClaims;
use crate::upstream::id_token::{self, Rejection};
use crate::upstream::provider::Provider;
use crate::upstream::tokens::{self, Tokens};

pub use crate::oauth::grant_subject::{GrantSubject, Identified};

/// Contents of a sealed authorization code.
#[derive(Debug, Serialize, FromJson)]
pub(crate) struct Code {
    #[serde(rename = "g")]
    pub(crate) address: GrantKey,
    #[serde(rename = "r")]
    pub(crate) authorization: AuthorizationRequest,
    #[serde(rename = "e")]
    pub(crate) expires: u64,
}

/// Result of a completed sign-in.
#[derive(Debug)]
pub enum Finished {
    /// A client's grant. The reply may be sent only once the grant is stored.
    Grant(GrantKey, Box<Grant>, Reply),
    /// Nothing to store.
    Reply(Reply),
}

/// A login whose browser came back with a code.
#[derive(Debug)]
pub struct Returned {
    login: Login,
    clear: HeaderValue,
    approvals: Approvals,
    attempt: String,
    /// Sealed beside the login: of a client its own texts, of a route the address, and of the page of connections what
    /// follows its path.
    texts: String,
}

/// Checks the return: the browser must hold the cookie of this very attempt.
///
/// # Errors
/// The reply to a return that leads nowhere.
pub fn begin(oauth: &OAuthContext<'_>, request: &Request<Vec<u8>>) -> Result<Returned, Box<Reply>> {
    let params = Params::query(request);
    let Some(returned) = find_login(oauth, request, &params) else {
        return Err(Box::new(invalid_state()));
    };
    if let Target::Client(authorization) = &returned.login.target {
        oauth.log.client(&authorization.client);
    }
    match params.get("error") {
        Some(error) => Err(Box::new(returned.refuse(oauth, &upstream_error(error)))),
        None => Ok(returned),
    }
}

/// The reply to a return that no attempt of this browser is waiting for.
fn invalid_state() -> Reply {
    dead_end(
        "It was started in another browser, was already completed, or has expired.",
        "Nothing was granted. Go back to your MCP client and connect again.",
        Reason::InvalidState,
    )
}

/// The page of a return that leads nowhere.
fn dead_end(what: &str, help: &str, reason: Reason) -> Reply {
    let status = StatusCode::BAD_REQUEST;
    let reply = page::refusal(status, page::CANNOT_GO_ON, what, help, reason.code());
    audit::because(reply, reason)
}

fn find_login(
    oauth: &OAuthContext<'_>,
    request: &Request<Vec<u8>>,
    params: &Params,
) -> Option<Returned> {
    let state = params.get("state").filter(|_| !params.is_repeated("state"))?;
    let name = attempts::login_cookie(oauth, state)?;
    let value = cookie::read(request.headers(), &name)?;
    let (mut login, texts): (Login, _) = attempts::open(oauth, Purpose::Login, state, value)?;
    if let Target::Client(authorization) = login.target {
        login.target = Target::Client(Box::new(authorization.with_texts(&texts)));
    }
    (login.expires >= oauth.now).then(|| Returned {
        login,
        clear: cookie::clear(&name),
        approvals: Approvals::read(oauth, request.headers()),
        attempt: sha256(state),
        texts,
    })
}

impl Returned {
    /// Names the attempt for whoever keeps, for [`ATTEMPT_TTL`](crate::limits::ATTEMPT_TTL), that it
    /// came back: nothing may be done for one that did before. Its cookie alone cannot tell, since
    /// whoever holds a copy of it can send it again.
    #[must_use]
    pub fn attempt(&self) -> &str {
        &self.attempt
    }

    /// The path and query of the route that the sign-in was begun for, where it was for one.
    #[must_use]
    pub(crate) fn route(&self) -> Option<&str> {
        matches!(self.login.target, Target::Route).then_some(&self.texts)
    }

    /// True if the sign-in was begun for the page of connections.
    pub(crate) fn is_of_connections(&self) -> bool {
        matches!(self.login.target, Target::Connections)
    }

    /// The scopes that a client gets; `None` where the sign-in is for none.
    pub(crate) fn scopes(&mut self) -> Option<&mut Vec<String>> {
        let Target::Client(authorization) = &mut self.login.target else { return None };
        Some(&mut authorization.scopes)
    }

    /// What removes the cookie of the attempt.
    pub(crate) fn cleared(&self) -> HeaderValue {
        self.clear.clone()
    }

    /// The reply to a return that came before.
    #[must_use]
    pub fn already_used(&self) -> Reply {
        let mut reply = dead_end(
            "This sign-in was already used.",
            "Nothing more was granted. If your MCP client is not connected, connect it again.",
            Reason::StateUsed,
        );
        reply.headers_mut().append(SET_COOKIE, self.clear.clone());
        reply
    }

    /// The request that exchanges the code with which the browser came back.
    ///
    /// # Errors
    /// The reply that tells the client: the return has no code, or comes from another provider.
    pub fn exchange(
        &self,
        oauth: &OAuthContext<'_>,
        request: &Request<Vec<u8>>,
    ) -> Result<Request<Vec<u8>>, Box<Reply>> {
        let params = Params::query(request);
        let prepared = login::check_issuer(oauth, params.get("iss")).and_then(|()| {
            let (Some(code), Ok(())) = (params.get("code"), params.reject_repeated()) else {
                let reason = "The identity provider sent no code";
                return Err(OAuthError::new("server_error", reason).because(Reason::UpstreamNoCode));
            };
            login::token_request(oauth, &self.login, code)
        });
        prepared.map_err(|error| Box::new(self.refuse(oauth, &error)))
    }

    /// Reads the identity provider's answer to the code exchange.
    ///
    /// # Errors
    /// The reply that tells the client, with the reason for the log.
    pub fn tokens(
        &self,
        oauth: &OAuthContext<'_>,
        answer: &http::Response<Vec<u8>>,
    ) -> Result<Tokens, Box<(Reply, String)>> {
        tokens::read(answer).map_err(|trouble| {
            // Of a code, and not of a person.
            let reason = match trouble.reason() {
                Reason::RevokedByUpstream => Reason::UpstreamCode,
                reason => reason,
            };
            Box::new((self.refuse_identity(oauth, reason), trouble.to_string()))
        })
    }

    /// Checks the claims of the id_token and tells who signed in.
    ///
    /// # Errors
    /// Why it was rejected.
    pub fn verify(
        &self,
        oauth: &OAuthContext<'_>,
        claims: SignedClaims,
    ) -> Result<Caller, Rejection> {
        if self.route() == Some(ADMIN_PATH) {
            // A provider that was asked for a fresh sign-in may have remembered one all the same.
            let began = self.login.expires.saturating_sub(ATTEMPT_TTL);
            claims.check_fresh(began.saturating_sub(oauth.config.identity.leeway.into()))?;
        }
        id_token::verify(oauth.config, oauth.provider, claims, &self.login.nonce(), oauth.now)
    }

    /// The reply when what the provider says of the person was rejected.
    #[must_use]
    pub fn refuse_identity(&self, oauth: &OAuthContext<'_>, reason: Reason) -> Reply {
        self.refuse(oauth, &not_identified(reason))
    }

    /// The reply when the identity provider could not be reached.
    #[must_use]
    pub fn unavailable(&self, oauth: &OAuthContext<'_>) -> Reply {
        self.refuse(oauth, &login::unreachable())
    }

    /// The reply when the grant could not be stored.
    #[must_use]
    pub fn not_stored(&self, oauth: &OAuthContext<'_>) -> Reply {
        let error = OAuthError::new(
            "temporarily_unavailable",
            "The sign-in could not be stored; try again",
        )
        .because(Reason::StorageUnavailable);
        self.refuse(oauth, &error)
    }

    /// Tells the client by redirect, with a page in case that nobody follows; a person who came
    /// without a client reads the page.
    pub fn refuse(&self, oauth: &OAuthContext<'_>, error: &OAuthError) -> Reply {
        let mut reply = match &self.login.target {
            Target::Client(authorization) => {
                refuse_client(&client_error_url(oauth, authorization, error), error)
            }
            Target::Connections | Target::Route => failed(StatusCode::BAD_GATEWAY, error),
        };
        reply.headers_mut().append(SET_COOKIE, self.clear.clone());
        audit::because(reply, error.reason)
    }

    /// Makes what the person signed in for: a client's grant, or the page of their connections.
    #[must_use]
    pub fn finish(&self, oauth: &mut OAuthContext<'_>, identified: Identified) -> Finished {
        let subject_key = subject_key(oauth.keys, oauth.provider, &identified.caller.subject);
        oauth.log.person(&subject_key, &identified.caller);
        oauth.log.tell(EventKind::SignIn, Reason::SignedIn);
        match &self.login.target {
            Target::Client(authorization) => {
                let who = person(oauth.provider, &identified.caller.subject);
                let is_remembered = !self.login.approved;
                if is_remembered && !self.approvals.are_of(authorization, &who) {
                    return Finished::Reply(self.ask(oauth, authorization, &identified.caller));
                }
                let remembered = if is_remembered {
                    oauth.log.tell(EventKind::Consent, Reason::ConsentRemembered);
                    None
                } else {
                    self.approvals.with(oauth, authorization, &who)
                };
                let (address, grant, mut reply) =
                    self.grant(oauth, authorization, subject_key, identified);
                reply.headers_mut().extend(remembered.map(|cookie| (SET_COOKIE, cookie)));
                Finished::Grant(address, Box::new(grant), reply)
            }
            Target::Connections => {
                let address = [oauth.origin, CONNECTIONS_PATH, &self.texts].concat();
                let mut reply = reply::redirect(&address);
                let subject_keys =
                    subject_keys(oauth.keys, oauth.provider, &identified.caller.subject);
                let cookie = Person::sign_in(oauth, subject_keys, &identified.caller);
                reply.headers_mut().append(SET_COOKIE, cookie);
                reply.headers_mut().append(SET_COOKIE, self.clear.clone());
                Finished::Reply(reply)
            }
            // What serves routes has ended it, unless this server has none any more.
            Target::Route => Finished::Reply(invalid_state()),
        }
    }

    /// Somebody else approved in this browser, so the page asks this person.
    fn ask(
        &self,
        oauth: &mut OAuthContext<'_>,
        authorization: &AuthorizationRequest,
        caller: &Caller,
    ) -> Reply {
        let shown = Shown {
            client_name: &authorization.client_name,
            client_uri: None,
            person: Some(caller.label()),
        };
        let mut reply = consent::ask(oauth, &shown, authorization.clone());
        reply.headers_mut().append(SET_COOKIE, self.clear.clone());
        reply
    }

    fn grant(
        &self,
        oauth: &mut OAuthContext<'_>,
        authorization: &AuthorizationRequest,
        subject_key: String,
        identified: Identified,
    ) -> (GrantKey, Grant, Reply) {
        let Identified { mut caller, upstream } = identified;
        caller.client_id.clone_from(&authorization.client);
        caller.client.clone_from(&authorization.vouched_client);
        caller.scopes.clone_from(&authorization.scopes);
        let address = GrantKey { subject_key, id: oauth.entropy.token() };
        let mut holder = GrantSubject {
            caller,
            resource: authorization.resource.clone(),
            client_name: authorization.client_name.clone(),
            upstream: None,
            access: Default::default(),
            approved: oauth.config.powers.to_string(),
            redirect_uri: authorization.redirect_uri.clone(),
            nonce: self.login.nonce(),
        };
        holder.replace(upstream);
        let tokens = &oauth.config.tokens;
        let code_expires = oauth.now + u64::from(tokens.code_ttl);
        let expires = if authorization.code_only {
            code_expires + u64::from(tokens.access_token_ttl)
        } else {
            oauth.now + u64::from(tokens.refresh_token_ttl)
        };
        let grant = Grant {
            can_ask: holder.can_ask(oauth.now),
            client: authorization.client.clone(),
            sealed: holder.seal(oauth.keys, &address.id, oauth.entropy),
            code_expires,
            expires,
            generation: 0,
            rotated_at: oauth.now,
            revoked: false,
            created: oauth.now,
            used: oauth.now,
            confirmed: 0,
            confirmed_at: oauth.now,
            asking: None,
            uses: Uses::default(),
        };
        let reply = self.success(oauth, authorization, &address, code_expires);
        (address, grant, reply)
    }

    fn success(
        &self,
        oauth: &mut OAuthContext<'_>,
        authorization: &AuthorizationRequest,
        address: &GrantKey,
        expires: u64,
    ) -> Reply {
        let code = Code { address: address.clone(), authorization: authorization.clone(), expires };
        let code = oauth.keys.seal(Purpose::Code, oauth.origin, &code, oauth.entropy);
        let mut pairs = vec![("code", code.as_str())];
        pairs.extend(authorization.state.as_deref().map(|state| ("state", state)));
        pairs.push(("iss", oauth.origin));
        let mut reply = reply::redirect(&with_query(&authorization.redirect_uri, &pairs));
        reply.headers_mut().append(SET_COOKIE, self.clear.clone());
        reply
    }
}

/// The pseudonym of a person at this identity provider: names the storage shard of their grants and
/// binds their sessions.
#[must_use]
pub fn subject_key(keys: &Keyring, provider: &Provider, subject: &str) -> String {
    keys.mac(Purpose::SubjectKey, &person(provider, subject))
}

/// The person's pseudonyms under every key, those that are being rotated out included.
#[must_use]
pub fn subject_keys(keys: &Keyring, provider: &Provider, subject: &str) -> Vec<String> {
    keys.macs(Purpose::SubjectKey, &person(provider, subject)).collect()
}

fn person(provider: &Provider, subject: &str) -> String {
    json::to_text(&serde_json::json!([provider.issuer, subject]))
}
