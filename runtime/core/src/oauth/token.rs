//! `POST /token`: codes and refresh tokens become access tokens.

use http::HeaderMap;
use toolgate_config::Recheck;

use crate::audit::Reason;
use crate::limits::VERIFIER_LENGTH;
use crate::oauth::callback::Code;
use crate::oauth::context::OAuthContext;
use crate::oauth::course::Course;
use crate::oauth::credentials::Authenticated;
use crate::oauth::error::OAuthError;
use crate::oauth::grant::{Operation, RequestPlace, Rules};
use crate::oauth::issue::{Pending, RefreshToken};
use crate::oauth::params::Params;
use crate::oauth::redirect_uri;
use crate::reply::Reply;
use crate::scope;
use crate::seal::{Purpose, sha256};
use crate::secret::constant_time_eq;

pub use crate::oauth::issue::AccessToken;

/// The first step's result.
#[derive(Debug)]
pub enum TokenStep {
    /// The request is refused.
    Reply(Reply),
    /// Go on with its [`Course`].
    Course(Box<Course>),
}

/// Checks the request of a client that the adapter has authenticated.
pub fn begin(
    oauth: &OAuthContext<'_>,
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
) -> TokenStep {
    match read(oauth, headers, params, client) {
        Ok(pending) => TokenStep::Course(Box::new(Course::new(pending))),
        Err(error) => TokenStep::Reply(error.into_reply()),
    }
}

fn read(
    oauth: &OAuthContext<'_>,
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
) -> Result<Pending, OAuthError> {
    let grant_type = params.require("grant_type")?;
    let resource = oauth.requested_resource(params)?;
    match grant_type {
        "authorization_code" => redeem(oauth, headers, params, client, resource),
        "refresh_token" => refresh(oauth, headers, params, client, resource),
        _ => Err(OAuthError::new(
            "unsupported_grant_type",
            "grant_type must be authorization_code or refresh_token",
        )),
    }
}

fn redeem(
    oauth: &OAuthContext<'_>,
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
    resource: Option<String>,
) -> Result<Pending, OAuthError> {
    let code: Code =
        oauth.keys.open(Purpose::Code, oauth.origin, params.require("code")?).ok_or_else(|| {
            OAuthError::invalid_grant("The code is not valid").because(Reason::CodeInvalid)
        })?;
    let authorization = &code.authorization;
    if authorization.client != client.key {
        return Err(OAuthError::invalid_grant("The code was issued to another client")
            .because(Reason::CodeOfAnotherClient));
    }
    client.require(authorization.auth_method)?;
    if code.expires <= oauth.now {
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
    let place = RequestPlace::of(oauth.keys, &code.address.id, headers);
    Ok(Pending {
        operation: Operation::Redeem { place },
        rules: rules(oauth),
        refusal: Reason::RevokedByUpstream,
        resource: narrow_resource(oauth, &authorization.resource, resource)?,
        scopes: authorization.scopes.clone(),
        tools_implied: authorization.tools_implied,
        is_code: true,
        code_only: authorization.code_only,
        address: code.address,
        client: client.clone(),
    })
}

fn rules(oauth: &OAuthContext<'_>) -> Rules {
    let tokens = &oauth.config.tokens;
    Rules {
        grace: tokens.refresh_grace,
        max_unconfirmed: tokens.max_unconfirmed,
        is_required: tokens.recheck == Recheck::Required,
    }
}

pub(crate) fn check_verifier(verifier: &str, challenge: &str) -> Result<(), OAuthError> {
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
    oauth: &OAuthContext<'_>,
    headers: &HeaderMap,
    params: &Params,
    client: &Authenticated,
    resource: Option<String>,
) -> Result<Pending, OAuthError> {
    let token = open_refresh(oauth, params.require("refresh_token")?).ok_or_else(|| {
        OAuthError::invalid_grant("The refresh token is not valid").because(Reason::RefreshInvalid)
    })?;
    if token.client != client.key {
        return Err(OAuthError::invalid_grant("The refresh token was issued to another client")
            .because(Reason::RefreshOfAnotherClient));
    }
    client.require(token.auth_method)?;
    let rules = rules(oauth);
    let place = RequestPlace::of(oauth.keys, &token.address.id, headers);
    Ok(Pending {
        operation: Operation::Refresh {
            generation: token.generation,
            rules,
            place,
            has_waited: false,
        },
        rules,
        refusal: Reason::RevokedByUpstream,
        resource: narrow_resource(oauth, &token.resource, resource)?,
        tools_implied: token.tools_implied,
        scopes: narrow_scopes(oauth, token.scopes, token.tools_implied, params.get("scope"))?,
        is_code: false,
        code_only: false,
        address: token.address,
        client: client.clone(),
    })
}

pub(crate) fn open_refresh(oauth: &OAuthContext<'_>, token: &str) -> Option<RefreshToken> {
    oauth.keys.open(Purpose::RefreshToken, oauth.origin, token)
}

/// A grant for the whole server may be narrowed to one resource (RFC 8707 section 2.2).
fn narrow_resource(
    oauth: &OAuthContext<'_>,
    granted: &str,
    requested: Option<String>,
) -> Result<String, OAuthError> {
    match requested {
        None => Ok(granted.to_owned()),
        Some(requested) if requested == granted || granted == oauth.origin => Ok(requested),
        Some(_) => {
            Err(OAuthError::new("invalid_target", "resource was not part of the authorization")
                .because(Reason::ResourceNotGranted))
        }
    }
}

/// Scopes are read as at the sign-in: those that this server does not know are left out, and a client
/// that repeats what it asked for then gets what it got.
fn narrow_scopes(
    oauth: &OAuthContext<'_>,
    granted: Vec<String>,
    tools_implied: bool,
    requested: Option<&str>,
) -> Result<Vec<String>, OAuthError> {
    let Some(requested) = requested else { return Ok(granted) };
    let asked: Vec<&str> = requested.split(' ').collect();
    let wanted: Vec<String> =
        scope::all(oauth.config).filter(|scope| asked.contains(scope)).map(str::to_owned).collect();
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
