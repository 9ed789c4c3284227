//! Answers on invariants as text and JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};
use toolgate_config::{Checked, Invariant};
use toolgate_policy_proof::case_words;
use toolgate_policy_proof::invariants::{Function, Kind, Verdict};

use super::is_violated;
use crate::{Doing, Error, Result, proof};

/// The answer for one invariant.
pub(crate) struct Answer<'a> {
    pub(super) invariant: &'a Invariant,
    /// By function that it is about.
    pub(super) verdicts: Vec<(Function<'a>, Verdict)>,
    /// Patterns that no function has a name for.
    pub(super) idle: Vec<(Kind, &'a str)>,
}

/// All answers.
pub(crate) struct Report<'a> {
    answers: Vec<Answer<'a>>,
    checked: &'a Checked,
    /// True where the question is one of the command line, and not of the file.
    is_question: bool,
}

impl Answer<'_> {
    fn word(&self) -> &'static str {
        let any = |is: fn(&Verdict) -> bool| self.verdicts.iter().any(|(_, verdict)| is(verdict));
        if any(is_violated) {
            "violated"
        } else if any(|verdict| *verdict == Verdict::Undecided) {
            "not decided"
        } else if self.verdicts.is_empty() {
            "about nothing"
        } else {
            "holds"
        }
    }

    fn kind(&self) -> &'static str {
        if self.invariant.always { "always" } else { "never" }
    }

    fn place(&self) -> String {
        format!("mcp.toml:{}:{}", self.invariant.line, self.invariant.column)
    }

    /// True if it holds, but not for callers of whom it is not known whether it is about them.
    fn is_loose(&self) -> bool {
        let loose = |verdict: &Verdict| *verdict == Verdict::Holds { strictly: false };
        self.word() == "holds" && self.verdicts.iter().any(|(_, verdict)| loose(verdict))
    }
}

impl<'a> Report<'a> {
    pub(super) fn of(answers: Vec<Answer<'a>>, checked: &'a Checked, is_question: bool) -> Self {
        Self { answers, checked, is_question }
    }

    pub(super) fn status(&self) -> u8 {
        let any = |word| self.answers.iter().any(|answer| answer.word() == word);
        if any("violated") { 1 } else { u8::from(any("not decided")) * 2 }
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        if self.answers.is_empty() {
            out.push_str("mcp.toml has no [[never]] and no [[always]]: nothing to prove\n");
        }
        if !self.is_question {
            out.push_str(&self.table());
        }
        for warning in self.warnings() {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "\n{warning}");
        }
        for problem in self.problems() {
            let _ = writeln!(out, "\nerror: {problem}");
        }
        if self.is_question && self.status() == 0 {
            out.push_str("nobody: proved for all callers and arguments\n");
        }
        out
    }

    /// One line for each invariant.
    fn table(&self) -> String {
        let width =
            self.answers.iter().map(|one| one.invariant.name.chars().count()).max().unwrap_or(0);
        let mut out = String::new();
        for answer in &self.answers {
            let count = match answer.verdicts.len() {
                1 => "1 function".to_owned(),
                count => format!("{count} functions"),
            };
            let loose = if answer.is_loose() {
                "  (not for callers of whom nothing is known; see `strict`)"
            } else {
                ""
            };
            // Writing to a String cannot fail.
            let _ = writeln!(
                out,
                "{:<6} {:<width$}  {count:<12}  {:<13}  {}{loose}",
                answer.kind(),
                answer.invariant.name,
                answer.word(),
                answer.place(),
            );
        }
        out
    }

    /// One for each function for which an invariant does not hold.
    pub(super) fn problems(&self) -> Vec<Error> {
        let each = self.answers.iter().flat_map(|answer| {
            answer.verdicts.iter().map(move |(function, verdict)| (answer, function, verdict))
        });
        each.filter_map(|(answer, function, verdict)| self.problem(answer, function, verdict))
            .collect()
    }

    fn problem(
        &self,
        answer: &Answer<'_>,
        function: &Function<'_>,
        verdict: &Verdict,
    ) -> Option<Error> {
        let (kind, name, policy) = (function.kind.as_str(), function.name, function.policy);
        let position = self.checked.policy_position(policy);
        let position = position
            .map_or_else(String::new, |at| format!(" (mcp.toml:{}:{})", at.line, at.column));
        let guard = format!("guarded by policy `{policy}`{position}");
        let against = match self.is_question {
            true => String::new(),
            false => format!(", against `{}` at {}", answer.invariant.name, answer.place()),
        };
        match verdict {
            Verdict::Holds { .. } => None,
            Verdict::Undecided => Some(
                Error::new(format!("for {kind} `{name}` it is not decided{against}"))
                    .output(guard)
                    .help("the policies are too large to be proved: name fewer policies in a row"),
            ),
            Verdict::Violated { case, all, is_complete } => {
                let verb = if answer.invariant.always { "cannot call" } else { "can call" };
                let mut lines = vec![guard];
                if let Some(all) = all {
                    lines.extend(all.iter().map(|cube| format!("all such: {cube}")));
                    if !is_complete {
                        lines.push("and others".to_owned());
                    }
                }
                let message = format!("{} {verb} {kind} `{name}`{against}", case_words(case));
                Some(Error::new(message).output(lines.join("\n")))
            }
        }
    }

    /// One for each pattern that no function has a name for.
    pub(super) fn warnings(&self) -> Vec<String> {
        let each = self.answers.iter().filter(|_| !self.is_question).flat_map(|answer| {
            answer.idle.iter().map(move |(kind, pattern)| {
                format!(
                    "{}: warning: `{}` is about {}s `{pattern}`, and no {} has such a name",
                    answer.place(),
                    answer.invariant.name,
                    kind.as_str(),
                    kind.as_str()
                )
            })
        });
        each.collect()
    }

    pub(super) fn json(&self) -> Result<String> {
        let answers: Vec<Value> = self.answers.iter().map(of_answer).collect();
        let report = json!({ "invariants": answers, "warnings": self.warnings() });
        let text = serde_json::to_string_pretty(&report).doing(|| "write the answer".to_owned())?;
        Ok(format!("{text}\n"))
    }
}

fn of_answer(answer: &Answer<'_>) -> Value {
    let functions: Vec<Value> = answer
        .verdicts
        .iter()
        .map(|(function, verdict)| {
            let mut of = json!({
                "kind": function.kind.as_str(),
                "name": function.name,
                "policy": function.policy,
            });
            match verdict {
                Verdict::Holds { strictly } => {
                    of["verdict"] = "holds".into();
                    of["strictly"] = (*strictly).into();
                }
                Verdict::Undecided => of["verdict"] = "not decided".into(),
                Verdict::Violated { case, all, is_complete } => {
                    of["verdict"] = "violated".into();
                    of["example"] = proof::json(case);
                    of["all"] = json!(all);
                    of["complete"] = (*is_complete).into();
                }
            }
            of
        })
        .collect();
    json!({
        "kind": answer.kind(),
        "name": answer.invariant.name,
        "position": answer.place(),
        "verdict": answer.word(),
        "functions": functions,
    })
}
