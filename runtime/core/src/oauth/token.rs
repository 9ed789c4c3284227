//! `POST /token`: codes and refresh tokens become access tokens.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::caller::Caller;
use crate::limits::VERIFIER_LENGTH;
use crate::oauth::callback::{Code, Holder};
use crate::oauth::client::Client;
use crate::oauth::error::OAuthError;
use crate::oauth::gate::Gate;
use crate::oauth::grant::{Address, Operation, Outcome};
use crate::oauth::params::Params;
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
    /// The grant it was issued under.
    #[serde(flatten)]
    pub address: Address,
}

/// What a sealed refresh token says. Nothing in it changes between two issues of one generation,
/// so that a retry gets the same text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefreshToken {
    #[serde(flatten)]
    pub(crate) address: Address,
    #[serde(rename = "n")]
    pub(crate) generation: u32,
    #[serde(rename = "c")]
    pub(crate) client: String,
    /// What was granted, so that a request for more is refused before it uses the token up.
    #[serde(rename = "a")]
    pub(crate) resource: String,
    #[serde(rename = "p")]
    pub(crate) scopes: Vec<String>,
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
    client: String,
    resource: String,
    scopes: Vec<String>,
}

/// Checks the request of a client that the adapter has authenticated.
pub fn begin(gate: &Gate<'_>, params: &Params, client: &Client) -> Begin {
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
    client: &Client,
) -> Result<(Operation, Pending), OAuthError> {
    let grant_type = params.require("grant_type")?;
    let resource = params
        .get("resource")
        .map(|requested| {
            gate.known_resource(requested).ok_or_else(|| {
                OAuthError::new("invalid_target", "resource is not an MCP endpoint of this server")
            })
        })
        .transpose()?;
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
    client: &Client,
    resource: Option<String>,
) -> Result<(Operation, Pending), OAuthError> {
    let code: Code = gate
        .keys
        .open(Purpose::Code, gate.origin, params.require("code")?)
        .ok_or_else(|| OAuthError::invalid_grant("The code is not valid"))?;
    let authorization = &code.authorization;
    if authorization.client != client.key {
        return Err(OAuthError::invalid_grant("The code was issued to another client"));
    }
    if code.expires <= gate.now {
        return Err(OAuthError::invalid_grant("The code has expired"));
    }
    if params.get("redirect_uri").is_some_and(|uri| uri != authorization.redirect_uri) {
        return Err(OAuthError::invalid_grant(
            "redirect_uri differs from the authorization request",
        ));
    }
    check_verifier(params.require("code_verifier")?, &authorization.challenge)?;
    let pending = Pending {
        resource: narrow_resource(gate, &authorization.resource, resource)?,
        scopes: authorization.scopes.clone(),
        address: code.address,
        client: client.key.clone(),
    };
    Ok((Operation::Redeem, pending))
}

fn check_verifier(verifier: &str, challenge: &str) -> Result<(), OAuthError> {
    let is_well_formed = VERIFIER_LENGTH.contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if !is_well_formed {
        return Err(OAuthError::invalid_grant(
            "code_verifier must be 43 to 128 unreserved characters",
        ));
    }
    if constant_time_eq(sha256(verifier).as_bytes(), challenge.as_bytes()) {
        Ok(())
    } else {
        Err(OAuthError::invalid_grant("code_verifier does not match the code_challenge"))
    }
}

fn refresh(
    gate: &Gate<'_>,
    params: &Params,
    client: &Client,
    resource: Option<String>,
) -> Result<(Operation, Pending), OAuthError> {
    let token = open_refresh(gate, params.require("refresh_token")?)
        .ok_or_else(|| OAuthError::invalid_grant("The refresh token is not valid"))?;
    if token.client != client.key {
        return Err(OAuthError::invalid_grant("The refresh token was issued to another client"));
    }
    let operation = Operation::Refresh {
        generation: token.generation,
        grace: gate.config.tokens.refresh_grace,
    };
    let pending = Pending {
        resource: narrow_resource(gate, &token.resource, resource)?,
        scopes: narrow_scopes(token.scopes, params.get("scope"))?,
        address: token.address,
        client: token.client,
    };
    Ok((operation, pending))
}

pub(crate) fn open_refresh(gate: &Gate<'_>, token: &str) -> Option<RefreshToken> {
    gate.keys.open(Purpose::RefreshToken, gate.origin, token)
}

/// Turns the outcome of the operation into the token response.
pub fn finish(gate: &mut Gate<'_>, pending: &Pending, outcome: Outcome) -> Reply {
    match issue(gate, pending, outcome) {
        Ok(reply) => reply,
        Err(error) => error.into_reply(),
    }
}

fn issue(gate: &mut Gate<'_>, pending: &Pending, outcome: Outcome) -> Result<Reply, OAuthError> {
    let (generation, expires, sealed) = match outcome {
        Outcome::Active { generation, expires, sealed, .. } => (generation, expires, sealed),
        Outcome::Reused => {
            return Err(OAuthError::invalid_grant(
                "It was used before, so everything issued under it is revoked; sign in again",
            ));
        }
        Outcome::Gone | Outcome::Done => {
            return Err(OAuthError::invalid_grant("The grant is over; sign in again"));
        }
    };
    let holder: Holder = gate
        .keys
        .open(Purpose::Record, &pending.address.id, &sealed)
        .ok_or_else(|| OAuthError::invalid_grant("The grant was sealed by a key that is gone"))?;
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
        address: pending.address.clone(),
    };
    let refresh = RefreshToken {
        address: pending.address.clone(),
        generation,
        client: pending.client.clone(),
        resource: holder.resource,
        scopes: granted,
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
            Err(OAuthError::new("invalid_target", "resource was not part of the authorization"))
        }
    }
}

fn narrow_scopes(granted: Vec<String>, requested: Option<&str>) -> Result<Vec<String>, OAuthError> {
    let Some(requested) = requested else { return Ok(granted) };
    let wanted: Vec<String> =
        requested.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    if wanted.iter().any(|scope| !granted.contains(scope)) {
        return Err(OAuthError::new("invalid_scope", "scope was not part of the authorization"));
    }
    Ok(wanted)
}
