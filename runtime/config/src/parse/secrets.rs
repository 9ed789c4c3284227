//! `[secrets]`: the server's own secrets, each with its purpose.

use super::bindings;
use super::declared::Declared;
use super::text::LONGEST_PURPOSE;
use super::value::{Section, shown};
use super::variables::Use;
use super::wrangler::open_table;
use crate::diagnostic::{Code, Fault};
use crate::model::Storage;
use crate::names::{OBJECT_BINDING, is_variable_name};

/// A secret of the server's own. Nothing of it reaches the Worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSecret {
    /// Its name.
    pub name: String,
    /// Its purpose in a few words, for comments and prompts.
    pub purpose: String,
}

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Vec<OwnSecret>> {
    let mut secrets = Vec::new();
    let mut sound = true;
    for entry in section.entries() {
        if let Err(fault) = check_name(entry.key) {
            entry.report_key(fault);
            sound = false;
            continue;
        }
        let name = entry.key;
        let purpose = if entry.value.raw().is_str() {
            entry.value.text(|text| purpose(name, text))
        } else {
            // "Put the value in double quotes" could be read as that of the secret.
            entry.value.wrong_type("a string", &format!("write its purpose: {}", example(name)))
        };
        match purpose {
            Some(purpose) => secrets.push(OwnSecret { name: name.to_owned(), purpose }),
            None => sound = false,
        }
    }
    sound.then_some(secrets)
}

/// The names that the file lists, faulty ones included.
pub(crate) fn names<'a>(root: &Section<'a, '_>) -> Vec<&'a str> {
    let section = root.get("secrets").and_then(|value| open_table(&value));
    section.iter().flat_map(Section::entries).map(|entry| entry.key).collect()
}

/// Reports each name that stands for something else already. `uses` are the variables of settings.
pub(crate) fn check_names(
    root: &Section<'_, '_>,
    uses: &[Use<'_>],
    policies: &[Declared],
    storage: Option<&Storage>,
) {
    let bindings = bindings::names(root);
    let section = root.get("secrets").and_then(|value| open_table(&value));
    for entry in section.iter().flat_map(Section::entries) {
        let name = entry.key;
        let policy = policies.iter().find(|one| one.variables().contains(&name));
        if let Some(other) = uses.iter().find(|other| other.variable == name) {
            entry.report_key(shared(name, &format!("what `{}` reads", other.path)));
        } else if let Some(policy) = policy {
            let other = format!("what policy `{}` reads addresses from", policy.policy.name);
            entry.report_key(shared(name, &other));
        } else if storage.is_some_and(|storage| storage.binding == name) || bindings.contains(&name)
        {
            let message = format!("`{}` is the name of a binding", shown(name));
            entry.report_key(Fault::new(Code::WranglerCollision, message, "use another name"));
        }
    }
}

fn shared(name: &str, other: &str) -> Fault {
    let message = format!("`{}` is {other}", shown(name));
    let help = "`setup`, `doctor` and `wrangler.jsonc` know it already: remove it, or give the secret of your \
                own another name";
    Fault::new(Code::SharedSecret, message, help)
}

fn example(name: &str) -> String {
    format!("`{name} = \"token of the status page\"`")
}

/// Names are those of Worker variables, without the ones that Toolgate may take in a later version.
fn check_name(name: &str) -> Result<(), Fault> {
    let fault = |message, help: String| Err(Fault::new(Code::InvalidVariableName, message, help));
    if !is_variable_name(name) {
        let meant = name.to_ascii_uppercase().replace(['-', '.', ' '], "_");
        let meant = Some(meant).filter(|meant| is_variable_name(meant));
        let example = meant
            .as_deref()
            .map_or("for example `STATUS_TOKEN`".to_owned(), |meant| format!("so write `{meant}`"));
        return fault(
            format!("`{}` is not a name of a Worker secret", shown(name)),
            format!("names are upper-case letters, digits and `_`, {example}"),
        );
    }
    let rest = name.strip_prefix(OBJECT_BINDING);
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_')) {
        let message = format!("`{name}` is reserved for Toolgate");
        return fault(message, "use another name".to_owned());
    }
    Ok(())
}

/// A purpose stands in comments and prompts, so it is on one line. Messages never quote it, since
/// somebody may have written the secret in its place.
fn purpose(name: &str, text: &str) -> Result<String, Fault> {
    let fault = |code, message: String, help: String| Err(Fault::new(code, message, help));
    if text.chars().any(leaves_the_line) {
        return fault(
            Code::InvalidText,
            format!("the purpose of `{name}` has control characters or line breaks"),
            "write it on one line, without tabs".to_owned(),
        );
    }
    if text.chars().count() > LONGEST_PURPOSE {
        return fault(
            Code::InvalidText,
            format!("the purpose of `{name}` is longer than {LONGEST_PURPOSE} characters"),
            "say in a few words what it is for".to_owned(),
        );
    }
    let text = text.trim();
    if text.is_ascii() && !text.contains(' ') {
        return fault(
            Code::LiteralSecret,
            format!("the purpose of `{name}` is a single word, which could be the secret itself"),
            format!(
                "write what it is for in a few words: {}; `cargo toolgate setup` asks for the value\n\
                 a secret that was committed once must be replaced",
                example(name)
            ),
        );
    }
    Ok(text.to_owned())
}

/// True for control characters, what ends a line for some readers of `.dev.vars`, and what turns the
/// direction of the text that follows.
fn leaves_the_line(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
