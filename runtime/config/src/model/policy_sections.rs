//! The sections of policies and of their tests, in the rows of `sections.rs`.

use super::sections::structures;
use super::{Condition, List, OnDeny, Rate, Str};

/// Hands the sections of policies to a macro, as `sections!` does with all others.
#[doc(hidden)]
#[macro_export]
macro_rules! policy_sections {
    ($with:ident) => {
        $with! {
            /// `[policies.<name>]`. The keys of its conditions are rows of their own, in `conditions!`.
            #[derive(Debug, Clone, PartialEq)]
            Policy in "policies.*", mixed {
                /// The name that `allow = "…"` uses.
                name: Str;
                /// For people who review access.
                description: Option<Str> = optional(PROSE);
                /// OAuth scope that the access token must have, too.
                scope: Option<Str> = sound(POLICY_SCOPE);
                /// The answer to a refused call.
                on_deny: OnDeny = choice(OnDeny::Hide)
                    .help("write `hide`, or `challenge` to tell the client that more is needed");
                /// The answer to a call of a tool that only its arguments keep out; by default they are
                /// named.
                deny_message: Option<Str> = sound(PROSE);
                /// Calls of what it guards that one person may make.
                rate: Option<Rate> = optional_rate();
                (tests) => |schema| shape::list_of_tables(
                    schema.section("policies.*.tests", &["user", "expect"])
                );
                /// Who passes.
                rule: Condition;
            }

            /// `[[policies.<name>.tests]]`: what a policy has to decide. No part of a Worker.
            #[derive(Debug, Clone, PartialEq, Eq)]
            PolicyTest in "policies.*.tests", mixed {
                /// The policy that is asked.
                policy: Str;
                /// Who calls.
                user: TestUser => |schema| schema.section("policies.*.tests.user", &[]);
                (args) => |_| shape::free();
                /// The call's arguments as JSON text; `None`: whether the function is in the caller's list.
                arguments: Option<Str>;
                /// Worker variables and their values.
                vars: List<(Str, Str)> => |_| shape::variables();
                (expect) => |_| shape::one_of(&["allow", "deny"]);
                /// True where the caller is to pass.
                allows: bool;
                /// Line of the test in `mcp.toml`, from 1.
                line: usize;
                /// Column in characters, from 1.
                column: usize;
            }

            /// `user` of a [`PolicyTest`].
            #[derive(Debug, Clone, PartialEq, Eq)]
            TestUser in "policies.*.tests.user", mixed {
                /// E-mail address.
                // Also one that no policy could ever match.
                email: Option<Str> = sound(ANY_TEXT);
                /// True where the address is proven to be the person's.
                email_verified: bool = flag(true);
                /// `sub` at the identity provider.
                subject: Str = text(LINE, "test-user");
                /// Groups.
                groups: List<Str> => |_| shape::with(shape::list(shape::line()), "minItems", 0);
                /// Further claims as JSON text.
                claims: Str => |_| shape::free();
                /// The client: an id of `[[clients]]`, or the address of a metadata document.
                client: Option<Str> = sound(CLIENT);
                /// OAuth scopes of the access token; `None`: all that the server knows.
                scopes: Option<List<Str>> => |_| {
                    shape::with(shape::list(shape::line()), "minItems", 0)
                };
            }
        }
    };
}

policy_sections!(structures);
