//! A comparison as text, Markdown and JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};
use toolgate_policy_proof::compare::Moved;
use toolgate_policy_proof::{Case, case_words};

use crate::{Doing, Result, proof};

/// A function of one side or both, and who moved.
pub(super) struct Changed {
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// The policy before; `None` for a new function.
    pub(super) old: Option<String>,
    /// The policy after; `None` for one that is gone.
    pub(super) new: Option<String>,
    pub(super) is_destructive: bool,
    /// True if its policy is written in another way.
    pub(super) is_rewritten: bool,
    pub(super) gained: Moved,
    pub(super) lost: Moved,
}

/// All functions.
pub(super) struct Comparison {
    pub(super) functions: Vec<Changed>,
    /// Routes with another guard.
    pub(super) routes: Vec<String>,
    pub(super) is_identity_changed: bool,
}

const IDENTITY: &str = "[identity] changed: groups and claims may be told by somebody else now";

impl Changed {
    fn is_still(&self) -> bool {
        self.gained == Moved::Nobody && self.lost == Moved::Nobody
    }

    /// What is particular about it.
    fn notes(&self) -> Vec<&'static str> {
        let mut notes = Vec::new();
        match (&self.old, &self.new) {
            (None, _) => notes.push("new"),
            (_, None) => notes.push("gone"),
            _ => {}
        }
        if self.is_destructive && self.gained != Moved::Nobody && self.old.is_some() {
            notes.push("widens who may call a destructive tool");
        }
        notes
    }

    /// Lines of those who gain and those who lose.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let then = [("was denied", "now allowed"), ("was allowed", "now denied")];
        for ((sign, moved), (before, after)) in
            [("+", &self.gained), ("-", &self.lost)].into_iter().zip(then)
        {
            match moved {
                Moved::Nobody => {}
                Moved::Undecided => lines.push(format!("{sign} not decided")),
                Moved::Some { cubes, is_complete } => {
                    lines.extend(cubes.iter().map(|(words, _)| format!("{sign} {words}")));
                    if !is_complete {
                        lines.push(format!("{sign} and others"));
                    }
                    let example = cubes.first().map(|(_, case)| case_words(case));
                    let example = example.unwrap_or_default();
                    lines.push(format!("  e.g. {example}: {before}, {after}"));
                }
            }
        }
        lines
    }
}

