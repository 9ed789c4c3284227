//! Inside the object of a person: grants under the times up to which they are over, and what others have to hear of
//! them.

use std::time::Duration;

use toolgate_core::admin::index::Entry;
use toolgate_core::limits::ATTEMPT_TTL;
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation, Write};
use toolgate_core::revocation::record::{self, Applied};
use toolgate_core::revocation::{CLOCK_MARGIN, Notice};
use toolgate_core::seal::Keyring;
use worker::SqlStorageValue;

use super::feed;
use super::outbox::Outbox;
use super::values::{seconds, unreadable, whole};
use crate::grants::in_object;
use crate::platform::host::SqlStorage;
use crate::platform::now;
use crate::ports::object::Object;

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS toolgate_person \
     (id INTEGER PRIMARY KEY CHECK (id = 1), ended INTEGER NOT NULL)";

/// Seconds for which an end is remembered where no grant is left: a sign-in that began before it can come back for as
/// long.
const ENDED_FOR: u64 = ATTEMPT_TTL + CLOCK_MARGIN;

/// Performs an operation on one grant. Whatever it ends is in the feed when this answers.
///
/// # Errors
/// The storage or the feed does not answer. An end is in the outbox then, and is told later.
pub(super) async fn perform(
    object: &Object,
    address: &GrantKey,
    operation: Operation,
) -> worker::Result<GrantOutcome> {
    if uses_tokens(&operation) {
        // A client, or everybody, may have ended since this isolate read the feed.
        feed::read(object.app(), object.env()).await?;
    }
    let outbox = Outbox::of(object);
    let keys = object.app().keyring(object.env()).filter(|_| outbox.has_index());
    let mut is_told = false;
    let mut noted = Ok(());
    let outcome = in_object::change(object, &address.id, |stored| {
        let before = stored.clone();
        let applied = match ended(&object.sql()) {
            Ok(ended) => apply(stored, operation, ended),
            Err(error) => {
                noted = Err(error);
                return (Write::Keep, GrantOutcome::Gone);
            }
        };
        // In the same transaction as the record: nothing here waits.
        is_told = applied.is_told;
        noted = note(&outbox, keys.as_ref(), address, before, &applied);
        (applied.write, applied.outcome)
    })
    .await?;
    noted?;
    settle(object, &outbox, is_told).await?;
    Ok(outcome)
}

/// True for an operation that hands tokens out, or that stands for a call.
pub(super) fn uses_tokens(operation: &Operation) -> bool {
    matches!(operation, Operation::Redeem { .. } | Operation::Refresh { .. } | Operation::Check)
}

/// Applies an operation to a record, where grants that were made until `ended` are over, or those of the client.
pub(super) fn apply(stored: Option<Grant>, operation: Operation, ended: u64) -> Applied {
    let client = match (&stored, &operation) {
        (Some(grant), _) => Some(&*grant.client),
        (None, Operation::Create(grant)) => Some(&*grant.client),
        (None, _) => None,
    };
    let ended = ended.max(client.map_or(0, feed::grants_before));
    record::apply(stored, operation, ended, now())
}

/// Notes what the feed and the index have to hear.
fn note(
    outbox: &Outbox,
    keys: Option<&Keyring>,
    address: &GrantKey,
    before: Option<Grant>,
    applied: &Applied,
) -> worker::Result<()> {
    if applied.is_told {
        outbox.note(&Notice::grant(&address.id, &address.subject_key))?;
    }
    let after = match &applied.write {
        Write::Put(grant) | Write::Note(grant) => Some(&**grant),
        Write::Keep => before.as_ref(),
    };
    let entry = keys
        .zip(after)
        .and_then(|(keys, grant)| Entry::of(keys, &address.subject_key, &address.id, grant));
    entry.map_or(Ok(()), |entry| outbox.index(&entry))
}

/// Ends the grants that were made until now, or until that was decided elsewhere; tells how many there were.
///
/// # Errors
/// As [`perform`].
pub(super) async fn end(
    object: &Object,
    person: &str,
    decided: Option<u64>,
) -> worker::Result<usize> {
    let outbox = Outbox::of(object);
    let keys = object.app().keyring(object.env()).filter(|_| outbox.has_index());
    let (now, sql) = (now(), object.sql());
    let before = record::ended_before(decided, now);
    let latest = ended(&sql)?.max(before);
    sql.exec("INSERT OR REPLACE INTO toolgate_person VALUES (1, ?)", vec![seconds(latest)])?;
    let grants = in_object::list(object)?;
    let (changed, notices) = record::end_person(person, grants, before, now);
    for (id, grant) in &changed {
        in_object::put(&sql, id, grant)?;
        let entry = keys.as_ref().and_then(|keys| Entry::of(keys, person, id, grant));
        entry.map_or(Ok(()), |entry| outbox.index(&entry))?;
    }
    for notice in &notices {
        outbox.note(notice)?;
    }
    settle(object, &outbox, true).await?;
    Ok(changed.iter().filter(|(_, grant)| grant.expires > now).count())
}

/// Tells the feed before the answer, and the index after it. The alarm does what fails.
async fn settle(object: &Object, outbox: &Outbox, is_told: bool) -> worker::Result<()> {
    if !outbox.is_pending()? {
        return Ok(());
    }
    schedule(object, outbox).await?;
    if is_told {
        outbox.tell().await?;
    }
    if outbox.is_pending()? {
        let later = Outbox::of(object);
        object.state().wait_until(async move { later.send().await });
    }
    Ok(())
}

/// What the alarm does: sends what is in the outbox, and deletes what is of no more use.
///
/// # Errors
/// The storage fails.
pub(super) async fn look_after(object: &Object) -> worker::Result<()> {
    let outbox = Outbox::of(object);
    if let Err(error) = outbox.tell().await {
        crate::platform::console::log_error!("the feed of revocations was not told: {error}");
    }
    outbox.send().await;
    in_object::purge_rows(object)?;
    outbox.purge()?;
    schedule(object, &outbox).await
}

/// Sets the alarm for whatever comes first; deletes everything where nothing is left.
async fn schedule(object: &Object, outbox: &Outbox) -> worker::Result<()> {
    let (now, sql) = (now(), object.sql());
    let remembered = ended(&sql)? + ENDED_FOR;
    let times = [
        outbox.next_attempt(now)?,
        in_object::earliest(&sql)?.map(|at| at + 1),
        Some(remembered).filter(|at| *at > now),
    ];
    match times.into_iter().flatten().min() {
        Some(at) => {
            let wait = Duration::from_secs(at.saturating_sub(now).max(1));
            object.state().storage().set_alarm(wait).await
        }
        None => object.state().storage().delete_all().await,
    }
}

/// The time up to which the person's grants are over; 0 where they never were ended.
fn ended(sql: &SqlStorage) -> worker::Result<u64> {
    sql.exec(CREATE_TABLE, None)?;
    match sql.exec("SELECT ended FROM toolgate_person", None)?.raw().next().transpose()?.as_deref()
    {
        None => Ok(0),
        Some([ended @ (SqlStorageValue::Integer(_) | SqlStorageValue::Float(_))]) => {
            whole(ended).ok_or_else(unreadable)
        }
        Some(_) => Err(unreadable()),
    }
}
