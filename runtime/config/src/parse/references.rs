//! Policies that refer to policies: every name exists, and there are no circles.

use super::condition::Reference;
use super::declared::Declared;
use super::value::{Section, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::names::EVERYONE;
use crate::suggest;

/// Reports references to unknown policies and circles; true where there is a circle.
pub(crate) fn check(section: &Section<'_, '_>, policies: &[Declared], known: &[&str]) -> bool {
    for policy in policies {
        refuse_unknown(section, &policy.references, known);
    }
    report_cycles(section, policies)
}

/// Reports references to policies that are not among the known ones.
pub(crate) fn refuse_unknown(section: &Section<'_, '_>, references: &[Reference], known: &[&str]) {
    for reference in references {
        if !known.contains(&reference.name.as_ref()) {
            section.report(reference.span.clone(), unknown(&reference.name, known));
        }
    }
}

fn unknown(name: &str, known: &[&str]) -> Fault {
    let all: Vec<&str> = std::iter::once(EVERYONE).chain(known.iter().copied()).collect();
    let help = match suggest::nearest(name, all.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("policies: {}", names(&all)),
    };
    Fault::new(Code::UnknownPolicy, format!("unknown policy `{}`", shown(name)), help)
}

/// Progress of the search for circles with a policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    /// On the path from the policy where the search began.
    Open,
    Done,
}

/// Reports each circle once, at the reference that closes it.
fn report_cycles(section: &Section<'_, '_>, policies: &[Declared]) -> bool {
    let mut has_circles = false;
    let mut visits = vec![Visit::New; policies.len()];
    for start in 0..policies.len() {
        if visits[start] != Visit::New {
            continue;
        }
        visits[start] = Visit::Open;
        // The path from `start`, each with the number of its next reference. An own stack, since
        // a chain may be longer than the thread's stack allows.
        let mut path = vec![(start, 0)];
        while let Some((current, next)) = path.last_mut() {
            let Some(reference) = policies[*current].references.get(*next) else {
                visits[*current] = Visit::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let target = policies.iter().position(|policy| policy.policy.name == reference.name);
            match target.map(|target| (target, visits[target])) {
                Some((target, Visit::New)) => {
                    visits[target] = Visit::Open;
                    path.push((target, 0));
                }
                Some((target, Visit::Open)) => {
                    let circle =
                        path.iter().map(|(index, _)| *index).skip_while(|index| *index != target);
                    let circle: Vec<&str> =
                        circle.map(|index| policies[index].policy.name.as_ref()).collect();
                    report_cycle(section, reference, &circle);
                    has_circles = true;
                }
                Some((_, Visit::Done)) | None => {}
            }
        }
    }
    has_circles
}

fn report_cycle(section: &Section<'_, '_>, reference: &Reference, circle: &[&str]) {
    let first = circle.first().copied().unwrap_or_default();
    let message = match circle {
        [only] => format!("policy `{only}` refers to itself"),
        circle => {
            format!("policies refer to each other in a circle: {} -> {first}", circle.join(" -> "))
        }
    };
    let help = "whether somebody passes cannot depend on itself: remove one of the references";
    section.report(reference.span.clone(), Fault::new(Code::PolicyCycle, message, help));
}
