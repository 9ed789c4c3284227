//! Accounts that nothing uses any more: no tool used them for long, or their section of `mcp.toml` is gone or names
//! another third party. Their tokens are not kept for that, and are withdrawn where there still is where to.

use toolgate_config::Config;

use super::connect::find;
use super::party;
use super::record::Account;

/// The fate of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A tool may use it.
    Kept,
    /// It is over: its tokens are erased, and withdrawn.
    Over,
    /// Its third party is not in `mcp.toml` any more, so its tokens can only be erased.
    Lost,
}

/// Judges the row of a connection of this name. Whether its tokens open is not asked: a key that is missing by mistake
/// comes back, and erases nothing.
#[must_use]
pub fn fate(config: &Config, name: &str, account: &Account, now: u64) -> Fate {
    let party = &account.whose.party;
    let is_same = |section| party.is_empty() || *party == party::named(section);
    if !find(config, name).is_some_and(is_same) {
        return Fate::Lost;
    }
    if account.is_kept(now) { Fate::Kept } else { Fate::Over }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::record::{AccountOperation, Kept, UNUSED_FOR, Whose, Write, apply};

    const NOW: u64 = 1_800_000_000;

    fn config(sections: &str) -> Config {
        let source = format!("[server]\nname = \"Demo\"\n{sections}");
        toolgate_config::check(&source).expect("a configuration").config
    }

    fn section(name: &str, host: &str) -> String {
        format!(
            "[connections.{name}]\nclient_id = \"ours\"\nissuer = \"https://login.example\"\nhosts = [\"{host}\"]\n"
        )
    }

    fn account(config: &Config, expires: Option<u64>) -> Account {
        let kept =
            Kept { sealed: "tokens".to_owned(), expires, at: NOW, can_renew: expires.is_none() };
        let party = party::named(&config.connections[0]);
        let whose = Whose { person: "ada".to_owned(), party };
        let operation = AccountOperation::Connect { kept, generation: String::new(), whose };
        let (Write::Put(account), _) = apply(None, operation, NOW) else { panic!("it is stored") };
        *account
    }

    #[test]
    fn an_account_is_lost_with_its_section_or_third_party_and_over_after_half_a_year() {
        let before = config(&section("linear", "api.linear.example"));
        let known = account(&before, None);
        let of = |config: &Config, now| fate(config, "linear", &known, now);
        assert_eq!(of(&before, NOW), Fate::Kept);
        assert_eq!(of(&before, NOW + UNUSED_FOR), Fate::Over);
        assert_eq!(of(&config(&section("linear", "evil.example")), NOW), Fate::Lost);
        assert_eq!(of(&config(&section("other", "api.linear.example")), NOW), Fate::Lost);
        assert_eq!(of(&config(""), NOW), Fate::Lost);
    }

    #[test]
    fn an_account_without_a_refresh_token_is_over_with_its_access_token() {
        let config = config(&section("linear", "api.linear.example"));
        let known = account(&config, Some(NOW + 60));
        assert_eq!(known.over_at(), NOW + 60);
        assert_eq!(fate(&config, "linear", &known, NOW + 59), Fate::Kept);
        assert_eq!(fate(&config, "linear", &known, NOW + 60), Fate::Over);
    }
}
