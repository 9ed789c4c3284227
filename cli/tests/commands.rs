//! The command line itself.

use std::process::{Command, Output};

fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
    command.args(arguments).current_dir(std::env::temp_dir()).output().expect("it starts")
}

#[test]
fn completions_know_the_commands_and_need_no_server() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = program(&["toolgate", "completions", shell]);
        let script = String::from_utf8(output.stdout).expect("text");
        for word in ["cargo-toolgate", "doctor", "rotate", "no-build"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
        assert!(output.status.success());
    }
}

/// As bash asks for them after `cargo-toolgate doctor --off`.
#[cfg(unix)]
#[test]
fn bash_completes_the_options_of_a_command() {
    let script = program(&["completions", "bash"]).stdout;
    let ask = "COMP_WORDS=(cargo-toolgate doctor --off); COMP_CWORD=2
        _cargo-toolgate cargo-toolgate --off doctor; echo \"${COMPREPLY[@]}\"";
    let script = String::from_utf8(script).expect("text") + ask;
    let output = Command::new("bash").args(["-c", &script]).output().expect("bash starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "--offline\n");
}

#[test]
fn the_program_is_the_same_under_its_own_name() {
    let (by_cargo, by_name) = (program(&["toolgate", "schema"]), program(&["schema"]));
    assert!(by_cargo.status.success() && by_name.status.success());
    assert_eq!(by_cargo.stdout, by_name.stdout);
}

/// As `… | head -1` does.
#[test]
fn a_closed_stdout_is_no_crash() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/access");
    let person = ["explain", "--user", "ada@example.com", "--tool", "add", "--project", example];
    for arguments in [
        &["schema"][..],
        &["completions", "bash"],
        &["matrix", "--project", example],
        &["connect", "--url", "https://my-server.example.workers.dev", "--project", example],
        &person,
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolgate"));
        let output = command.args(arguments).stdout(writer).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert!(matches!(output.status.code(), Some(0 | 141)), "{arguments:?}: {}", output.status);
    }
}

#[test]
fn a_word_that_is_no_command_is_wrong_usage() {
    assert_eq!(program(&["toolgate", "docter"]).status.code(), Some(2));
    assert_eq!(program(&[]).status.code(), Some(2));
}
