//! The person's token by the grant under which they call.

use toolgate_core::oauth::grant::GrantKey;
use toolgate_core::oauth::grant::access::{AccessOperation, AccessOutcome, fingerprint};
use toolgate_core::seal::Keyring;

use super::memory::{self, Found, Held, Outcome};
use super::record::perform;
use super::renew::{self, Renewed, Why};
use crate::auth::renewing::{self, Patience};
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::now;
use crate::ports::app::App;
use crate::ports::as_caller::{NoToken, UpstreamToken};

/// One grant, for a call under it.
pub(super) struct Call {
    pub(super) app: &'static App,
    pub(super) env: Env,
    pub(super) keys: Keyring,
    pub(super) address: GrantKey,
}

/// Result of looking a token up in the record, and of renewing it if it had to be.
pub(super) enum Asked {
    Token(Held),
    /// Another request asks.
    Busy,
    Nothing(Why),
}

/// The token of a grant, given as when the caller's token was issued and the grant's id.
pub(super) async fn token(
    app: &'static App,
    env: Env,
    subject_key: &str,
    grant: &str,
    refused: Option<UpstreamToken>,
) -> Result<UpstreamToken, NoToken> {
    let (issued, id) = grant.split_once(' ').ok_or(NoToken::SignInAgain)?;
    let issued = issued.parse().unwrap_or(u64::MAX);
    let keys = app.keyring(&env).ok_or(NoToken::Unavailable)?;
    let address = GrantKey { subject_key: subject_key.to_owned(), id: id.to_owned() };
    let call = Call { app, env, keys, address };
    let refused = refused.as_ref().map(|token| token.text.expose_str());
    let held = call.wait(issued, refused).await?;
    Ok(UpstreamToken::new(app.config.identity.provider.protocol(), &held.text, held.can_renew))
}

fn nothing(why: NoToken) -> Asked {
    Asked::Nothing(Why::once(why))
}

impl Call {
    async fn wait(&self, issued: u64, refused: Option<&str>) -> Result<Held, NoToken> {
        let mut patience = Patience::new();
        loop {
            let since = self.read_since(issued, now());
            match memory::find(&self.keys, &self.address.id, since, refused) {
                Found::Token(held) => return Ok(held),
                Found::Failed => return Err(NoToken::Unavailable),
                Found::Refused(why) => return Err(why),
                Found::Busy => {}
                Found::Ask(seen) => match self.ask_once(seen, refused).await {
                    Asked::Token(held) => return Ok(held),
                    Asked::Nothing(why) => return Err(why.no_token),
                    Asked::Busy => {}
                },
            }
            if !patience.wait().await {
                return Err(NoToken::Unavailable);
            }
        }
    }

    /// Time from which on a token in memory must have been read. A call that outlives its own access token looks at
    /// the record again, as its client had to for a new one: the grant may have ended.
    fn read_since(&self, issued: u64, now: u64) -> u64 {
        issued.max(now.saturating_sub(self.app.config.tokens.access_token_ttl.into()))
    }

    /// Asks the record as the only call of this isolate that does.
    async fn ask_once(&self, seen: Option<String>, refused: Option<&str>) -> Asked {
        memory::begin(&self.address.id);
        let asked = self.ask(seen, refused).await.unwrap_or_else(|error| {
            log_error!("a call as the caller failed: the storage: {error}");
            nothing(NoToken::Unavailable)
        });
        let outcome = match &asked {
            Asked::Token(held) => Outcome::Token(held),
            Asked::Busy => Outcome::Unknown,
            Asked::Nothing(Why { no_token: NoToken::Unavailable, .. }) => Outcome::Failed,
            Asked::Nothing(Why { no_token, stays: true }) => Outcome::Refused(*no_token),
            Asked::Nothing(_) => Outcome::None,
        };
        memory::end(&self.keys, &self.address.id, outcome);
        asked
    }

    /// Reads the record, and has its token renewed where it is no longer good.
    async fn ask(&self, seen: Option<String>, refused: Option<&str>) -> worker::Result<Asked> {
        let first = self.perform(AccessOperation::Take { seen }).await?;
        let AccessOutcome::Stands { sealed } = first else {
            return self.renewed(first, refused.is_some()).await;
        };
        let held = match renew::read(self, &sealed, refused) {
            Ok(held) => held,
            Err(why) => return Ok(nothing(why)),
        };
        if let Some(held) = held {
            return Ok(Asked::Token(held));
        }
        let seen = Some(fingerprint(&sealed));
        let second = self.perform(AccessOperation::Take { seen }).await?;
        // Somebody has changed it between the two: the next look finds what they stored.
        match second {
            AccessOutcome::Stands { .. } => Ok(Asked::Busy),
            second => self.renewed(second, refused.is_some()).await,
        }
    }

    /// Renews the token where the lease was taken.
    async fn renewed(
        &self,
        outcome: AccessOutcome,
        replaces_refused: bool,
    ) -> worker::Result<Asked> {
        let AccessOutcome::Renew { sealed, lease } = outcome else {
            return Ok(match outcome {
                AccessOutcome::Busy => Asked::Busy,
                _ => nothing(NoToken::SignInAgain),
            });
        };
        let seen = fingerprint(&sealed);
        let Renewed { answer, held, why } = renew::renew(self, &sealed).await;
        let held = held.map(|held| Held { replaces_refused, ..held });
        let settle = AccessOperation::Settle { lease, seen, answer };
        let outcome = renewing::store(async || self.perform(settle.clone()).await).await;
        Ok(match (outcome, held) {
            // The person has ended it in the meantime.
            (Ok(AccessOutcome::Gone | AccessOutcome::Ended), Some(_)) => {
                nothing(NoToken::SignInAgain)
            }
            (Ok(AccessOutcome::Stands { .. }), Some(held)) => {
                Asked::Token(Held { at: now(), ..held })
            }
            // It is good, whatever became of the record.
            (_, Some(held)) => Asked::Token(held),
            (Ok(AccessOutcome::Busy), None) => Asked::Busy,
            (Ok(_), None) => Asked::Nothing(why),
            (Err(_), None) => nothing(NoToken::Unavailable),
        })
    }

    async fn perform(&self, operation: AccessOperation) -> worker::Result<AccessOutcome> {
        perform(self.app, &self.env, &self.address, operation).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::renew::tests::call;

    #[test]
    fn a_call_that_outlives_its_access_token_looks_at_the_record_again() {
        let call = call("hosts = [\"a.example\"]\n");
        assert_eq!(call.read_since(10_000, 10_000 + 3_600), 10_000);
        assert_eq!(call.read_since(10_000, 10_000 + 3_601), 10_001);
        assert_eq!(call.read_since(10_000, 20_000), 16_400);
    }
}
