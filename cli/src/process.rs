//! Running other programs: their output is shown when they fail, and not before.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::{Doing, Error, Result, interrupt};

/// How much of a failed program's output is shown.
const LINES_SHOWN: usize = 30;

enum Said {
    Output(String),
    Progress(String),
}

/// Runs a program to its end and returns its standard output. Each line of either stream is
/// given to `watch`; carriage returns end a line too, so that progress bars are seen.
///
/// # Errors
///
/// When it cannot be started, or its exit status is not 0: then with its last lines.
pub fn run(command: &mut Command, watch: impl FnMut(&str)) -> Result<String> {
    command.stdin(Stdio::null());
    finish(command, None, watch)
}

/// As [`run`], with a text on its standard input: the way for secrets, which every process of the
/// machine could read on a command line.
///
/// # Errors
///
/// As [`run`].
pub fn run_with_input(command: &mut Command, input: &str) -> Result<String> {
    command.stdin(Stdio::piped());
    finish(command, Some(input.to_owned()), |_| ())
}

fn finish(
    command: &mut Command,
    input: Option<String>,
    mut watch: impl FnMut(&str),
) -> Result<String> {
    let name = describe(command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (mut child, _running) =
        interrupt::spawn(command).map_err(|error| not_started(command, &error))?;
    if let (Some(mut stream), Some(input)) = (child.stdin.take(), input) {
        // A program that has ended reads nothing; its exit status tells more than this would.
        thread::spawn(move || stream.write_all(input.as_bytes()));
    }
    let (sender, receiver) = mpsc::channel();
    let readers = [
        child.stdout.take().map(|stream| read_lines(stream, sender.clone(), Said::Output)),
        child.stderr.take().map(|stream| read_lines(stream, sender, Said::Progress)),
    ];
    let mut output = String::new();
    let mut tail = VecDeque::with_capacity(LINES_SHOWN);
    for said in receiver {
        let (Said::Output(line) | Said::Progress(line)) = &said;
        watch(line);
        if tail.len() == LINES_SHOWN {
            tail.pop_front();
        }
        if !is_progress_bar(line) {
            tail.push_back(line.clone());
        }
        if let Said::Output(line) = said {
            output.push_str(&line);
            output.push('\n');
        }
    }
    for reader in readers.into_iter().flatten() {
        reader.join().map_err(|_| Error::new(format!("lost the output of {name}")))?;
    }
    let status = child.wait().doing(|| format!("wait for {name}"))?;
    if status.success() {
        return Ok(output);
    }
    let tail: Vec<_> = tail.into();
    Err(Error::new(format!("`{name}` failed ({status})")).output(tail.join("\n")))
}

/// How a command would be typed, for messages.
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Why a program did not start.
pub fn not_started(command: &Command, error: &std::io::Error) -> Error {
    let program = command.get_program().to_string_lossy().into_owned();
    let missing = error.kind() == std::io::ErrorKind::NotFound;
    let failure = Error::new(format!("cannot start `{program}`: {error}"));
    match program.as_str() {
        "npm" | "npm.cmd" if missing => {
            failure.help("install Node.js with npm, then run this again")
        }
        "rustup" if missing => failure.help(
            "without rustup, install the standard library of wasm32-unknown-unknown yourself",
        ),
        _ => failure,
    }
}

/// Cargo's own progress bar, which says nothing once the program has ended.
fn is_progress_bar(line: &str) -> bool {
    line.trim_start().starts_with("Building [")
}

fn read_lines(
    mut stream: impl Read + Send + 'static,
    sender: mpsc::Sender<Said>,
    wrap: fn(String) -> Said,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut pending = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let count = stream.read(&mut buffer).unwrap_or(0);
            if count == 0 {
                break;
            }
            for &byte in &buffer[..count] {
                if byte != b'\n' && byte != b'\r' {
                    pending.push(byte);
                } else if !pending.is_empty() {
                    let line = String::from_utf8_lossy(&pending).into_owned();
                    // A receiver that is gone has stopped listening; the program goes on.
                    let _ = sender.send(wrap(line));
                    pending.clear();
                }
            }
        }
        if !pending.is_empty() {
            let _ = sender.send(wrap(String::from_utf8_lossy(&pending).into_owned()));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_returned_and_both_streams_are_watched() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; printf 'two\\rthree' >&2"]);
        let output = run(&mut command, |line| lines.push(line.to_owned())).expect("it succeeds");
        assert_eq!(output, "one\n");
        lines.sort();
        assert_eq!(lines, ["one", "three", "two"]);
    }

    #[test]
    fn what_a_program_is_told_comes_by_its_standard_input() {
        let mut command = Command::new("cat");
        assert_eq!(run_with_input(&mut command, "one\ntwo").expect("it succeeds"), "one\ntwo\n");
        let gone = run_with_input(&mut Command::new("false"), &"x".repeat(1 << 20));
        assert!(gone.expect_err("it fails").to_string().contains("exit status: 1"));
    }

    #[test]
    fn a_failure_shows_the_command_and_its_last_lines() {
        let mut command = Command::new("sh");
        command.args(["-c", "for i in $(seq 100); do echo line $i; done; exit 3"]);
        let error = run(&mut command, |_| ()).expect_err("it fails").to_string();
        assert!(error.contains("exit status: 3"), "{error}");
        assert!(error.contains("| line 100") && !error.contains("line 10\n"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program-here"), |_| ()).expect_err("missing");
        assert!(error.to_string().contains("cannot start `no-such-program-here`"), "{error}");
    }
}
