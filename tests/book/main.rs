//! Every code block of the book and of the README is compiled, parsed or run.
//!
//! The language of a block says what is done with it, and words behind it say more:
//!
//! | block | check |
//! |---|---|
//! | `rust` | compiled with the macros, its tests are run; `access`: behind the functions of `examples/access`; `prelude`: behind the imports of a server; `doc`: statements, as in a doc comment; `page`: a file of the page's own server, which its first line names |
//! | `toml` | a whole `mcp.toml`; `fragment`: a part of one; `cargo`: of a `Cargo.toml`; `page`: a part of that of the page's own server |
//! | `sql` | a migration; `page`: of the page's own server |
//! | `console` | each `$` line is run in `examples/access`, and prints what follows; `…` stands for the rest of a line, or for lines. `helpdesk`: in `examples/helpdesk`; `parse`: what it needs is not here, so the commands are only read |
//! | `sh` | commands, which are read: those of `cargo toolgate` by its parser, all by bash. `tutorial`, `background`, `generate`: for `tests/tutorial.mjs`, which runs them |
//! | `json`, `ts` | parsed |
//! | `text` | nothing: a picture, or the words of an error |

mod block;
mod command;
mod generated;
mod page;
mod parsed;
mod rust;

use block::Block;
use toolgate_tests::repository;

/// Each language, and the words that may follow it.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("rust", &["access", "doc", "prelude", "page"]),
    ("toml", &["fragment", "cargo", "page"]),
    ("sql", &["page"]),
    ("console", &["parse", "helpdesk"]),
    ("sh", &["tutorial", "background", "generate"]),
    ("json", &[]),
    ("ts", &[]),
    ("text", &[]),
];

#[test]
fn every_block_says_what_it_is() {
    let mut faults = Vec::new();
    for block in blocks() {
        let Some((_, words)) = LANGUAGES.iter().find(|(name, _)| *name == block.language()) else {
            faults.push(format!(
                "{}: no language that is checked: `{}`",
                block.place,
                block.language()
            ));
            continue;
        };
        if let Some(word) = block.unknown_word(words) {
            faults.push(format!("{}: `{}` has no `{word}`", block.place, block.language()));
        }
    }
    assert_none(&faults);
}

fn blocks() -> Vec<Block> {
    let pages = block::pages(&repository());
    pages.iter().flat_map(|(name, text)| block::read(name, text)).collect()
}

fn blocks_of(language: &str) -> Vec<Block> {
    let found: Vec<_> = blocks().into_iter().filter(|one| one.language() == language).collect();
    assert!(!found.is_empty(), "no block of {language}: what is checked here?");
    found
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
