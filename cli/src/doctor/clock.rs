//! This machine's clock, by the `Date` of an answer.

use super::fetch::ProbeAnswer;
use super::finding::Finding;

/// Seconds. What the provider signs is valid from the second it is signed, give or take the
/// `leeway` of `mcp.toml`, which is this long by default.
const TOLERATED: i64 = 60;

/// Finding on this machine's clock, with which a local run reads the provider's times.
pub(super) fn finding(answer: &ProbeAnswer) -> Finding {
    const TITLE: &str = "clock";
    let Some(date) = answer.date else {
        let found = "not compared: the answer of the identity provider has no date";
        return Finding::warning(TITLE, found, "compare it with https://time.is");
    };
    let ahead = answer.now.saturating_sub(date);
    let (seconds, side) = (ahead.unsigned_abs(), if ahead > 0 { "ahead of" } else { "behind" });
    if ahead.saturating_abs() <= TOLERATED {
        return Finding::ok(
            TITLE,
            format!("within {TOLERATED} seconds of the identity provider's"),
        );
    }
    Finding::problem(
        TITLE,
        format!(
            "this machine is {seconds} seconds {side} the identity provider, whose tokens it would refuse"
        ),
        "set it by the network: `sudo timedatectl set-ntp true` (Linux), \
         `sudo sntp -sS time.apple.com` (macOS), `w32tm /resync` (Windows)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Status;

    fn found(date: Option<i64>) -> Finding {
        finding(&ProbeAnswer { date, now: 1_000_000, ..ProbeAnswer::default() })
    }

    #[test]
    fn a_minute_either_way_is_tolerated() {
        for date in [1_000_000, 999_940, 1_000_060] {
            assert_eq!(found(Some(date)).status, Status::Ok, "{date}");
        }
        for date in [999_939, 1_000_061, i64::MIN, i64::MAX] {
            assert_eq!(found(Some(date)).status, Status::Problem, "{date}");
        }
    }

    #[test]
    fn it_says_by_how_much_and_to_which_side() {
        assert!(found(Some(999_900)).found.contains("100 seconds ahead of"));
        let behind = found(Some(1_000_300));
        assert!(behind.found.contains("300 seconds behind"), "{}", behind.found);
        assert!(behind.fix.is_some_and(|fix| fix.contains("timedatectl")));
    }

    #[test]
    fn without_a_date_nothing_is_claimed() {
        assert_eq!(found(None).status, Status::Warning);
    }
}
