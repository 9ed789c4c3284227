//! The sections of the off-switch, in the rows of `sections.rs`.

use super::sections::structures;
use super::{List, Str};

/// Hands the sections of the off-switch to a macro, as `sections!` does with all others.
#[doc(hidden)]
#[macro_export]
macro_rules! switch_sections {
    ($with:ident) => {
        $with! {
            /// `[admin]`: the page at which people end the grants of others.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Admin in "admin", plain {
                /// The policy of those who may.
                policy: Str = required(
                    LINE, "it says who may end the grants of others: `policy = \"security-team\"`"
                );
            }

            /// `[signals]`: ends that the identity provider, or a transmitter of Shared Signals, tells of.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Signals in "signals", plain {
                /// Take logout tokens of the identity provider at `/logout/backchannel`.
                backchannel_logout: bool = flag(false);
                /// The issuer of a transmitter of Shared Signals, whose events come to `/signals`.
                transmitter: Option<Str> = optional(ISSUER);
                /// The audience of its events, by default this server's address.
                audience: Option<Str> = optional(LINE);
                /// Domains whose addresses may stand for people in its events.
                email_domains: List<Str> = texts(DOMAIN);
            }
        }
    };
}

switch_sections!(structures);
