//! Running other programs: their output is shown when they fail, and not before.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use crate::printable::printable;
use crate::{Doing, Error, Result, compiler, files, interrupt};

/// Lines of a failed program's output that are shown where it names no errors.
const LINES_SHOWN: usize = 30;
/// Bytes of output that are kept: what a build says in an hour of warnings.
const MOST_KEPT: usize = 16 << 20;

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

/// As [`run`]; where the program fails, everything that it said is in a file, which the error names.
///
/// # Errors
///
/// As [`run`].
pub fn run_logged(command: &mut Command, log: &Path, watch: impl FnMut(&str)) -> Result<String> {
    command.stdin(Stdio::null());
    let mut lines = Vec::new();
    let error = match finish_with(command, None, watch, &mut lines) {
        Ok(output) => return Ok(output),
        Err(error) => error,
    };
    if lines.is_empty() || write_log(log, &lines).is_err() {
        return Err(error);
    }
    let output = format!("{}\nall that it said is in {}", error.program_output(), log.display());
    Err(error.output(output))
}

fn write_log(log: &Path, lines: &[String]) -> Result<()> {
    if let Some(folder) = log.parent() {
        files::create_ignored_folder(folder)?;
    }
    files::write(log, &(lines.join("\n") + "\n"))
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

fn finish(command: &mut Command, input: Option<String>, watch: impl FnMut(&str)) -> Result<String> {
    finish_with(command, input, watch, &mut Vec::new())
}

/// `lines` has both streams at the end, but for progress bars.
fn finish_with(
    command: &mut Command,
    input: Option<String>,
    mut watch: impl FnMut(&str),
    lines: &mut Vec<String>,
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
    let mut kept = 0;
    for said in receiver {
        let (Said::Output(line) | Said::Progress(line)) = &said;
        watch(line);
        if !is_progress_bar(line) && kept < MOST_KEPT {
            // A compiler clears its progress bar in front of a message.
            let line = printable(line);
            kept += line.len();
            lines.push(line);
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
    Err(Error::new(format!("`{name}` failed ({status})")).output(why(lines)))
}

/// The first errors of a compiler, or else the last lines.
fn why(lines: &[String]) -> String {
    compiler::first_errors(lines)
        .unwrap_or_else(|| lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n"))
}

/// A command as one types it, for messages.
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
    fn a_failed_build_shows_its_first_errors_and_where_the_rest_is() {
        let log =
            std::env::temp_dir().join(format!("toolgate-log-{}/build.log", std::process::id()));
        let script =
            "for i in $(seq 9); do printf '\\033[Kerror: fault %d\\n' $i >&2; done; seq 99; exit 1";
        let mut command = Command::new("sh");
        let error = run_logged(command.args(["-c", script]), &log, |_| ()).expect_err("it fails");
        let error = error.to_string();
        assert!(
            error.contains("| error: fault 1\n") && error.contains("and 6 more errors"),
            "{error}"
        );
        assert!(error.contains(&format!("all that it said is in {}", log.display())), "{error}");
        let said = std::fs::read_to_string(&log).expect("a log");
        assert!(said.contains("error: fault 9") && said.contains("\n99\n"), "{said}");
        std::fs::remove_dir_all(log.parent().expect("a folder")).expect("it is removed");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program-here"), |_| ()).expect_err("missing");
        assert!(error.to_string().contains("cannot start `no-such-program-here`"), "{error}");
    }
}
