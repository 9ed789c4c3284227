//! Asking before something is changed.

use std::io::{self, IsTerminal, Write};

use console::Term;

use crate::{Doing, Result};

/// Source of the consent to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// The person at the terminal, each time.
    Asked,
    /// `--yes` did, for everything.
    Given,
    /// There is nobody to ask: nothing is changed.
    Withheld,
}

impl Consent {
    /// That of this run.
    pub(crate) fn of(yes: bool) -> Self {
        if yes {
            Self::Given
        } else if io::stdin().is_terminal() && io::stderr().is_terminal() {
            Self::Asked
        } else {
            Self::Withheld
        }
    }

    /// Asks if something may be done; `question` without its question mark.
    ///
    /// # Errors
    ///
    /// When the answer cannot be read.
    pub(crate) fn to(self, question: &str) -> Result<bool> {
        match self {
            Self::Given => Ok(true),
            Self::Withheld => Ok(false),
            Self::Asked => {
                eprint!("{question}? [y/N] ");
                io::stderr().flush().doing(|| "ask".to_owned())?;
                let mut answer = String::new();
                io::stdin().read_line(&mut answer).doing(|| "read the answer".to_owned())?;
                Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
            }
        }
    }
}

/// A value that the screen does not show; `None` for an empty one, or where there is nobody to ask.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn secret(question: &str) -> Result<Option<String>> {
    let terminal = Term::stderr();
    if !terminal.is_term() || !io::stdin().is_terminal() {
        return Ok(None);
    }
    eprint!("{question}: ");
    io::stderr().flush().doing(|| "ask".to_owned())?;
    let value = terminal.read_secure_line().doing(|| "read the value".to_owned())?;
    Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty()))
}
