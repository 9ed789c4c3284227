//! At a refresh the identity provider is asked again whether the person still has access.

use toolgate_core::access::upstream::Trouble;
use toolgate_core::audit::{Kind, Reason};
use toolgate_core::limits::RECHECK_TIMEOUT;
use toolgate_core::oauth::callback::{Holder, Identified};
use toolgate_core::oauth::gate::Gate;
use toolgate_core::oauth::grant::{Address, Operation, Outcome};
use worker::console_error;

use super::tell_hint;
use crate::entry::Incoming;
use crate::{grants, upstream};

/// What came of it.
pub(crate) enum Rechecked {
    /// Issue tokens for this outcome.
    Go(Outcome),
    /// The provider no longer vouches for the person; the grant is over.
    Ended,
}

/// Asks about the holder of a grant whose refresh token was just used. Claims that the provider
/// gives anew replace the stored ones; an outage leaves everything as it was. Another use of the
/// same refresh token within the grace asks nobody.
///
/// # Errors
/// The storage does not answer.
pub(crate) async fn recheck(
    incoming: &Incoming<'_>,
    gate: &mut Gate<'_>,
    address: &Address,
    outcome: Outcome,
) -> worker::Result<Rechecked> {
    let Outcome::Active { generation, expires, sealed, advanced: true } = outcome else {
        return Ok(Rechecked::Go(outcome));
    };
    let Some(mut holder) = Holder::open(gate.keys, &address.id, &sealed) else {
        // `token::finish` tells of the key that is gone.
        return Ok(Rechecked::Go(Outcome::Active { generation, expires, sealed, advanced: true }));
    };
    gate.log.person(&address.shard, &holder.caller);
    let sealed = match confirm(incoming, gate, &holder).await {
        Ok(None) => sealed,
        Ok(Some(identified)) => {
            // Said once: not again while it stays so.
            if identified.caller.known != holder.caller.known {
                tell_hint(gate, &identified);
            }
            holder.renew(identified);
            let sealed = holder.seal(gate.keys, &address.id, gate.entropy);
            let update = Operation::Update { sealed: sealed.clone() };
            match grants::perform(incoming, address, update).await? {
                Outcome::Done => sealed,
                over => return Ok(Rechecked::Go(over)),
            }
        }
        Err(Trouble::Failed(reason)) => {
            console_error!("the identity provider could not be asked again: {reason}");
            sealed
        }
        Err(Trouble::Ended(reason)) => {
            console_error!("the identity provider has ended a sign-in: {reason}");
            grants::perform(incoming, address, Operation::Revoke { client: None }).await?;
            gate.log.tell(Kind::Revoked, Reason::RevokedByUpstream);
            return Ok(Rechecked::Ended);
        }
    };
    Ok(Rechecked::Go(Outcome::Active { generation, expires, sealed, advanced: true }))
}

async fn confirm(
    incoming: &Incoming<'_>,
    gate: &Gate<'_>,
    holder: &Holder,
) -> Result<Option<Identified>, Trouble> {
    let asking = incoming.app.identity.confirm(gate, holder);
    upstream::within(RECHECK_TIMEOUT, asking)
        .await
        .unwrap_or_else(|| Err(Trouble::Failed(format!("no answer within {RECHECK_TIMEOUT} s"))))
}
