//! The section of quotas, in the rows of `sections.rs`.

use super::sections::structures;
use super::{OnFailure, Rate, Str};

/// Hands the section of quotas to a macro, as `sections!` does with all others.
#[doc(hidden)]
#[macro_export]
macro_rules! quota_sections {
    ($with:ident) => {
        $with! {
            /// `[quotas.<name>]`: how many calls the tools with this quota may serve.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Quota in "quotas.*", mixed {
                /// The name that `quota = "…"` uses.
                name: Str;
                /// Units of one person.
                per_user: Option<Rate> = optional_rate();
                /// Units of all callers together.
                server: Option<Rate> = optional_rate();
                /// The answer to a call that cannot be counted.
                on_failure: OnFailure = choice(OnFailure::Deny);
            }
        }
    };
}

quota_sections!(structures);
