//! Cost of decisions: 1,000 tools, over the policies of a company, as one `tools/list` asks.
//!
//!     cargo bench -p toolgate-policy --bench decide

#![allow(missing_docs, reason = "criterion's macros write public functions without any")]

use std::collections::HashMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Map, Value, json};
use toolgate_config::Config;
use toolgate_policy::{Arguments, Caller, Vars, decide};

const TOOLS: usize = 1000;

/// Every fourth policy names the one before it, as policies of teams do.
const POLICIES: usize = 20;

struct Variables(HashMap<&'static str, &'static str>);

impl Vars for Variables {
    fn var(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| (*value).to_owned())
    }
}

/// Policies of every kind; the four kinds take turns.
fn config() -> Config {
    let mut source = "[server]\nname = \"bench\"\n".to_owned();
    for index in 0..POLICIES {
        let before = index.saturating_sub(1);
        source += &format!("[policies.p{index}]\n");
        source += &match index % 4 {
            // As `image-makers` of the example.
            0 => format!(
                "any = [\n{{ emails = [\"ada{index}@example.com\", \"alan@example.com\"] }},\n\
                 {{ domains = [\"design.example.com\", \"studio.example.com\"] }},\n\
                 {{ groups = [\"design-{index}\", \"studio\"] }},\n\
                 {{ emails_from = \"ALLOWED_EMAILS\" }},\n]\n"
            ),
            1 => format!(
                "claims = {{ department = [\"security\", \"legal\", \"team-{index}\"], level = 3 }}\n\
                 all = [{{ policy = \"p{before}\" }}, {{ not = {{ groups = [\"contractors\"] }} }}]\n"
            ),
            2 => format!(
                "domains = [\"example.com\", \"design.example.com\", \"example.org\"]\n\
                 not = {{ any = [{{ groups = [\"interns\", \"guests-{index}\"] }}, \
                 {{ claims = {{ suspended = true }} }}] }}\n"
            ),
            _ => format!(
                "any = [{{ all = [{{ policy = \"p{before}\" }}, {{ groups = [\"on-call\"] }}] }}, \
                 {{ claims = {{ roles = [\"admin\", \"owner-{index}\"] }} }}]\n"
            ),
        };
    }
    match toolgate_config::check(&source) {
        Ok(checked) => checked.config,
        Err(faults) => panic!("{source}: {faults:?}"),
    }
}

fn caller(email: &str, groups: Value, claims: Value) -> Caller {
    let mut caller = Map::from_iter([("email".to_owned(), json!(email))]);
    caller.extend([("groups".to_owned(), groups), ("claims".to_owned(), claims)]);
    caller.extend([("subject".to_owned(), json!("1")), ("client_id".to_owned(), json!("client"))]);
    caller.insert("email_verified".to_owned(), json!(true));
    toolgate_json::from_json::read_value(caller.into()).expect("a caller")
}

fn decisions(c: &mut Criterion) {
    let config = config();
    let vars = Variables(HashMap::from([(
        "ALLOWED_EMAILS",
        "grace@example.net, mary@example.net, katherine@example.net, dorothy@example.net",
    )]));
    let names: Vec<String> = (0..TOOLS).map(|tool| format!("p{}", tool % POLICIES)).collect();
    let claims = |department, level, roles| json!({ "department": department, "level": level, "roles": roles, "suspended": false });
    let allowed = caller(
        "grace@design.example.com",
        json!(["staff", "on-call"]),
        claims("legal", 3, json!(["admin"])),
    );
    let denied = caller("eve@example.net", json!(["sales"]), claims("sales", 1, json!(["reader"])));
    for (name, caller, expected) in [("allowed", &allowed, TOOLS), ("denied", &denied, 0)] {
        let decide = || {
            let allowed = |name: &&String| {
                decide(&config, name, caller, Arguments::Unknown, &vars).is_allowed()
            };
            black_box(&names).iter().filter(allowed).count()
        };
        assert_eq!(decide(), expected, "{name}");
        c.bench_function(&format!("1000 tools, {name}"), |b| b.iter(decide));
    }
}

criterion_group!(benches, decisions);
criterion_main!(benches);
