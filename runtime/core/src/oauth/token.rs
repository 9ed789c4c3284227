//! `POST /token`: codes and refresh tokens become access tokens.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::audit::{Kind, Reason};
use crate::caller::Caller;
use crate::limits::VERIFIER_LENGTH;
use crate::oauth::authorize::is_false;
use crate::oauth::callback::{Code, Holder};
use crate::oauth::client::AuthMethod;
use crate::oauth::credentials::Authenticated;
use crate::oauth::error::OAuthError;
use crate::oauth::gate::Gate;
use crate::oauth::grant::{Address, Operation, Outcome};
use crate::oauth::params::Params;
use crate::oauth::{redirect_uri, scope};
use crate::reply::{self, Reply};
use crate::seal::{Purpose, sha256};
use crate::secret::constant_time_eq;

/// What a sealed access token says. Self-contained, so that a call reads no storage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessToken {
    /// Who calls.
    #[serde(rename = "c")]
    pub caller: Caller,
    /// Audience: a resource of this server, or its origin for all of them.
    #[serde(rename = "a")]
    pub resource: String,
    /// When it was issued, in seconds since 1970.
    #[serde(rename = "i")]
    pub issued: u64,
    /// When it expires.
    #[serde(rename = "e")]
    pub expires: u64,
    /// How its client has to authenticate, for `/revoke`.
    #[serde(rename = "m", default, skip_serializing_if = "AuthMethod::is_none")]
    pub auth_method: AuthMethod,
    /// The grant it was issued under.
    #[serde(rename = "g")]
    pub address: Address,
}

/// What a sealed refresh token says. Nothing in it changes between two issues of one generation,
/// so that a retry gets the same text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshToken {
    #[serde(rename = "g")]
    pub(crate) address: Address,
    #[serde(rename = "n")]
    pub(crate) generation: u32,
    #[serde(rename = "c")]
    pub(crate) client: String,
    /// How the client has to authenticate, as it said when the person approved it.
    #[serde(rename = "m", default, skip_serializing_if = "AuthMethod::is_none")]
    pub(crate) auth_method: AuthMethod,
    /// What was granted, so that a request for more is refused before it uses the token up.
    #[serde(rename = "a")]
    pub(crate) resource: String,
    #[serde(rename = "p")]
    pub(crate) scopes: Vec<String>,
    /// [`Authorization::tools_implied`].
    #[serde(rename = "t", default, skip_serializing_if = "is_false")]
    pub(crate) tools_implied: bool,
}

/// The first step's result.
#[derive(Debug)]
pub enum Begin {
    /// The request is refused.
    Reply(Reply),
    /// Perform this operation and go on with its outcome.
    Store(Address, Operation, Box<Pending>),
}

/// A request that only waits for its grant.
#[derive(Debug)]
pub struct Pending {
    /// The grant.
    pub address: Address,
    client: Authenticated,
    resource: String,
    scopes: Vec<String>,
    /// [`Authorization::tools_implied`].
    tools_implied: bool,
    /// It came with a code, and not with a refresh token.
    is_code: bool,
}

impl Pending {
    fn tell(&self, gate: &Gate<'_>, advanced: bool) {
        match (self.is_code, advanced) {
            (true, _) => gate.log.tell(Kind::TokenIssued, Reason::CodeRedeemed),
            (false, true) => gate.log.tell(Kind::TokenRefreshed, Reason::RefreshRotated),
            (false, false) => gate.log.tell(Kind::TokenRefreshed, Reason::RefreshRepeated),
        }
    }

    fn reused(&self) -> Reason {
        if self.is_code { Reason::CodeReused } else { Reason::RefreshReused }
    }
}

/// Checks the request of a client that the adapter has authenticated.
pub fn begin(gate: &Gate<'_>, params: &Params, client: &Authenticated) -> Begin {
    match read(gate, params, client) {
        Ok((operation, pending)) => {
            Begin::Store(pending.address.clone(), operation, Box::new(pending))
        }
        Err(error) => Begin::Reply(error.into_reply()),
    }
}

