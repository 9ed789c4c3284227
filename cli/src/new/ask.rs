//! Questions with a default, a line each.

use std::io::{BufRead, Write};

use clap::ValueEnum;

use crate::{Doing, Error, Result};

/// Somebody at a terminal.
pub(super) struct Questions<I, O> {
    input: I,
    output: O,
}

impl<I: BufRead, O: Write> Questions<I, O> {
    pub(super) fn new(input: I, output: O) -> Self {
        Self { input, output }
    }

    /// A line, or the default for an empty one.
    pub(super) fn text(&mut self, question: &str, default: &str) -> Result<String> {
        write!(self.output, "{question} [{default}]: ").doing(asking)?;
        self.output.flush().doing(asking)?;
        let mut line = String::new();
        // Ctrl-D: whoever ends the answers wants nothing to happen.
        if self.input.read_line(&mut line).doing(asking)? == 0 {
            return Err(Error::new("there is no answer, and nothing was written")
                .help("`--yes` asks nothing; `--help` lists what can be named instead"));
        }
        let line = line.trim();
        Ok(if line.is_empty() { default } else { line }.to_owned())
    }

    /// One of the values, by its number or name; the first by default. Asks again for any other word.
    pub(super) fn one_of<T: ValueEnum>(&mut self, short: &str, question: &str) -> Result<T> {
        let values: Vec<_> = T::value_variants()
            .iter()
            .filter_map(|value| Some((value, value.to_possible_value()?)))
            .collect();
        writeln!(self.output, "\n{question}").doing(asking)?;
        for (number, (_, shown)) in values.iter().enumerate() {
            let help = shown.get_help().map(ToString::to_string).unwrap_or_default();
            let name = shown.get_name();
            writeln!(self.output, "  {}  {name:14}  {help}", number + 1).doing(asking)?;
        }
        loop {
            let answer = self.text(short, "1")?;
            let chosen = values.iter().enumerate().find(|(number, (_, shown))| {
                shown.get_name() == answer || (number + 1).to_string() == answer
            });
            match chosen {
                Some((_, (value, _))) => return Ok((*value).clone()),
                None => {
                    writeln!(self.output, "a number from 1 to {}, or a name", values.len())
                        .doing(asking)?;
                }
            }
        }
    }
}

fn asking() -> String {
    "ask on the terminal".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::new::{Storage, Template};

    fn answers(text: &str) -> Questions<&[u8], Vec<u8>> {
        Questions::new(text.as_bytes(), Vec::new())
    }

    #[test]
    fn an_empty_line_takes_the_default() {
        let mut questions = answers("\n\n  weather \n");
        assert_eq!(questions.text("Name", "my-server").expect("an answer"), "my-server");
        let template: Template = questions.one_of("Template", "Who?").expect("an answer");
        assert_eq!(template, Template::Access);
        assert_eq!(questions.text("Name", "my-server").expect("an answer"), "weather");
    }

    #[test]
    fn a_choice_is_a_number_or_a_name_and_another_word_is_asked_for_again() {
        let mut questions = answers("4\nd2\n9\nd1\n");
        let template: Template = questions.one_of("Template", "Who?").expect("an answer");
        let storage: Storage = questions.one_of("Storage", "Where?").expect("an answer");
        assert_eq!((template, storage), (Template::Github, Storage::D1));
        let shown = String::from_utf8(questions.output).expect("text");
        assert_eq!(shown.matches("a number from 1 to 3, or a name").count(), 2, "{shown}");
    }

    #[test]
    fn the_end_of_the_answers_ends_the_questions() {
        let error = answers("").text("Name", "my-server").expect_err("no answer").to_string();
        assert!(error.contains("nothing was written") && error.contains("--yes"), "{error}");
    }
}
