//! Cron triggers and consumers of queues, from `[cron]` and `[queues]`.

use serde_json::{Map, Value, json};

use super::bindings::add;
use super::worker::without_position;
use crate::binding_lists::{QUEUE_CONSUMERS, QUEUE_PRODUCERS};
use crate::diagnostic::{Code, Diagnostic, Fault};
use crate::parse::{Checked, Queue, is_label};

/// Adds what starts the Worker's functions to the keys of `wrangler.jsonc`.
pub(super) fn triggers(checked: &Checked, worker: &str, config: &mut Map<String, Value>) {
    for cron in &checked.triggers.crons {
        // Functions may share a time, and may have that of the purge.
        let crons = config.get("triggers").and_then(|triggers| triggers["crons"].as_array());
        if !crons.is_some_and(|crons| crons.contains(&Value::from(cron.schedule.as_str()))) {
            add(config, &["triggers", "crons"], cron.schedule.as_str().into());
        }
    }
    for queue in &checked.triggers.queues {
        let name = queue_name(queue, worker);
        if let Some(binding) = &queue.binding {
            let entry = json!({ QUEUE_PRODUCERS.binding: binding, QUEUE_PRODUCERS.id: name });
            add(config, QUEUE_PRODUCERS.path, entry);
        }
        add(config, QUEUE_CONSUMERS.path, consumer(checked, queue, worker));
    }
}

fn consumer(checked: &Checked, queue: &Queue, worker: &str) -> Value {
    // Said, because wrangler's own defaults have changed before.
    let mut entry = json!({
        QUEUE_CONSUMERS.id: queue_name(queue, worker),
        "max_batch_size": queue.max_batch_size,
        "max_batch_timeout": queue.max_batch_timeout,
        "max_retries": queue.max_retries,
        "retry_delay": queue.retry_delay,
    });
    if let Some(name) = &queue.dead_letter_queue {
        entry["dead_letter_queue"] = dead_letter_queue(checked, name, worker).into();
    }
    if let Some(batches) = queue.max_concurrency {
        entry["max_concurrency"] = batches.into();
    }
    entry
}

/// The name of a queue at Cloudflare, for the Worker of this name.
#[must_use]
pub fn queue_name(queue: &Queue, worker: &str) -> String {
    match &queue.queue {
        Some(name) => name.to_string(),
        None => of_worker(&queue.name, worker),
    }
}

/// The name of a dead-letter queue there: that of the section it names, or one of the Worker's own.
#[must_use]
pub fn dead_letter_queue(checked: &Checked, name: &str, worker: &str) -> String {
    let section = checked.triggers.queues.iter().find(|queue| queue.name == name);
    section.map_or_else(|| of_worker(name, worker), |queue| queue_name(queue, worker))
}

/// Names of Workers may have `_`, those of queues may not.
fn of_worker(name: &str, worker: &str) -> String {
    format!("{}-{name}", worker.replace('_', "-"))
}

/// Names that Cloudflare would refuse: a Worker's and a queue's together are longer than one label.
pub(super) fn check(checked: &Checked, worker: &str) -> Result<(), Vec<Diagnostic>> {
    let queues = &checked.triggers.queues;
    let dead = queues.iter().filter_map(|queue| queue.dead_letter_queue.as_deref());
    let dead = dead.map(|name| dead_letter_queue(checked, name, worker));
    let names = queues.iter().map(|queue| queue_name(queue, worker)).chain(dead);
    let faults: Vec<_> = names.filter(|name| !is_label(name)).map(|name| too_long(&name)).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn too_long(name: &str) -> Diagnostic {
    let message = format!("`{name}` is not a name of a queue at Cloudflare");
    let help = "names are up to 63 characters, those of the Worker and of the queue together: shorten one, or \
                write `queue = \"…\"` into its section";
    without_position(Fault::new(Code::InvalidText, message, help))
}
