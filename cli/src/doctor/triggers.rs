//! The events that start functions without a client, as far as this machine knows.

use toolgate_config::Checked;

use super::finding::Finding;

const TITLE: &str = "triggers";

/// One line on what is declared; none for a server that only clients call.
pub(super) fn finding(checked: &Checked) -> Option<Finding> {
    let triggers = &checked.triggers;
    if triggers.is_empty() {
        return None;
    }
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let mail = triggers
        .has_email
        .then(|| "mail, which Email Routing at Cloudflare has to send to the Worker".to_owned());
    let parts = [
        count(triggers.crons.len(), "cron", "crons"),
        count(triggers.queues.len(), "queue, which `setup` makes", "queues, which `setup` makes"),
        mail,
    ];
    Some(Finding::ok(TITLE, parts.into_iter().flatten().collect::<Vec<_>>().join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rest: &str) -> Option<String> {
        let text = format!("[server]\nname = \"A\"\n{rest}");
        let finding = finding(&toolgate_config::check(&text).expect("it is sound"));
        finding.map(|finding| finding.found)
    }

    #[test]
    fn a_server_says_what_starts_its_functions() {
        assert_eq!(found(""), None);
        let text = "[cron.a]\nschedule = \"0 6 * * *\"\n[queues.b]\n[queues.c]\n[email]\n";
        assert_eq!(
            found(text).as_deref(),
            Some(
                "1 cron, 2 queues, which `setup` makes, mail, which Email Routing at Cloudflare has to send to \
                 the Worker"
            )
        );
    }
}