fn read(
    gate: &Gate<'_>,
    params: &Params,
    client: &Authenticated,
) -> Result<(Operation, Pending), OAuthError> {
    let grant_type = params.require("grant_type")?;
    let resource = gate.requested_resource(params)?;
    match grant_type {
        "authorization_code" => redeem(gate, params, client, resource),
        "refresh_token" => refresh(gate, params, client, resource),
        _ => Err(OAuthError::new(
            "unsupported_grant_type",
            "grant_type must be authorization_code or refresh_token",
        )),
    }
}

fn redeem(
    gate: &Gate<'_>,
    params: &Params,
    client: &Authenticated,
    resource: Option<String>,
) -> Result<(Operation, Pending), OAuthError> {
    let code: Code =
        gate.keys.open(Purpose::Code, gate.origin, params.require("code")?).ok_or_else(|| {
            OAuthError::invalid_grant("The code is not valid").because(Reason::CodeInvalid)
        })?;
    let authorization = &code.authorization;
    if authorization.client != client.key {
        return Err(OAuthError::invalid_grant("The code was issued to another client")
            .because(Reason::CodeOfAnotherClient));
    }
    client.require(authorization.auth_method)?;
    if code.expires <= gate.now {
        return Err(OAuthError::invalid_grant("The code has expired").because(Reason::CodeExpired));
    }
    let differs = |uri| !redirect_uri::is_same(uri, &authorization.redirect_uri);
    if params.get("redirect_uri").is_some_and(differs) {
        return Err(OAuthError::invalid_grant(
            "redirect_uri differs from the authorization request",
        )
        .because(Reason::RedirectUriDiffers));
    }
    check_verifier(params.require("code_verifier")?, &authorization.challenge)?;
    let pending = Pending {
        resource: narrow_resource(gate, &authorization.resource, resource)?,
        scopes: authorization.scopes.clone(),
        tools_implied: authorization.tools_implied,
        is_code: true,
        address: code.address,
        client: client.clone(),
    };
    Ok((Operation::Redeem, pending))
}

fn check_verifier(verifier: &str, challenge: &str) -> Result<(), OAuthError> {
    let is_well_formed = VERIFIER_LENGTH.contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if !is_well_formed {
        return Err(OAuthError::invalid_grant(
            "code_verifier must be 43 to 128 unreserved characters",
        )
        .because(Reason::VerifierMalformed));
    }
    if constant_time_eq(sha256(verifier).as_bytes(), challenge.as_bytes()) {
        Ok(())
    } else {
        Err(OAuthError::invalid_grant("code_verifier does not match the code_challenge")
            .because(Reason::VerifierMismatch))
    }
}

fn refresh(
    gate: &Gate<'_>,
    params: &Params,
    client: &Authenticated,
    resource: Option<String>,
) -> Result<(Operation, Pending), OAuthError> {
    let token = open_refresh(gate, params.require("refresh_token")?).ok_or_else(|| {
        OAuthError::invalid_grant("The refresh token is not valid").because(Reason::RefreshInvalid)
    })?;
    if token.client != client.key {
        return Err(OAuthError::invalid_grant("The refresh token was issued to another client")
            .because(Reason::RefreshOfAnotherClient));
    }
    client.require(token.auth_method)?;
    let operation = Operation::Refresh {
        generation: token.generation,
        grace: gate.config.tokens.refresh_grace,
    };
    let pending = Pending {
        resource: narrow_resource(gate, &token.resource, resource)?,
        tools_implied: token.tools_implied,
        scopes: narrow_scopes(gate, token.scopes, token.tools_implied, params.get("scope"))?,
        is_code: false,
        address: token.address,
        client: client.clone(),
    };
    Ok((operation, pending))
}

pub(crate) fn open_refresh(gate: &Gate<'_>, token: &str) -> Option<RefreshToken> {
    gate.keys.open(Purpose::RefreshToken, gate.origin, token)
}

/// The reply when the identity provider no longer vouches for the person.
#[must_use]
pub fn person_refused() -> Reply {
    OAuthError::invalid_grant("The identity provider has ended the sign-in; sign in again")
        .because(Reason::RevokedByUpstream)
        .into_reply()
}

