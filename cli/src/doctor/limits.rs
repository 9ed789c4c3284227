//! How many people one network address carries.

use toolgate_config::{Limits, Provider};

use super::finding::Finding;

/// People who begin within the half hour around nine o'clock, for each request a minute: with a
/// standard deviation of ten minutes, 4 % of them come in the busiest one.
const PEOPLE_PER_REQUEST: u32 = 25;

/// What `[limits]` holds. Requests of a grant or of a sign-in under way count for themselves, so these
/// two are what people behind one address share.
pub(super) fn finding(provider: Provider, limits: &Limits) -> Option<Finding> {
    if provider.is_local() {
        return None;
    }
    let people = |limit: u32| limit.saturating_mul(PEOPLE_PER_REQUEST);
    let found = format!(
        "behind one network address {} people can sign in at nine o'clock, or {} whose clients \
         register each time",
        people(limits.authorize),
        people(limits.register)
    );
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
    fn a_server_for_this_machine_has_no_others_behind_an_address() {
        assert_eq!(found("[identity]\nprovider = \"none\"\n"), None);
    }
}
