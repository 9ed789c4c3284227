//! From a call to the account of its person.

use futures_util::future::LocalBoxFuture;
use toolgate_config::Connection;
use toolgate_core::account::record::{AccountOperation, AccountOutcome, Answer, fingerprint};
use toolgate_core::account::tokens::{AccountKey, AccountTokens};
use toolgate_core::seal::{Entropy as _, Keyring};
use toolgate_core::secret::Secret;

use super::asker::admit;
use super::party::withdraw;
use super::renew::renew;
use super::{people, perform};
use crate::auth::renewing::{self, Patience};
use crate::platform::PlatformEntropy;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::ports::accounts::{AccountToken, NoAccount};
use crate::ports::app::App;
use crate::ports::principal::Principal;

/// One account, for a call that uses it.
struct Call<'a> {
    app: &'static App,
    env: &'a Env,
    keys: &'a Keyring,
    connection: &'static Connection,
    /// Pseudonym of the person.
    person: &'a str,
}

/// Result of one look at the row.
enum Looked {
    Token(AccountToken),
    /// Another request renews it, or the row has changed.
    Again,
    Nothing(NoAccount),
}

/// See [`Accounts`](crate::ports::accounts::Accounts).
pub(super) fn token(
    app: &'static App,
    env: Env,
    principal: Principal,
    connection: &'static Connection,
    refused: Option<AccountToken>,
) -> LocalBoxFuture<'static, Result<AccountToken, NoAccount>> {
    Box::pin(async move {
        let keys = app.keyring(&env).ok_or(NoAccount::Unavailable)?;
        admit((app, &env, &keys), &principal, connection).await?;
        let people = people(app, &env, &keys, &principal.caller);
        if people.is_empty() {
            return Err(NoAccount::Unavailable);
        }
        let refused = refused.map(|token| token.version);
        for person in &people {
            let call = Call { app, env: &env, keys: &keys, connection, person };
            match call.wait(refused.as_deref()).await {
                Err(NoAccount::NotConnected) => {}
                other => return other,
            }
        }
        Err(NoAccount::NotConnected)
    })
}

impl Call<'_> {
    async fn wait(&self, refused: Option<&str>) -> Result<AccountToken, NoAccount> {
        let mut patience = Patience::new();
        loop {
            match self.look(refused).await {
                Looked::Token(token) => return Ok(token),
                Looked::Nothing(why) => return Err(why),
                Looked::Again => {}
            }
            if !patience.wait().await {
                return Err(NoAccount::Unavailable);
            }
        }
    }

    async fn look(&self, refused: Option<&str>) -> Looked {
        let lease = PlatformEntropy.token();
        let refused = refused.map(str::to_owned);
        let take = AccountOperation::Take { refused, lease: lease.clone() };
        match self.perform(take).await {
            Ok(AccountOutcome::Renew { sealed, generation }) => {
                self.renewed(lease, generation, sealed).await
            }
            outcome => self.looked(outcome),
        }
    }

    /// Renews the tokens under the lease that was taken.
    async fn renewed(&self, lease: String, generation: String, sealed: String) -> Looked {
        let opens = AccountTokens::open(self.keys, self.key(), &sealed).is_some();
        let answer = renew(self.connection, self.env, self.keys, (self.person, &sealed)).await;
        let new = match &answer {
            Answer::Renewed(kept) => Some(kept.sealed.clone()),
            Answer::Refused | Answer::Failed => None,
        };
        let seen = fingerprint(&sealed);
        let settle = AccountOperation::Settle { lease, generation, seen, answer };
        let outcome = renewing::store(async || self.perform(settle.clone()).await).await;
        match outcome {
            // Of an account that the person has ended. One that they have replaced is left alone, as at the return
            // from the third party.
            Ok(AccountOutcome::Ended) => {
                if let Some(new) = new {
                    withdraw(self.connection, self.env, self.keys, (self.person, &new)).await;
                }
                Looked::Again
            }
            // Nobody was asked about tokens that do not open.
            Ok(AccountOutcome::Gone) if opens => Looked::Nothing(NoAccount::Ended),
            outcome => self.looked(outcome),
        }
    }

    fn looked(&self, outcome: worker::Result<AccountOutcome>) -> Looked {
        match outcome {
            Ok(AccountOutcome::Token(sealed)) => self.open(&sealed),
            Ok(AccountOutcome::Busy | AccountOutcome::Replaced | AccountOutcome::Ended) => {
                Looked::Again
            }
            Ok(AccountOutcome::Gone) => Looked::Nothing(NoAccount::NotConnected),
            Ok(_) => Looked::Nothing(NoAccount::Unavailable),
            Err(error) => {
                log_error!("an account cannot be used: the storage: {error}");
                Looked::Nothing(NoAccount::Unavailable)
            }
        }
    }

    fn open(&self, sealed: &str) -> Looked {
        match AccountTokens::open(self.keys, self.key(), sealed) {
            Some(tokens) => {
                let (text, version) = (Secret::new(tokens.access), fingerprint(sealed));
                Looked::Token(AccountToken { text, version })
            }
            // The key that sealed it is gone, or it is another third party's: the person connects again, in its
            // place.
            None => Looked::Nothing(NoAccount::NotConnected),
        }
    }

    fn key(&self) -> AccountKey<'_> {
        AccountKey { person: self.person, connection: self.connection }
    }

    async fn perform(&self, operation: AccountOperation) -> worker::Result<AccountOutcome> {
        perform(self.app, self.env, self.person, &self.connection.name, operation).await
    }
}
