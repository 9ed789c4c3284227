//! A new encryption key before those that are there.

use std::path::Path;

use toolgate_config::Tokens;
use toolgate_core::seal::Keyring;

use crate::dev_provider::random_token;
use crate::project::Project;
use crate::{Error, Result, dotenv, files};

/// Writes the file, after a copy of what it was.
pub(super) fn run(project: &Project, file: Option<&Path>, print: bool) -> Result<()> {
    let checked = project.config()?;
    let tokens = &checked.config.tokens;
    let default = project.root.join(".dev.vars");
    let path = file.unwrap_or(&default);
    let text = files::read_if_present(path)?.ok_or_else(|| {
        Error::new(format!("there is no {}", path.display())).help(
            "`cp .dev.vars.example .dev.vars` and fill it in, or name a file by `--vars FILE`",
        )
    })?;
    let Rotated { text: changed, keys } =
        rotated(&text, &tokens.encryption_key, &random_token())
            .map_err(|problem| problem.of(&tokens.encryption_key, path))?;
    let folder = project.private_folder();
    files::create_ignored_folder(&folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let copy = folder.join(format!("{name}.before-rotation"));
    files::write_secret(&copy, &text)?;
    files::write_secret(path, &changed)?;
    println!(
        "{}: {} has a new key in front of the old; what it was: {}",
        path.display(),
        tokens.encryption_key,
        copy.display()
    );
    if print {
        println!("{keys}");
    }
    println!("\n{}", deployed(tokens));
    Ok(())
}

/// A file with one key more.
#[derive(Debug, PartialEq, Eq)]
struct Rotated {
    text: String,
    keys: String,
}

/// Why there is none.
#[derive(Debug, PartialEq, Eq)]
enum Problem {
    /// There is no key to put another one before.
    Missing,
    /// The Worker would refuse the old keys, or the new list, for this reason.
    Refused(String),
    /// It cannot be written between quotation marks.
    Unwritable,
}

impl Problem {
    fn of(self, name: &str, path: &Path) -> Error {
        let path = path.display();
        match self {
            Self::Missing => Error::new(format!("{path} has no {name}"))
                .help(format!("write what `openssl rand -hex 32` prints into it as {name}")),
            Self::Refused(reason) => Error::new(format!("{name} of {path}: {reason}"))
                .help("remove keys that are weak, or that nothing is sealed with any more"),
            Self::Unwritable => {
                Error::new(format!("{name} of {path} has characters that no key has"))
                    .help("write its keys by hand, in one line, with commas between them")
            }
        }
    }
}

fn rotated(text: &str, name: &str, new: &str) -> std::result::Result<Rotated, Problem> {
    let values = dotenv::parse(text);
    let old = values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let old = old.ok_or(Problem::Missing)?;
    let keys = format!("{new},{old}");
    for list in [old, &keys] {
        Keyring::parse(list).map_err(|error| {
            let said = error.to_string();
            // The other part is how to make a key.
            Problem::Refused(said.split(';').next().unwrap_or_default().to_owned())
        })?;
    }
    let text = dotenv::replace(text, name, &keys).ok_or(Problem::Unwritable)?;
    Ok(Rotated { text, keys })
}

/// The same for a server that is deployed, whose key cannot be read here.
fn deployed(tokens: &Tokens) -> String {
    let name = &tokens.encryption_key;
    let days = tokens.refresh_token_ttl.div_ceil(24 * 60 * 60);
    format!(
        "For a deployed server, whose key nobody can read back, so keep it where you keep passwords:\n  \
         1. `cargo toolgate wrangler -- secret put {name}`, and enter NEW,OLD: the new key, a comma, the old key.\n     \
         From then on the new one seals, and what the old one sealed goes on working.\n  \
         2. When the last grant of the old key has ended (`refresh_token_ttl`: {days} days), the same\n     \
         command again, and enter NEW alone. Clients that registered themselves before step 1, and\n     \
         have not come back since, register once more then."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "COOKIE_ENCRYPTION_KEY";
    const OLD: &str = "5f1d7a3c9b2e8046a1c7d3f59e0b6284c8e1f7a2b3d4956071829fa0bcde3f14";
    const NEW: &str = "a08c1d5be37f926441d7b09e3c8f52a6177d3e9b0c4fa8625e91b3d7f406c82a";

    #[test]
    fn the_new_key_comes_first_and_the_old_one_still_opens() {
        let text = format!("A=1\n{NAME}=\"{OLD}\" # the key\nB=2\n");
        let rotated = rotated(&text, NAME, NEW).expect("it is rotated");
        assert_eq!(rotated.text, format!("A=1\n{NAME}=\"{NEW},{OLD}\" # the key\nB=2\n"));
        let (before, both) = (Keyring::parse(OLD), Keyring::parse(&rotated.keys));
        let (before, both) = (before.expect("a key"), both.expect("two keys"));
        let sealed = before.seal_stable(toolgate_core::seal::Purpose::Code, "", &1);
        assert_eq!(both.open(toolgate_core::seal::Purpose::Code, "", &sealed), Some(1_u64));
        let new = Keyring::parse(NEW).expect("a key");
        let sealed = both.seal_stable(toolgate_core::seal::Purpose::Code, "", &2);
        assert_eq!(new.open(toolgate_core::seal::Purpose::Code, "", &sealed), Some(2_u64));
    }

    #[test]
    fn a_missing_weak_or_too_long_list_is_left_alone() {
        let found = |value: &str| rotated(&format!("{NAME}={value}\n"), NAME, NEW);
        assert_eq!(found(""), Err(Problem::Missing));
        assert_eq!(rotated("A=1", NAME, NEW), Err(Problem::Missing));
        for list in ["brief", &[OLD; 5].join(",")] {
            let Err(problem @ Problem::Refused(_)) = found(list) else {
                panic!("{list} is refused");
            };
            let said = problem.of(NAME, Path::new(".dev.vars")).to_string();
            assert!(said.contains("help: ") && !said.contains(list), "{said}");
        }
    }

    #[test]
    fn the_steps_name_the_secret_and_how_long_the_old_key_is_needed() {
        let config = "[server]\nname = \"A server\"\n[tokens]\nrefresh_token_ttl = \"36h\"\n";
        let config = toolgate_config::check(config).expect("sound").config;
        let said = deployed(&config.tokens);
        assert!(
            said.contains(&format!("`cargo toolgate wrangler -- secret put {NAME}`")),
            "{said}"
        );
        assert!(said.contains("2 days"), "{said}");
    }
}