impl Comparison {
    pub(super) fn status(&self) -> u8 {
        let any = |is: fn(&Changed) -> bool| self.functions.iter().any(is);
        if any(|one| one.gained == Moved::Undecided || one.lost == Moved::Undecided) {
            2
        } else {
            u8::from(any(|one| one.gained != Moved::Nobody))
        }
    }

    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for (names, one) in self.groups() {
            let notes = one.notes();
            let notes = match notes.is_empty() {
                true => String::new(),
                false => format!("  <- {}", notes.join(", ")),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{}{notes}", names.join(", "));
            for line in one.lines() {
                let _ = writeln!(out, "  {line}");
            }
        }
        for line in self.others() {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(out, "{}", self.summary());
        out
    }

    /// Functions for which the same callers gain and lose, with one of them.
    fn groups(&self) -> Vec<(Vec<&str>, &Changed)> {
        let mut groups: Vec<(Vec<&str>, &Changed)> = Vec::new();
        for one in self.functions.iter().filter(|one| !one.is_still()) {
            let same = |(_, known): &&mut (Vec<&str>, &Changed)| {
                known.gained == one.gained
                    && known.lost == one.lost
                    && known.notes() == one.notes()
                    && (&known.old, &known.new) == (&one.old, &one.new)
            };
            match groups.iter_mut().find(same) {
                Some((names, _)) => names.push(&one.name),
                None => groups.push((vec![&one.name], one)),
            }
        }
        groups
    }

    /// Lines about functions for which nobody gains or loses, routes and the identity provider.
    fn others(&self) -> Vec<String> {
        let still = |rewritten: bool| {
            let own =
                self.functions.iter().filter(|one| one.is_still() && one.is_rewritten == rewritten);
            own.map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let mut lines = Vec::new();
        for (names, why) in [(still(true), " (rules were rewritten)"), (still(false), "")] {
            if !names.is_empty() {
                lines.push(format!("{names}: nobody gains, nobody loses{why}"));
            }
        }
        lines.extend(self.routes.iter().cloned());
        lines.extend(self.is_identity_changed.then(|| IDENTITY.to_owned()));
        lines
    }

    fn summary(&self) -> String {
        let count = |is: fn(&Changed) -> bool| self.functions.iter().filter(|one| is(one)).count();
        let functions = match self.functions.len() {
            1 => "1 function".to_owned(),
            count => format!("{count} functions"),
        };
        let mut summary = format!(
            "{functions}, {} widen access, {} narrow it; all callers that are named were run",
            count(|one| matches!(one.gained, Moved::Some { .. })),
            count(|one| matches!(one.lost, Moved::Some { .. })),
        );
        if self.status() == 2 {
            summary.push_str("; not all is decided");
        }
        summary
    }

    pub(super) fn markdown(&self, base: &str) -> String {
        let mut out = format!("### Changes in access compared with `{base}`\n\n");
        let groups = self.groups();
        if !groups.is_empty() {
            out.push_str("| function | policy | who | for example |\n|---|---|---|---|\n");
        }
        let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        for (names, one) in groups {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            let absent = || "none".to_owned();
            let (old, new) =
                (one.old.clone().unwrap_or_else(absent), one.new.clone().unwrap_or_else(absent));
            let policy = if old == new { old } else { format!("{old} → {new}") };
            let notes: String = one.notes().iter().map(|note| format!("<br>**{note}**")).collect();
            for (who, moved) in [("gains", &one.gained), ("loses", &one.lost)] {
                for (words, example) in rows(moved) {
                    let name = format!("{}{notes}", names.join(", "));
                    // Writing to a String cannot fail.
                    let _ = writeln!(
                        out,
                        "| {} | `{}` | **{who}** {} | {} |",
                        cell(&name),
                        cell(&policy),
                        cell(&words),
                        cell(&example)
                    );
                }
            }
        }
        out.push('\n');
        for line in self.others() {
            let _ = writeln!(out, "- {line}");
        }
        let _ = writeln!(out, "\n{}.", self.summary());
        out
    }

    pub(super) fn json(&self) -> Result<String> {
        let functions: Vec<Value> = self
            .functions
            .iter()
            .map(|one| {
                json!({
                    "kind": one.kind,
                    "name": one.name,
                    "old_policy": one.old,
                    "new_policy": one.new,
                    "rewritten": one.is_rewritten,
                    "gained": of_moved(&one.gained),
                    "lost": of_moved(&one.lost),
                    "notes": one.notes(),
                })
            })
            .collect();
        let report = json!({
            "functions": functions,
            "routes": self.routes,
            "identity_changed": self.is_identity_changed,
            "summary": self.summary(),
        });
        let text = serde_json::to_string_pretty(&report).doing(|| "write the answer".to_owned())?;
        Ok(format!("{text}\n"))
    }
}

/// Those who moved, with an example of each.
fn rows(moved: &Moved) -> Vec<(String, String)> {
    match moved {
        Moved::Nobody => Vec::new(),
        Moved::Undecided => vec![("not decided".to_owned(), String::new())],
        Moved::Some { cubes, is_complete } => {
            let of = |(words, case): &(String, Case)| (words.clone(), case_words(case));
            let more = (!is_complete).then(|| ("and others".to_owned(), String::new()));
            cubes.iter().map(of).chain(more).collect()
        }
    }
}

fn of_moved(moved: &Moved) -> Value {
    match moved {
        Moved::Nobody => json!({ "answer": "nobody" }),
        Moved::Undecided => json!({ "answer": "not decided" }),
        Moved::Some { cubes, is_complete } => {
            let cubes: Vec<Value> = cubes
                .iter()
                .map(|(words, case)| json!({ "who": words, "example": proof::json(case) }))
                .collect();
            json!({ "answer": "some", "cubes": cubes, "complete": is_complete })
        }
    }
}
