//! The sections of invariants, in the rows of `sections.rs`.

use super::sections::structures;
use super::{Condition, List, Str};

/// Hands the sections of invariants to a macro, as `sections!` does with all others.
#[doc(hidden)]
#[macro_export]
macro_rules! invariant_sections {
    ($with:ident) => {
        $with! {
            /// `[[never]]` and `[[always]]`: who may never call something, or always may. No part of a Worker.
            #[derive(Debug, Clone, PartialEq)]
            Invariant in "never", mixed {
                /// The name that is told where it is violated.
                name: Str = required(
                    LINE, "it is told where the invariant is violated: `name = \"contractors-delete\"`"
                );
                /// Who it is about.
                who: Condition => |_| condition::one();
                /// Tools that it is about, by their names; `*` stands for any characters.
                tools: List<Str> = texts(LINE);
                /// Prompts, the same way.
                prompts: List<Str> = texts(LINE);
                /// Resources, by their names and the same way.
                resources: List<Str> = texts(LINE);
                /// Also callers of whom it is not known whether it is about them.
                strict: bool = flag(false);
                /// True for `[[always]]`.
                always: bool;
                /// Line of its name in `mcp.toml`, from 1.
                line: usize;
                /// Column in characters, from 1.
                column: usize;
            }
        }
    };
}

invariant_sections!(structures);
