//! `[queues.<name>]`: functions that take messages.

use super::super::audit;
use super::super::bindings;
use super::super::form::Form;
use super::super::keys;
use super::super::kind::{ValueKind as _, integer};
use super::super::schema::{pattern, shape};
use super::super::text;
use super::super::value::{Entry, Section, Value, shown};
use super::super::wrangler::open_table;
use super::declared::Queue;
use super::name;
use crate::Target;
use crate::diagnostic::{Code, Fault};
use crate::model::Storage;

/// The number of batches that may run at a time; Cloudflare runs 250 at most.
pub(in super::super) const CONCURRENCY: (i64, i64) = (1, 250);

/// The name of a queue, as Cloudflare or another section has it.
pub(in super::super) const QUEUE_NAME: Form = Form::new(
    |text| {
        let help = "names are up to 63 lower-case letters, digits and `-`, for example `jobs`";
        audit::name(text, Target::Label { title: "queue", help })
    },
    || shape::pattern(&pattern::label()),
);

pub(in super::super) const BINDING: Form =
    Form::new(text::variable_name, || shape::pattern(&pattern::variable()));

pub(super) fn read(section: &Section<'_, '_>) -> Option<Vec<Queue>> {
    let queues: Vec<_> = section.entries().map(|entry| queue(&entry)).collect();
    let mut queues = queues.into_iter().collect::<Option<Vec<_>>>()?;
    queues.sort_by(|one, other| one.name.cmp(&other.name));
    Some(queues)
}

fn queue(entry: &Entry<'_, '_>) -> Option<Queue> {
    let name = name(entry, "a queue", "queues.jobs");
    let table = entry.value.open(entry.key_span.clone())?;
    table.refuse_unknown(keys::of("queues.*"));
    let (queue, binding) = (Queue::queue(&table), Queue::binding(&table));
    let (size, timeout) = (Queue::max_batch_size(&table), Queue::max_batch_timeout(&table));
    let (retries, delay) = (Queue::max_retries(&table), Queue::retry_delay(&table));
    let dead_letters = Queue::dead_letter_queue(&table);
    let concurrency = match table.get("max_concurrency") {
        Some(value) => integer(0, CONCURRENCY).of(&value).map(Some),
        None => Some(None),
    };
    let name = name?;
    let dead_letters = dead_letters?;
    if let Some(value) =
        table.get("dead_letter_queue").filter(|_| dead_letters.as_deref() == Some(&name))
    {
        let message = format!("`{}` is the dead-letter queue of itself", shown(&name));
        let help = "name another queue: messages that fail would come back for ever";
        value.report(Fault::new(Code::ConflictingKeys, message, help));
    }
    Some(Queue {
        name,
        queue: queue?,
        binding: binding?,
        max_batch_size: size?,
        max_batch_timeout: timeout?,
        max_retries: retries?,
        retry_delay: delay?,
        dead_letter_queue: dead_letters,
        max_concurrency: concurrency?,
    })
}

/// Reports bindings that something else has, and queues that are consumed twice.
pub(super) fn check_bindings(root: &Section<'_, '_>, storage: Option<&Storage>) {
    let wrangler = root.get("wrangler").and_then(|value| open_table(&value));
    let vars = wrangler.as_ref().and_then(|wrangler| open_table(&wrangler.get("vars")?));
    let own = bindings::wrangler_names(root);
    let bindings = bindings::of_queues(root, "binding");
    for (index, value) in bindings.iter().enumerate() {
        let Some(name) = value.raw().as_str() else { continue };
        let is_variable = vars.as_ref().is_some_and(|vars| vars.get(name).is_some());
        let is_repeated = bindings[..index].iter().any(|other| other.raw().as_str() == Some(name));
        if is_variable || is_repeated || own.contains(&name) || bindings::is_binding(storage, name)
        {
            let message = format!("binding `{}` is the name of something else, too", shown(name));
            value.report(Fault::new(Code::WranglerCollision, message, "use another name"));
        }
    }
    let queues = names(root);
    for (index, value) in queues.iter().enumerate() {
        let Some(name) = value.raw().as_str() else { continue };
        if queues[..index].iter().any(|other| other.raw().as_str() == Some(name)) {
            let message = format!("two sections take the messages of `{}`", shown(name));
            let help = "a queue has one consumer: leave one of them out";
            value.report(Fault::new(Code::DuplicateValue, message, help));
        }
    }
}

/// The queues that the file names as Cloudflare does.
pub(super) fn names<'a, 'i>(root: &Section<'a, 'i>) -> Vec<Value<'a, 'i>> {
    bindings::of_queues(root, "queue")
}

/// Consumers in `[wrangler]` would have a Worker without a handler of queues.
pub(super) fn refuse_own_consumers(root: &Section<'_, '_>) {
    let wrangler = root.get("wrangler").and_then(|value| open_table(&value));
    let queues = wrangler.and_then(|wrangler| open_table(&wrangler.get("queues")?));
    if let Some(entry) = queues.and_then(|queues| queues.entry("consumers")) {
        let message = "`wrangler.queues.consumers` is generated from `[queues]`".to_owned();
        let help = "write `[queues.NAME]` for each queue, with `queue = \"…\"` for its name at Cloudflare, and \
                    a function with `#[queue(\"NAME\")]`";
        entry.report_key(Fault::new(Code::WranglerCollision, message, help));
    }
}
