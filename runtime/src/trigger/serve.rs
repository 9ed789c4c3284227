//! The handlers: which functions an event starts, and what the platform is told of them.

use futures_util::future::join_all;

use super::def::{TriggerCall, TriggerDef, TriggerKind, Triggers, of};
use super::log;
use super::mail::Email;
use super::message::RawMessage;
use super::run::{Failure, Scheduled, Site, run_batch, run_cron, run_email, run_message};
use crate::platform::console::log_error;
use crate::ports::app::Deployment;

/// Runs what this schedule is of: the functions of all crons that have it, and the purge of the storage. The
/// name of a cron stands for it, too: `cargo toolgate trigger` starts one alone by it.
///
/// # Errors
///
/// For the platform: what has failed. The log has the words.
pub(crate) async fn scheduled(
    site: &Site,
    triggers: &Triggers,
    schedule: &str,
    at: Scheduled,
) -> Result<(), String> {
    let crons = triggers.crons.iter();
    let started = crons.filter(|(name, own)| *own == schedule || *name == schedule);
    let names: Vec<&str> = started.map(|(name, _)| *name).collect();
    // Whatever else starts the Worker started the purge before there were other crons.
    let purges = triggers.purge.is_some_and(|own| own == schedule || names.is_empty());
    if names.is_empty() && !purges {
        return Err(format!("mcp.toml has no cron with the schedule `{schedule}`"));
    }
    let purge = async {
        if !purges {
            return None;
        }
        let deployment = Deployment { app: site.app, env: &site.env };
        let error = site.app.store.purge(deployment).await.err()?;
        log_error!("the purge of the storage failed: {error}");
        Some("the purge of the storage".to_owned())
    };
    let functions = join_all(names.into_iter().map(|name| cron(site, name, at)));
    let (purge, functions) = futures_util::future::join(purge, functions).await;
    let failed: Vec<_> = purge.into_iter().chain(functions.into_iter().flatten()).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// Runs the function of a cron; `Some` where it failed.
async fn cron(site: &Site, name: &str, at: Scheduled) -> Option<String> {
    let Some(def) = of(TriggerKind::Cron, name).next() else {
        return Some(format!("no function has `{}`", TriggerKind::Cron.attribute(name)));
    };
    let failure = run_cron(site, def, at).await.err()?;
    log::failed(def, &failure, None);
    Some(format!("the function of `{}`", TriggerKind::Cron.section(name)))
}

/// Runs the function of the queue that has this name at Cloudflare. Each message is acknowledged or comes
/// again by itself.
///
/// # Errors
///
/// For the platform: no function takes messages of the queue, so that all come again.
pub(crate) async fn batch(
    site: &Site,
    triggers: &Triggers,
    queue: &str,
    all: Vec<RawMessage>,
) -> Result<(), String> {
    let known = triggers.queues.iter().find(|(_, at_cloudflare)| *at_cloudflare == queue);
    let def = known.and_then(|(name, _)| of(TriggerKind::Queue, name).next());
    let Some(def) = def else {
        return Err(format!("no function takes the messages of the queue `{queue}`"));
    };
    messages(site, def, all).await;
    Ok(())
}

/// Runs the function for messages, and decides about each.
pub(crate) async fn messages(site: &Site, def: &'static TriggerDef, all: Vec<RawMessage>) {
    if let TriggerCall::Batch(_) = def.call {
        let outcome = run_batch(site, def, all.clone()).await;
        if let Err(failure) = &outcome {
            log::failed(def, failure, None);
        }
        all.iter().for_each(|message| message.settle(outcome.is_ok()));
        return;
    }
    // One after the other: a function that could run several at a time takes the batch.
    for message in all {
        let outcome = run_message(site, def, message.clone()).await;
        if let Err(failure) = &outcome {
            log::failed(def, failure, Some(&message));
        }
        message.settle(outcome.is_ok());
    }
}

/// Runs the function for a mail.
///
/// # Errors
///
/// For the platform: it failed. The log has the words.
pub(crate) async fn mail(site: &Site, email: Email) -> Result<(), String> {
    let Some(def) = of(TriggerKind::Email, "").next() else {
        return Err("no function has `#[email]`".to_owned());
    };
    let outcome: Result<(), Failure> = run_email(site, def, email).await;
    outcome.map_err(|failure| {
        log::failed(def, &failure, None);
        "the function of `#[email]` failed".to_owned()
    })
}
