//! `POST /token`: codes and refresh tokens become access tokens.

use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::json;
use toolgate_config::Recheck;

use crate::audit::{Kind, Reason};
use crate::caller::Caller;
use crate::from_json::FromJson;
use crate::limits::VERIFIER_LENGTH;
use crate::oauth::callback::{Code, Holder};
use crate::oauth::client::AuthMethod;
use crate::oauth::client::is_false;
use crate::oauth::course::Course;
use crate::oauth::credentials::Authenticated;
use crate::oauth::error::OAuthError;
use crate::oauth::gate::Gate;
use crate::oauth::grant::{Address, End, Operation, Outcome, Place, Rules};
use crate::oauth::params::Params;
use crate::oauth::redirect_uri;
use crate::reply::{self, Reply};
use crate::scope;
use crate::seal::{Purpose, sha256};
use crate::secret::constant_time_eq;

/// What a sealed access token says. Self-contained, so that a call reads no storage.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
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
    /// Go on with its [`Course`].
    Course(Box<Course>),
}

/// A request that only waits for its grant.
#[derive(Debug)]
pub(crate) struct Pending {
    /// The grant.
    pub(crate) address: Address,
    /// What to do with its record.
    pub(crate) operation: Operation,
    pub(crate) rules: Rules,
    /// Why the identity provider does not confirm the person, should that end the grant.
    pub(crate) refusal: Reason,
    client: Authenticated,
    resource: String,
    scopes: Vec<String>,
    /// [`Authorization::tools_implied`].
    tools_implied: bool,
    /// It came with a code, and not with a refresh token.
    pub(crate) is_code: bool,
    /// See [`Authorization::code_only`](crate::oauth::authorize::Authorization::code_only).
    code_only: bool,
}

impl Pending {
    /// Why the operation ended the grant: in the audit trail, and for the client.
    fn ended(&self, end: End) -> (Reason, OAuthError) {
        let (event, reason, description) = match end {
            End::Reused => (
                Reason::RevokedByReuse,
                if self.is_code { Reason::CodeReused } else { Reason::RefreshReused },
                "It was used before, so everything issued under it is revoked; sign in again",
            ),
            End::Refused => (
                self.refusal,
                self.refusal,
                match self.refusal {
                    Reason::RevokedByUpstream | Reason::UpstreamTokenRefused => {
                        "The identity provider has ended the sign-in; sign in again"
                    }
                    _ => "What the identity provider says of you cannot be accepted; sign in again",
                },
            ),
            End::Lapsed => (
                Reason::RevokedUnconfirmed,
                Reason::RevokedUnconfirmed,
                "The identity provider has not confirmed the sign-in for too long; sign in again",
            ),
            End::TwoNetworks => (
                Reason::RevokedByTwoNetworks,
                Reason::RevokedByTwoNetworks,
                "The tokens were used from two networks at once, so they are revoked; sign in again",
            ),
        };
        (event, OAuthError::invalid_grant(description).because(reason))
    }

    /// The error where nobody can read whose grant it is any more.
    pub(crate) fn key_gone() -> OAuthError {
        OAuthError::invalid_grant("The grant was sealed by a key that is gone")
            .because(Reason::KeyGone)
    }
}

/// Checks the request of a client that the adapter has authenticated.
pub fn begin(
    gate: &Gate<'_>,
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
) -> Begin {
    match read(gate, headers, params, client) {
        Ok(pending) => Begin::Course(Box::new(Course::new(pending))),
        Err(error) => Begin::Reply(error.into_reply()),
    }
}

fn read(
    gate: &Gate<'_>,
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
) -> Result<Pending, OAuthError> {
    let grant_type = params.require("grant_type")?;
    let resource = gate.requested_resource(params)?;
    match grant_type {
        "authorization_code" => redeem(gate, headers, params, client, resource),
        "refresh_token" => refresh(gate, headers, params, client, resource),
        _ => Err(OAuthError::new(
            "unsupported_grant_type",
            "grant_type must be authorization_code or refresh_token",
        )),
    }
}

