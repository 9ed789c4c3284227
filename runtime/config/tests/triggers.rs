//! `wrangler.jsonc` of servers whose functions are started without a client.

#![cfg(feature = "generate")]

mod support;

use serde_json::{Value, json};
use support::without_comments;
use toolgate_config::deploy::{Package, wrangler_jsonc};
use toolgate_config::{Checked, check};

const PACKAGE: Package<'_> = Package { name: "my_server" };

fn checked(source: &str) -> Checked {
    check(&format!("[server]\nname = \"Test\"\n{source}"))
        .unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

fn text(source: &str) -> String {
    wrangler_jsonc(&checked(source), &PACKAGE).expect("the names are sound")
}

fn generated(source: &str) -> Value {
    let text = text(source);
    serde_json::from_str(&without_comments(&text)).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_server_without_triggers_has_none() {
    let config = generated("");
    assert!(config.get("triggers").is_none() && config.get("queues").is_none());
    assert!(checked("").triggers.is_empty());
}

#[test]
fn schedules_are_those_of_the_file_and_each_is_there_once() {
    let crons = "[cron.nightly]\nschedule = \"0 6 * * *\"\n[cron.morning]\nschedule = \" 0  6 * * * \"\n\
                 [cron.weekly]\nschedule = \"0 7 * * mon\"\n";
    let text = text(crons);
    assert!(text.contains("// [cron] of mcp.toml.\n  \"triggers\": "), "{text}");
    assert_eq!(generated(crons)["triggers"], json!({ "crons": ["0 6 * * *", "0 7 * * MON"] }));
}

#[test]
fn own_schedules_stand_beside_the_purge_of_d1_and_may_be_the_same() {
    let d1 = "[storage]\nkind = \"d1\"\n";
    let other = generated(&format!("{d1}[cron.nightly]\nschedule = \"0 6 * * *\"\n"));
    assert_eq!(other["triggers"]["crons"], json!(["17 * * * *", "0 6 * * *"]));
    let same = generated(&format!("{d1}[cron.hourly]\nschedule = \"17 * * * *\"\n"));
    assert_eq!(same["triggers"]["crons"], json!(["17 * * * *"]));
}

#[test]
fn a_queue_has_a_consumer_with_all_its_settings_and_a_producer_where_a_binding_is_named() {
    let config = generated(
        "[queues.jobs]\nbinding = \"JOBS\"\nmax_batch_size = 20\nmax_batch_timeout = \"30s\"\n\
         max_retries = 5\nretry_delay = \"1m\"\nmax_concurrency = 2\ndead_letter_queue = \"failed\"\n\
         [queues.failed]\nqueue = \"acme-failed\"\n",
    );
    let failed = json!({
        "queue": "acme-failed", "max_batch_size": 10, "max_batch_timeout": 5, "max_retries": 3,
        "retry_delay": 0,
    });
    let jobs = json!({
        "queue": "my-server-jobs", "max_batch_size": 20, "max_batch_timeout": 30, "max_retries": 5,
        "retry_delay": 60, "max_concurrency": 2, "dead_letter_queue": "acme-failed",
    });
    assert_eq!(config["queues"]["consumers"], json!([failed, jobs]));
    let producers = json!([{ "binding": "JOBS", "queue": "my-server-jobs" }]);
    assert_eq!(config["queues"]["producers"], producers);
}

#[test]
fn a_dead_letter_queue_without_a_section_is_one_of_the_worker() {
    let config = generated("[queues.jobs]\ndead_letter_queue = \"dead\"\n");
    assert_eq!(config["queues"]["consumers"][0]["dead_letter_queue"], "my-server-dead");
    assert_eq!(config["queues"].get("producers"), None);
}

#[test]
fn a_queue_of_one_s_own_stands_beside_that_of_the_audit_trail() {
    let source = "[audit]\nqueue = \"mcp-audit\"\n[queues.jobs]\nbinding = \"JOBS\"\n";
    let config = generated(source);
    let producers = config["queues"]["producers"].as_array().map(Vec::len);
    assert_eq!(producers, Some(2));
    assert_eq!(config["queues"]["consumers"].as_array().map(Vec::len), Some(1));
    assert!(text(source).contains("// [queues] of mcp.toml, and the queue of [audit]"));
}

#[test]
fn an_environment_has_queues_of_its_own_and_its_own_times() {
    let config = generated(
        "[cron.nightly]\nschedule = \"0 6 * * *\"\n[queues.jobs]\nbinding = \"JOBS\"\n\
         [env.same.server]\ntitle = \"Same\"\n\
         [env.preview.cron.nightly]\nschedule = \"0 7 * * *\"\n[env.preview.queues.jobs]\nmax_retries = 0\n",
    );
    let preview = &config["env"]["preview"];
    assert_eq!(preview["triggers"]["crons"], json!(["0 7 * * *"]));
    assert_eq!(preview["queues"]["consumers"][0]["queue"], "my-server-preview-jobs");
    assert_eq!(preview["queues"]["consumers"][0]["max_retries"], 0);
    assert_eq!(preview["queues"]["producers"][0]["queue"], "my-server-preview-jobs");
    // Wrangler takes the triggers over from the top level, but not the queues.
    let same = &config["env"]["same"];
    assert_eq!(same.get("triggers"), None);
    assert_eq!(same["queues"]["consumers"][0]["queue"], "my-server-same-jobs");
}

#[test]
fn names_that_are_too_long_together_are_refused_before_cloudflare_does() {
    let source = format!("[queues.{}]\n", "x".repeat(60));
    let faults = wrangler_jsonc(&checked(&source), &PACKAGE).expect_err("it is too long");
    assert!(faults[0].message.contains("is not a name of a queue at Cloudflare"), "{faults:?}");
}
