//! At a refresh the identity provider is asked again whether the person still has access.

use toolgate_core::limits::RECHECK_TIMEOUT;
use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::course::Confirmation;
use toolgate_core::upstream::trouble::{Cause, Trouble};

use super::tell_hint;
use crate::platform::console::log_error;
use crate::platform::within::within;
use crate::ports::app::App;
use crate::ports::identity_provider::Kept;

/// Asks about the holder of a grant. The log tells what the provider did not confirm.
pub(crate) async fn confirm(
    app: &App,
    oauth: &OAuthContext<'_>,
    holder: &GrantSubject,
) -> Confirmation {
    let kept = Kept::default();
    let asking = app.identity.confirm(oauth, holder, &kept);
    let verdict = within(RECHECK_TIMEOUT, asking).await.unwrap_or_else(|| {
        Err(Trouble::Failed(Cause::Timeout, format!("no answer within {RECHECK_TIMEOUT} s")))
    });
    match &verdict {
        // Said once: not again while it stays so.
        Ok(Some(identified)) if identified.caller.known != holder.caller.known => {
            tell_hint(oauth, identified);
        }
        Ok(_) => {}
        Err(Trouble::Ended(_, reason)) => {
            log_error!("the identity provider has ended a sign-in: {reason}");
        }
        Err(Trouble::Failed(Cause::Credentials, reason)) => {
            log_error!(
                "the identity provider refuses this server's own client id or secret ({reason}): it \
                 confirms nobody, and grants end after [tokens] max_unconfirmed; make a new client \
                 secret there and set it with `cargo toolgate wrangler -- secret put`"
            );
        }
        Err(Trouble::Failed(_, reason)) => {
            log_error!("the identity provider could not be asked again: {reason}");
        }
    }
    Confirmation { upstream: kept.take(), verdict }
}
