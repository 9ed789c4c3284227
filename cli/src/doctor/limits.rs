//! Number of people that one network address carries.

use toolgate_config::{Limits, Provider};

use super::finding::Finding;

/// People who begin within the half hour around nine o'clock, for each request a minute: with a
/// standard deviation of ten minutes, 4 % of them come in the busiest one.
const PEOPLE_PER_REQUEST: u32 = 25;

/// Finding on the values of `[limits]`; `None` where the server cannot be deployed. Requests of a grant or of a
/// sign-in under way count for themselves, so these two are what people behind one address share.
pub(super) fn finding(provider: Provider, limits: &Limits) -> Option<Finding> {
    if provider.is_local() {
        return None;
    }
    let people = |limit: u32| limit.saturating_mul(PEOPLE_PER_REQUEST);
    let mut found = format!(
        "behind one network address {} people can sign in at nine o'clock, or {} whose clients \
         register each time",
        people(limits.authorize),
        people(limits.register)
    );
    let mut clients: Vec<&str> = limits.hosted.iter().map(|range| range.name.as_ref()).collect();
    clients.dedup();
    if !clients.is_empty() {
        let people = people(limits.hosted_register());
        found.push_str(&format!("; {people} people through {}", clients.join(", or ")));
    }
    Some(Finding::ok("limits", found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(config: &str) -> Option<String> {
        let config = format!("[server]\nname = \"A server\"\n{config}");
        let config = toolgate_config::check(&config).expect("sound").config;
        finding(config.identity.provider, &config.limits).map(|finding| finding.found)
    }

    #[test]
    fn people_follow_from_the_limits() {
        let found = found("[limits]\nauthorize = 40\nregister = 2\n").expect("a finding");
        assert!(found.contains(" 1000 people") && found.contains(" 50 whose"), "{found}");
    }

    #[test]
    fn a_hosted_client_carries_more() {
        let found = found(
            "[limits]\nregister = 2\nhosted = { a = [\"192.0.2.0/24\", \"2001:db8::/32\"] }\n",
        );
        let found = found.expect("a finding");
        assert!(found.ends_with("; 2000 people through a"), "{found}");
    }

    #[test]
    fn a_server_for_this_machine_has_no_others_behind_an_address() {
        assert_eq!(found("[identity]\nprovider = \"none\"\n"), None);
    }
}
