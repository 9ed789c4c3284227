//! The server's needs in `wrangler.jsonc`, without `[wrangler]`.

use serde_json::{Map, Value, json};

use super::bindings::bindings;
use super::triggers::triggers;
use super::variables::variables;
use crate::names::{OBJECT_BINDING, OBJECT_CLASS, OBJECT_MIGRATION};
use crate::parse::{Checked, STRICT_FETCH};

/// `compatibility_date` of generated servers: the newest that the pinned workerd knows.
pub const COMPATIBILITY_DATE: &str = "2026-11-17";

/// Port of local development, the one that the seed demo uses.
pub const DEV_PORT: u16 = 8788;

/// The worker-build that belongs to the pinned `worker` crate.
pub const WORKER_BUILD_VERSION: &str = "0.8.7";

/// `limits.subrequests` of servers that announce changes. Telling 10,000 sessions takes as many requests,
/// and rounds that follow each other are one invocation; Cloudflare takes up to 10,000,000.
const SUBREQUESTS: u32 = 1_000_000;

/// The variable that says in which jurisdiction a Worker finds its Durable Objects: nothing reads it but
/// `cargo toolgate deploy`, from the Worker that is live.
pub const JURISDICTION: &str = "TOOLGATE_JURISDICTION";

/// The server's needs, without `[wrangler]`.
pub(super) fn generated(checked: &Checked, name: &str) -> Map<String, Value> {
    let required: Vec<String> =
        variables(checked).into_iter().map(|variable| variable.name).collect();
    let build = format!(
        "cargo install -q worker-build@{WORKER_BUILD_VERSION} --locked && worker-build --release"
    );
    let mut config = Map::new();
    let mut set = |key: &str, value| config.insert(key.to_owned(), value);
    set("$schema", json!("node_modules/wrangler/config-schema.json"));
    set("name", json!(name));
    set("main", json!("build/index.js"));
    set("minify", json!(true));
    set("keep_names", json!(false));
    set("compatibility_date", json!(COMPATIBILITY_DATE));
    set("compatibility_flags", json!([STRICT_FETCH]));
    set("build", json!({ "command": build }));
    // One line for a call: the platform's own for each request costs more than the call.
    let logs = json!({ "enabled": true, "invocation_logs": false });
    let mut observability = json!({ "enabled": true, "logs": logs });
    if checked.config.observability.traces {
        observability["traces"] = json!({ "enabled": true });
    }
    set("observability", observability);
    // Said, because wrangler's own defaults have changed before.
    let has_routes = ["route", "routes"].iter().any(|key| checked.wrangler.contains_key(*key));
    set("workers_dev", json!(!has_routes));
    set("preview_urls", json!(false));
    let binding = json!({ "name": OBJECT_BINDING, "class_name": OBJECT_CLASS });
    set("durable_objects", json!({ "bindings": [binding] }));
    set("migrations", json!([{ "tag": OBJECT_MIGRATION, "new_sqlite_classes": [OBJECT_CLASS] }]));
    set("secrets", json!({ "required": required }));
    set("dev", json!({ "port": DEV_PORT }));
    if checked.config.transport.notifications {
        set("limits", json!({ "subrequests": SUBREQUESTS }));
    }
    if let Some(jurisdiction) = checked.config.storage.jurisdiction {
        set("vars", json!({ JURISDICTION: jurisdiction.name() }));
    }
    config.extend(bindings(checked, name));
    triggers(checked, name, &mut config);
    config
}
