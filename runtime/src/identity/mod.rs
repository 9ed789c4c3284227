//! Identity providers: one implementation for each kind of `[identity] provider`.
//!
//! `serve!()` names the one of its `mcp.toml`, so the others are not linked.

mod cloudflare_access;
mod cloudflare_access_jwt;
mod github;
pub(crate) mod keys;
mod nobody;
mod oidc;
mod presets;
mod recheck;
mod renew;

use toolgate_core::oauth::callback::{Identified, Returned};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::Reply;

use crate::platform::console::log_error;

pub(crate) use cloudflare_access::ask;
pub(crate) use keys::overdue;
pub(crate) use recheck::confirm;
pub(crate) use renew::renew;

/// Cloudflare Access for SaaS, and the dev identity provider of `cargo toolgate dev`.
pub static CLOUDFLARE_ACCESS: cloudflare_access::CloudflareAccess =
    cloudflare_access::CloudflareAccess;
/// Any OpenID provider, found by discovery.
pub static OIDC: oidc::Oidc<presets::Plain> = oidc::Oidc(presets::Plain);
/// Microsoft Entra ID.
pub static ENTRA: oidc::Oidc<presets::Entra> = oidc::Oidc(presets::Entra);
/// Google.
pub static GOOGLE: oidc::Oidc<presets::Google> = oidc::Oidc(presets::Google);
/// Amazon Cognito.
pub static COGNITO: oidc::Oidc<presets::Cognito> = oidc::Oidc(presets::Cognito);
/// GitLab.
pub static GITLAB: oidc::Oidc<presets::GitLab> = oidc::Oidc(presets::GitLab);
/// GitHub.
pub static GITHUB: github::GitHub = github::GitHub;
/// No provider: every program on this very machine is let in.
pub static NOBODY: nobody::Nobody = nobody::Nobody;
/// Cloudflare Access in front of the Worker.
pub static CLOUDFLARE_ACCESS_JWT: cloudflare_access_jwt::CloudflareAccessJwt =
    cloudflare_access_jwt::CloudflareAccessJwt;

/// Writes to the log why somebody's groups are unknown, where they are.
pub(crate) fn tell_hint(oauth: &OAuthContext<'_>, identified: &Identified) {
    let hint = identified.caller.known.hint(&oauth.config.identity.groups_name());
    if let Some(hint) = hint {
        log_error!("{hint}");
    }
}

/// The reply when the provider did not answer in the course of a sign-in.
fn unavailable(
    oauth: &OAuthContext<'_>,
    returned: &Returned,
    what: &str,
    error: &dyn std::fmt::Display,
) -> Box<Reply> {
    log_error!("sign-in failed: {what}: {error}");
    Box::new(returned.unavailable(oauth))
}
