//! Blocks of commands.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use toolgate_tests::repository;

use crate::block::Block;
use crate::parsed::with_input;
use crate::{assert_none, blocks_of};

#[test]
fn commands_that_can_run_here_print_what_is_said() {
    let mut faults = Vec::new();
    for block in blocks_of("console").iter().filter(|block| !block.has("parse")) {
        for (line, said) in dialogue(&block.text) {
            let folder =
                if block.has("helpdesk") { "examples/helpdesk" } else { "examples/access" };
            let printed = run(&line, folder);
            if !matches(&said, &printed) {
                faults.push(format!("{}: `{line}` prints\n{printed}", block.place));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn commands_are_accepted() {
    let mut faults = Vec::new();
    for block in blocks_of("console").iter().chain(&blocks_of("sh")) {
        let commands = commands(block);
        let asked = commands.iter().filter(|line| !arguments(line).is_empty());
        let refused = asked.filter_map(|line| Some(format!("`{line}`: {}", parser_fault(line)?)));
        let all = bash_fault(&script(block));
        faults.extend(refused.chain(all).map(|fault| format!("{}: {fault}", block.place)));
    }
    assert_none(&faults);
}

/// What the shell is given.
fn script(block: &Block) -> String {
    if block.language() == "console" { commands(block).join("\n") } else { block.text.clone() }
}

/// The commands of a block, each on one line.
fn commands(block: &Block) -> Vec<String> {
    if block.language() == "console" {
        return dialogue(&block.text).into_iter().map(|(line, _)| line).collect();
    }
    let joined = block.text.replace("\\\n", " ");
    joined.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

/// Each `$` line with what follows it.
fn dialogue(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => found.push((command.to_owned(), Vec::new())),
            (None, Some((_, said))) => said.push(line.trim_end().to_owned()),
            (None, None) => panic!("a console begins with `$ `: {line}"),
        }
    }
    for (_, said) in &mut found {
        while said.last().is_some_and(String::is_empty) {
            said.pop();
        }
    }
    found
}

/// Whether this was printed. A line `…` stands for any lines, and one at a line's end for its rest.
fn matches(said: &[String], printed: &str) -> bool {
    let printed: Vec<_> = printed.trim_end().lines().map(str::trim_end).collect();
    lines_match(said, &printed)
}

fn lines_match(said: &[String], printed: &[&str]) -> bool {
    let Some((first, rest)) = said.split_first() else { return printed.is_empty() };
    if first == "…" {
        return (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..]));
    }
    let Some((line, others)) = printed.split_first() else { return false };
    let same = first.strip_suffix('…').map_or(first == line, |start| line.starts_with(start));
    same && lines_match(rest, others)
}

/// What a command prints, to either stream.
fn run(line: &str, folder: &str) -> String {
    let arguments = arguments(line);
    assert!(!arguments.is_empty(), "only `cargo toolgate` is run here: {line}");
    let mut command = Command::new(program());
    command.args(arguments).current_dir(repository().join(folder)).env("NO_COLOR", "1");
    let output = command.output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Asks for help behind everything else: what comes before is read first, and complained of.
fn parser_fault(line: &str) -> Option<String> {
    let mut command = Command::new(program());
    // What comes after `--` is for another program, which would be asked for its help.
    let ours = arguments(line).into_iter().take_while(|word| word != "--");
    let output = command.args(ours).arg("--help").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then_some(said)
}

fn bash_fault(line: &str) -> Option<String> {
    let mut bash = Command::new("bash");
    bash.arg("-n");
    with_input(bash, line).err()
}

/// What `cargo toolgate` is given on a line, with the name of the command; nothing for other programs.
fn arguments(line: &str) -> Vec<String> {
    let words = words(line);
    let start = words.windows(2).position(|pair| pair[0] == "cargo" && pair[1] == "toolgate");
    start.map_or_else(Vec::new, |start| words[start + 1..].to_vec())
}

/// The words of a simple command, up to a comment, a pipe or a redirection.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in line.chars() {
        match (character, quote) {
            (_, Some(open)) if character == open => quote = None,
            (_, Some(_)) => word.get_or_insert_default().push(character),
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            ('|' | '>' | '&' | ';', None) => break,
            ('#', None) if word.is_none() => break,
            (_, None) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// `cargo-toolgate`, compiled from here.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet", "--locked", "--bin", "cargo-toolgate"])
            .current_dir(repository());
        assert!(cargo.status().expect("cargo").success(), "cargo-toolgate does not compile");
        let name = format!("debug/cargo-toolgate{}", std::env::consts::EXE_SUFFIX);
        crate::rust::target().join(name)
    })
}

#[test]
fn words_end_where_the_shell_would_end_them() {
    let line = "TOOLGATE_DEV=1 cargo toolgate call add \"a b\" c='d' --list # all";
    assert_eq!(arguments(line), ["toolgate", "call", "add", "a b", "c=d", "--list"]);
    assert_eq!(arguments("cargo toolgate schema > file"), ["toolgate", "schema"]);
    assert!(arguments("npx wrangler deploy").is_empty());
}

#[test]
fn an_ellipsis_stands_for_lines_and_for_the_rest_of_one() {
    let said = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&said("a\n…\nd"), "a\nb\nc\nd\n"));
    assert!(matches(&said("a…"), "abc\n"));
    assert!(!matches(&said("a\n…\nd"), "a\nb\nc\n"));
    assert!(!matches(&said("a"), "a\nb\n"));
}
