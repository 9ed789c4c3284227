//! The bindings of `wrangler.jsonc` that follow from `[storage]`, `[limits]` and `[audit]`.

use serde_json::{Map, Value, json};

use crate::model::{Limits, StorageKind};
use crate::names::{
    LIMIT_ATTEMPT, LIMIT_AUTHORIZE, LIMIT_CALLBACK, LIMIT_GRANT, LIMIT_HOSTED, LIMIT_REGISTER,
    LIMIT_RETURN, LIMIT_TOKEN,
};
use crate::parse::Checked;

/// When expired rows are purged from D1: once an hour, off the full hour, when everybody's jobs
/// start.
pub const PURGE: &str = "17 * * * *";

/// Seconds that a rate limiter counts for. Cloudflare offers 10 and 60.
const LIMIT_PERIOD: u32 = 60;

/// Modulus and factor of the hash in [`namespace_id`]: primes whose product fits in 63 bits, so
/// that a script without unsigned numbers computes the same.
const HASH_MODULUS: i64 = 2_147_483_647;
const HASH_FACTOR: i64 = 16_777_619;

/// The keys of `wrangler.jsonc`, for the Worker of this name.
pub(super) fn bindings(checked: &Checked, worker: &str) -> Map<String, Value> {
    let mut config = Map::new();
    storage(checked, worker, &mut config);
    config.insert("ratelimits".to_owned(), rate_limits(&checked.config.limits, worker));
    for (sink, target) in &checked.audit_targets {
        let list = sink.facts().kind.list();
        let entry = json!({ list.binding: sink.binding(), list.id: target });
        add(&mut config, list.path, entry);
    }
    config
}

/// Puts an entry into the list at a path.
pub(super) fn add(config: &mut Map<String, Value>, path: &[&str], entry: Value) {
    let [key, rest @ ..] = path else { return };
    let empty = if rest.is_empty() { json!([]) } else { json!({}) };
    match config.entry(*key).or_insert(empty) {
        Value::Array(list) => list.push(entry),
        Value::Object(table) => add(table, rest, entry),
        _ => {}
    }
}

fn storage(checked: &Checked, worker: &str, config: &mut Map<String, Value>) {
    let binding = &checked.config.storage.binding;
    let id = checked.storage.id.as_ref();
    match checked.config.storage.kind {
        StorageKind::DurableObject => {}
        StorageKind::Kv => {
            let mut namespace = json!({ "binding": binding });
            if let Some(id) = id {
                namespace["id"] = json!(id);
            }
            config.insert("kv_namespaces".to_owned(), json!([namespace]));
        }
        StorageKind::D1 => {
            let name = checked.storage.database_name.clone();
            let name = name.unwrap_or_else(|| format!("{worker}-oauth"));
            let mut database = json!({ "binding": binding, "database_name": name });
            if let Some(id) = id {
                database["database_id"] = json!(id);
            }
            config.insert("d1_databases".to_owned(), json!([database]));
            config.insert("triggers".to_owned(), json!({ "crons": [PURGE] }));
        }
    }
}

fn rate_limits(limits: &Limits, worker: &str) -> Value {
    let limiter = |binding: &str, limit: u32| {
        json!({
            "name": binding,
            "namespace_id": namespace_id(worker, binding).to_string(),
            "simple": { "limit": limit, "period": LIMIT_PERIOD },
        })
    };
    let mut limiters = vec![
        limiter(LIMIT_REGISTER, limits.register),
        limiter(LIMIT_AUTHORIZE, limits.authorize),
        limiter(LIMIT_TOKEN, limits.token),
        limiter(LIMIT_CALLBACK, limits.callback),
        limiter(LIMIT_GRANT, Limits::GRANT),
        limiter(LIMIT_ATTEMPT, Limits::ATTEMPT),
        limiter(LIMIT_RETURN, Limits::RETURN),
    ];
    if !limits.hosted.is_empty() {
        limiters.push(limiter(LIMIT_HOSTED, limits.hosted_register()));
    }
    limiters.into()
}

/// The namespace of a rate limiter: a positive number below 2^31 that is always the same for a
/// Worker and a binding. All Workers of an account that use one number share its counter.
///
/// The hook of `templates/access` computes it, too, since it alone knows the new Worker's name.
pub fn namespace_id(worker: &str, binding: &str) -> i64 {
    let text = format!("{worker}/{binding}");
    let hash = text.bytes().fold(0, |hash, byte| {
        // Below 2^31 times 2^25, and so far from the end of 63 bits.
        (hash * HASH_FACTOR + i64::from(byte)) % HASH_MODULUS
    });
    // The remainder may be 0.
    hash + 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::names::{BindingKind, GENERATED_BINDINGS};

    fn limiters() -> impl Iterator<Item = &'static str> {
        let bindings = GENERATED_BINDINGS.iter();
        bindings.filter(|(_, kind)| *kind == BindingKind::RateLimiter).map(|(name, _)| *name)
    }

    #[test]
    fn namespaces_never_change() {
        // Another number here would give every deployed server a new counter.
        assert_eq!(
            limiters().map(|binding| namespace_id("access", binding)).collect::<Vec<_>>(),
            [
                227554228, 1875367491, 931753167, 874039238, 1892816186, 1826488154, 381262754,
                1351495519
            ]
        );
    }

    #[test]
    fn servers_and_bindings_do_not_share_a_namespace() {
        let mut ids = BTreeSet::new();
        for worker in (0..500).map(|number| format!("server-{number}")) {
            for binding in limiters() {
                let id = namespace_id(&worker, binding);
                assert!((1..=HASH_MODULUS).contains(&id), "{worker} {binding}: {id}");
                assert!(ids.insert(id), "{worker} {binding}: {id} is taken");
            }
        }
    }
}
