//! Limits of Cloudflare's plans for a server, for `doctor` and `deploy`.

use toolgate_config::{Config, StorageKind};

/// GB-seconds of Durable Objects that the free plan has in a day
/// (<https://developers.cloudflare.com/durable-objects/platform/pricing/>).
const FREE_GB_SECONDS: f64 = 13_000.0;

/// GB that an object in memory is billed for.
const OBJECT_GB: f64 = 0.128;

/// Dollars that Workers Paid takes for a GB-second, beyond what it includes.
const DOLLARS: f64 = 12.5e-6;

/// Writes to Workers KV that the free plan has in a day, and those that one person takes who works for
/// eight hours: a sign-in and a refresh an hour, with two writes each.
const FREE_KV_WRITES: u32 = 1_000;
const KV_WRITES_OF_ONE: u32 = 2 * (1 + 8);

/// Limits of a plan, in a sentence for each thing that the server has; none for a server that runs
/// out of nothing before requests and logs.
pub(crate) fn holds(config: &Config) -> Vec<String> {
    let mut said = Vec::new();
    if config.transport.notifications || config.transport.sse {
        let hours = FREE_GB_SECONDS / OBJECT_GB / 3600.0;
        let dollars = OBJECT_GB * 3600.0 * DOLLARS;
        said.push(format!(
            "each open stream keeps a Durable Object in memory. Workers Free pays for {hours:.0} stream hours a \
             day: {:.1} people for 8 hours. After that nobody can sign in until midnight UTC. Workers Paid \
             costs ${dollars:.4} an hour",
            hours / 8.0
        ));
    }
    if config.transport.notifications {
        said.push(
            "Workers Free allows 50 requests at once, so at most 50 sessions hear of a change. \
             Clients of 2026-07-28 have no such limit"
                .to_owned(),
        );
    }
    if config.storage.kind == StorageKind::Kv {
        said.push(format!(
            "Workers Free allows {FREE_KV_WRITES} writes to KV a day, enough for {} people",
            FREE_KV_WRITES / KV_WRITES_OF_ONE
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::holds;

    fn said(rest: &str) -> String {
        let text = format!("[server]\nname = \"A\"\n{rest}");
        holds(&toolgate_config::check(&text).expect("it is sound").config).join("\n")
    }

    #[test]
    fn what_a_plan_holds_is_said_of_what_the_server_has() {
        let quiet = "[transport]\nsse = false\n";
        assert_eq!(said(quiet), "");
        let sse = said("");
        for part in ["28 stream hours", "3.5 people", "$0.0058 an hour"] {
            assert!(sse.contains(part), "{part}: {sse}");
        }
        assert!(
            said("[transport]\nnotifications = true\n").contains("50 sessions hear of a change")
        );
        let kv = said(&format!("{quiet}[storage]\nkind = \"kv\"\n"));
        assert!(kv.contains("1000 writes") && kv.contains("55 people"), "{kv}");
    }
}
