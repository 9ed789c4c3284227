//! For how long the identity provider can be asked again about somebody who signed in.

use toolgate_config::{Askable, Config};

use super::finding::Finding;

/// The limitation, and its remedy, when the provider cannot be asked at every refresh. `None` when it
/// can be, or when the server is not deployed.
pub(crate) fn limits(config: &Config) -> Option<(String, String)> {
    let identity = &config.identity;
    let provider = identity.provider.name();
    let days = config.tokens.refresh_token_ttl / (24 * 60 * 60);
    let kept = format!("groups and claims stay those of the sign-in for up to {days} days");
    if identity.provider.is_local() {
        return None;
    }
    match identity.askable() {
        Askable::Always => None,
        Askable::Never => Some((
            format!("`{provider}` cannot be asked again at a refresh: {kept}"),
            "a shorter `[tokens] refresh_token_ttl` bounds it".to_owned(),
        )),
        Askable::Briefly => Some((
            format!(
                "`{provider}` gives no refresh token for these scopes and can be asked again only \
                 while its access token lives: after that {kept}"
            ),
            "add `offline_access` to `[identity] scopes`, or shorten `[tokens] refresh_token_ttl`"
                .to_owned(),
        )),
    }
}

/// [`limits`] as a finding.
pub(super) fn finding(config: &Config) -> Option<Finding> {
    limits(config).map(|(found, fix)| Finding::warning("refreshes", found, fix))
}