fn redeem(
    gate: &Gate<'_>,
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
    resource: Option<String>,
) -> Result<Pending, OAuthError> {
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
    let place = Place::of(gate.keys, &code.address.id, headers);
    Ok(Pending {
        operation: Operation::Redeem { place },
        rules: rules(gate),
        refusal: Reason::RevokedByUpstream,
        resource: narrow_resource(gate, &authorization.resource, resource)?,
        scopes: authorization.scopes.clone(),
        tools_implied: authorization.tools_implied,
        is_code: true,
        code_only: authorization.code_only,
        address: code.address,
        client: client.clone(),
    })
}

fn rules(gate: &Gate<'_>) -> Rules {
    let tokens = &gate.config.tokens;
    Rules {
        grace: tokens.refresh_grace,
        max_unconfirmed: tokens.max_unconfirmed,
        is_required: tokens.recheck == Recheck::Required,
    }
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
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
    resource: Option<String>,
) -> Result<Pending, OAuthError> {
    let token = open_refresh(gate, params.require("refresh_token")?).ok_or_else(|| {
        OAuthError::invalid_grant("The refresh token is not valid").because(Reason::RefreshInvalid)
    })?;
    if token.client != client.key {
        return Err(OAuthError::invalid_grant("The refresh token was issued to another client")
            .because(Reason::RefreshOfAnotherClient));
    }
    client.require(token.auth_method)?;
    let rules = rules(gate);
    let place = Place::of(gate.keys, &token.address.id, headers);
    Ok(Pending {
        operation: Operation::Refresh {
            generation: token.generation,
            rules,
            place,
            has_waited: false,
        },
        rules,
        refusal: Reason::RevokedByUpstream,
        resource: narrow_resource(gate, &token.resource, resource)?,
        tools_implied: token.tools_implied,
        scopes: narrow_scopes(gate, token.scopes, token.tools_implied, params.get("scope"))?,
        is_code: false,
        code_only: false,
        address: token.address,
        client: client.clone(),
    })
}

pub(crate) fn open_refresh(gate: &Gate<'_>, token: &str) -> Option<RefreshToken> {
    gate.keys.open(Purpose::RefreshToken, gate.origin, token)
}

/// Turns the last outcome into the token response.
pub(crate) fn finish(gate: &mut Gate<'_>, pending: &Pending, outcome: Outcome) -> Reply {
    gate.log.user(&pending.address.shard);
    match issue(gate, pending, outcome) {
        Ok(reply) => reply,
        Err(error) => error.into_reply(),
    }
}

fn issue(gate: &mut Gate<'_>, pending: &Pending, outcome: Outcome) -> Result<Reply, OAuthError> {
    let (generation, expires, sealed) = match outcome {
        Outcome::Active { generation, expires, sealed, .. } => (generation, expires, sealed),
        Outcome::Ended(end) => {
            let (event, error) = pending.ended(end);
            gate.log.tell(Kind::Revoked, event);
            return Err(error);
        }
        Outcome::Unaskable => {
            return Err(OAuthError::invalid_grant(
                "The identity provider cannot be asked again; sign in again",
            )
            .because(Reason::UpstreamUnaskable));
        }
        _ => {
            return Err(OAuthError::invalid_grant("The grant is over; sign in again")
                .because(Reason::GrantOver));
        }
    };
    let holder =
        Holder::open(gate.keys, &pending.address.id, &sealed).ok_or_else(Pending::key_gone)?;
    gate.log.person(&pending.address.shard, &holder.caller);
    // A refresh token that no refresh could use would only be kept in vain.
    let can_refresh = !pending.rules.is_required || holder.can_ask(gate.now);
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
    let mut body = json!({
        "access_token": gate.keys.seal(Purpose::AccessToken, gate.origin, &access, gate.entropy),
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": scope,
    });
    if can_refresh && !pending.code_only {
        let refresh = gate.keys.seal_stable(Purpose::RefreshToken, gate.origin, &refresh);
        body["refresh_token"] = refresh.into();
    }
    Ok(reply::readable_by_any_origin(reply::json(StatusCode::OK, &body)))
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
