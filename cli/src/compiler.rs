//! Compiler errors. The first ones give the cause; the last lines only say that the build failed.

use std::fmt::Write as _;

/// Errors that are shown: the others often follow from these.
const ERRORS_SHOWN: usize = 3;
/// Lines of one error: a type can be a page long.
const LINES_OF_AN_ERROR: usize = 25;

/// The first errors of rustc and cargo among the lines of a build, and how many more there are; `None`
/// where there are none.
pub(crate) fn first_errors(lines: &[String]) -> Option<String> {
    let blocks = blocks(lines);
    let (shown, rest) = blocks.split_at(blocks.len().min(ERRORS_SHOWN));
    let mut text = String::new();
    for block in shown {
        let count = block.len().min(LINES_OF_AN_ERROR);
        for line in &block[..count] {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{line}");
        }
        if block.len() > count {
            let _ = writeln!(text, "  … {} more lines", block.len() - count);
        }
    }
    match rest.len() {
        _ if shown.is_empty() => return None,
        0 => {}
        1 => text.push_str("and 1 more error\n"),
        more => {
            let _ = writeln!(text, "and {more} more errors");
        }
    }
    Some(text.trim_end().to_owned())
}

/// The lines of each error, without those that only say that there were some.
fn blocks(lines: &[String]) -> Vec<Vec<&str>> {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    let mut within = false;
    for line in lines.iter().map(|line| plain(line)) {
        if is_error(line) {
            within = !is_summary(line);
            if within {
                blocks.push(Vec::new());
            }
        } else if ends_block(line) {
            within = false;
        }
        if let (true, Some(block)) = (within, blocks.last_mut()) {
            block.push(line);
        }
    }
    for block in &mut blocks {
        while block.last().is_some_and(|line| line.trim().is_empty()) {
            block.pop();
        }
    }
    // Several crate types of one package have the same errors.
    let mut seen = std::collections::HashSet::new();
    blocks.retain(|block| seen.insert(block.join("\n")));
    blocks
}

/// wrangler begins each line of a build with this.
fn plain(line: &str) -> &str {
    line.strip_prefix("[custom build] ").unwrap_or(line)
}

fn is_error(line: &str) -> bool {
    line.starts_with("error[") || line.starts_with("error:")
}

fn is_summary(line: &str) -> bool {
    ["error: could not compile", "error: aborting due to", "error: build failed"]
        .iter()
        .any(|summary| line.starts_with(summary))
        || line.starts_with("Error: ")
}

/// Lines at the margin of which none belongs to an error: warnings, cargo's own words.
fn ends_block(line: &str) -> bool {
    line.starts_with("warning")
        || line.starts_with("Some errors have detailed")
        || line.starts_with("For more information about")
        || line.trim_start().starts_with("Compiling ")
        || line.trim_start().starts_with("Building [")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_first_errors_are_shown_and_the_rest_is_counted() {
        let mut said = lines("   Compiling server v0.1.0\nwarning: unused\n  --> src/lib.rs:1:1\n");
        for number in 1..=40 {
            said.extend(lines(&format!(
                "error[E0425]: no {number} in scope\n --> src/lib.rs:{number}:1\n  |\n"
            )));
        }
        said.extend(lines("error: could not compile `server` (lib) due to 40 previous errors\n"));
        let shown = first_errors(&said).expect("there are errors");
        assert!(shown.starts_with("error[E0425]: no 1 in scope\n --> src/lib.rs:1:1"), "{shown}");
        assert!(shown.contains("no 3 in scope") && !shown.contains("no 4 in"), "{shown}");
        assert!(shown.ends_with("and 37 more errors"), "{shown}");
        assert!(!shown.contains("could not compile") && !shown.contains("unused"), "{shown}");
    }

    #[test]
    fn an_error_of_a_page_is_cut_and_one_that_comes_twice_is_one() {
        let long = format!("error: it is long\n{}", "  = note: more\n".repeat(100));
        let shown = first_errors(&lines(&format!("{long}{long}"))).expect("an error");
        assert!(shown.ends_with("… 76 more lines"), "{shown}");
    }

    #[test]
    fn what_no_compiler_said_has_no_errors() {
        assert_eq!(first_errors(&lines("npm ERR! network\nerror: could not compile `x`\n")), None);
    }

    #[test]
    fn the_words_that_wrangler_puts_before_a_line_do_not_hide_it() {
        let said =
            lines("[custom build] error[E0425]: not found\n[custom build]  --> src/lib.rs:1:1\n");
        let shown = first_errors(&said).expect("an error");
        assert_eq!(shown, "error[E0425]: not found\n --> src/lib.rs:1:1");
    }
}
