//! `[cron.<name>]`, `[queues.<name>]` and `[email]`: events that start functions without a client.

mod cron;
mod declared;
mod queues;
mod schedule;

use super::text::is_label;
use super::value::{Entry, Section, Value, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::Storage;

pub use self::declared::{Cron, Queue, Triggers};
pub(super) use self::queues::{BINDING, CONCURRENCY, QUEUE_NAME};
pub(super) use self::schedule::SCHEDULE;

pub(super) fn read(root: &Section<'_, '_>) -> Option<Triggers> {
    let crons = cron::read(&root.section("cron"));
    let queues = queues::read(&root.section("queues"));
    let email = root.section("email");
    for entry in email.entries() {
        let message = format!("unknown key `{}`", shown(entry.key));
        let help = "`[email]` has no keys: which addresses lead to the Worker is said at Cloudflare, under \
                    Email Routing";
        entry.report_key(Fault::new(Code::UnknownKey, message, help));
    }
    queues::refuse_own_consumers(root);
    let has_email = root.get("email").is_some();
    Some(Triggers { crons: crons?, queues: queues?, has_email })
}

/// Reports bindings of queues whose names something else has.
pub(super) fn check_names(root: &Section<'_, '_>, storage: Option<&Storage>) {
    queues::check_bindings(root, storage);
}

/// The queues that the file names as Cloudflare does, each with where.
pub(super) fn queue_names<'a, 'i>(root: &Section<'a, 'i>) -> Vec<Value<'a, 'i>> {
    queues::names(root)
}

/// A name that functions say, and that may become part of one at Cloudflare.
fn name(entry: &Entry<'_, '_>, what: &str, example: &str) -> Option<String> {
    if is_label(entry.key) {
        return Some(entry.key.to_owned());
    }
    let message = format!("`{}` is not a name of {what}", shown(entry.key));
    let help = format!("names are up to 63 lower-case letters, digits and `-`: `[{example}]`");
    entry.report_key(Fault::new(Code::InvalidText, message, help));
    None
}