/// Turns the outcome of the operation into the token response.
pub fn finish(gate: &mut Gate<'_>, pending: &Pending, outcome: Outcome) -> Reply {
    gate.log.user(&pending.address.shard);
    if outcome == Outcome::Reused {
        gate.log.tell(Kind::Revoked, Reason::RevokedByReuse);
    }
    match issue(gate, pending, outcome) {
        Ok(reply) => reply,
        Err(error) => error.into_reply(),
    }
}

fn issue(gate: &mut Gate<'_>, pending: &Pending, outcome: Outcome) -> Result<Reply, OAuthError> {
    let (generation, expires, sealed, advanced) = match outcome {
        Outcome::Active { generation, expires, sealed, advanced } => {
            (generation, expires, sealed, advanced)
        }
        Outcome::Reused => {
            return Err(OAuthError::invalid_grant(
                "It was used before, so everything issued under it is revoked; sign in again",
            )
            .because(pending.reused()));
        }
        Outcome::Gone | Outcome::Done => {
            return Err(OAuthError::invalid_grant("The grant is over; sign in again")
                .because(Reason::GrantOver));
        }
    };
    let holder = Holder::open(gate.keys, &pending.address.id, &sealed).ok_or_else(|| {
        OAuthError::invalid_grant("The grant was sealed by a key that is gone")
            .because(Reason::KeyGone)
    })?;
    gate.log.person(&pending.address.shard, &holder.caller);
    pending.tell(gate, advanced);
    let mut caller = holder.caller;
    let granted = std::mem::replace(&mut caller.scopes, pending.scopes.clone());
    let scope = caller.scopes.join(" ");
    let lifetime =
        u64::from(gate.config.tokens.access_token_ttl).min(expires.saturating_sub(gate.now));
    let access = AccessToken {
        caller,
        resource: pending.resource.clone(),
        issued: gate.now,
        expires: gate.now + lifetime,
        auth_method: pending.client.method,
        address: pending.address.clone(),
    };
    let refresh = RefreshToken {
        address: pending.address.clone(),
        generation,
        client: pending.client.key.clone(),
        auth_method: pending.client.method,
        resource: holder.resource,
        scopes: granted,
        tools_implied: pending.tools_implied,
    };
    Ok(reply::readable_by_any_origin(reply::json(
        StatusCode::OK,
        &json!({
            "access_token": gate.keys.seal(Purpose::AccessToken, gate.origin, &access, gate.entropy),
            "token_type": "Bearer",
            "expires_in": lifetime,
            "refresh_token": gate.keys.seal_stable(Purpose::RefreshToken, gate.origin, &refresh),
            "scope": scope,
        }),
    )))
}

/// A grant for the whole server may be narrowed to one resource (RFC 8707 section 2.2).
fn narrow_resource(
    gate: &Gate<'_>,
    granted: &str,
    requested: Option<String>,
) -> Result<String, OAuthError> {
    match requested {
        None => Ok(granted.to_owned()),
        Some(requested) if requested == granted || granted == gate.origin => Ok(requested),
        Some(_) => {
            Err(OAuthError::new("invalid_target", "resource was not part of the authorization")
                .because(Reason::ResourceNotGranted))
        }
    }
}

/// Scopes are read as at the sign-in: those that this server does not know are left out, and a client
/// that repeats what it asked for then gets what it got.
fn narrow_scopes(
    gate: &Gate<'_>,
    granted: Vec<String>,
    tools_implied: bool,
    requested: Option<&str>,
) -> Result<Vec<String>, OAuthError> {
    let Some(requested) = requested else { return Ok(granted) };
    let asked: Vec<&str> = requested.split(' ').collect();
    let wanted: Vec<String> =
        scope::all(gate.config).filter(|scope| asked.contains(scope)).map(str::to_owned).collect();
    if wanted.iter().any(|scope| !granted.contains(scope)) {
        return Err(OAuthError::new("invalid_scope", "scope was not part of the authorization")
            .because(Reason::ScopeNotGranted));
    }
    let is_repeated = tools_implied
        && granted.iter().all(|scope| scope == scope::TOOLS || wanted.contains(scope));
    match wanted {
        _ if is_repeated => Ok(granted),
        // None of them is known: nothing is asked for but a token.
        wanted if wanted.is_empty() => Ok(vec![scope::TOOLS.to_owned()]),
        wanted => Ok(wanted),
    }
}
