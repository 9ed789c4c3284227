//! What this isolate knows of the feed.

use std::cell::RefCell;

use toolgate_core::oauth::grant::{GrantKey, GrantOutcome, Operation};
use toolgate_core::revocation::{Known, Plan, TokenFacts, Verdict};

use super::client;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::{millis, now};
use crate::ports::app::{App, Deployment};
use crate::ports::store::Stored;

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// See [`Stands`](crate::ports::store::Stands).
pub(super) fn stands<'a>(
    deployment: Deployment<'a>,
    address: &'a GrantKey,
    client: Option<&'a str>,
    issued: u64,
) -> Stored<'a, Option<u64>> {
    Box::pin(judge(deployment, address, client, issued))
}

async fn judge(
    deployment: Deployment<'_>,
    address: &GrantKey,
    client: Option<&str>,
    issued: u64,
) -> worker::Result<Option<u64>> {
    let Deployment { app, env } = deployment;
    let max_age = u64::from(app.config.tokens.revocation_max_age) * 1000;
    match plan(max_age) {
        Plan::Judge => {}
        Plan::Read => read(app, env).await?,
        Plan::ReadAhead => {
            if let Err(error) = read(app, env).await {
                log_error!("the feed of revocations could not be read: {error}");
                // What is known may have become too old in the meantime.
                if plan(max_age) == Plan::Read {
                    return Err(error);
                }
            }
        }
    }
    let facts = TokenFacts { grant: &address.id, person: &address.subject_key, client, issued };
    let (verdict, read_at) = KNOWN.with_borrow(|known| (known.judge(facts), known.read_at()));
    match verdict {
        Verdict::Stands => Ok(Some(read_at)),
        Verdict::Ended => Ok(None),
        Verdict::Unsure => {
            let outcome = app.store.perform(deployment, address, Operation::Check).await?;
            Ok(matches!(outcome, GrantOutcome::Active { .. }).then(now))
        }
    }
}

fn plan(max_age: u64) -> Plan {
    KNOWN.with_borrow_mut(|known| known.plan(max_age, millis()))
}

/// Reads what is new in the feed.
///
/// # Errors
/// It does not answer.
pub(super) async fn read(app: &App, env: &Env) -> worker::Result<()> {
    let (cursor, asked) = (KNOWN.with_borrow(Known::cursor), millis());
    let news = client::since((app, env), cursor).await?;
    KNOWN.with_borrow_mut(|known| known.take(news, asked));
    Ok(())
}

/// See [`Known::grants_before`].
pub(super) fn grants_before(client: &str) -> u64 {
    KNOWN.with_borrow(|known| known.grants_before(client))
}
