//! Functions that no client starts, and which changes of them a reviewer hears of.

use super::file::Trigger;
use crate::registry;

/// Sorted by name.
pub(super) fn locked(triggers: &[registry::Trigger]) -> Vec<Trigger> {
    let mut locked: Vec<_> = triggers
        .iter()
        .map(|trigger| Trigger { name: name(trigger), function: trigger.function.clone() })
        .collect();
    locked.sort_by(|one, other| one.name.cmp(&other.name));
    locked
}

fn name(trigger: &registry::Trigger) -> String {
    match trigger.name.as_str() {
        "" => trigger.kind.clone(),
        name => format!("{}.{name}", trigger.kind),
    }
}

/// One line for each change.
pub(super) fn changes(old: &[Trigger], new: &[Trigger]) -> Vec<String> {
    let find = |all: &[Trigger], name: &str| -> Option<String> {
        all.iter().find(|trigger| trigger.name == name).map(|trigger| trigger.function.clone())
    };
    let mut changes = Vec::new();
    for Trigger { name, function } in new {
        match find(old, name) {
            Some(before) if before == *function => {}
            Some(before) => {
                changes.push(format!("`{name}` starts `{function}` now, was `{before}`"));
            }
            None => changes.push(format!("`{name}` is new, and starts `{function}`")),
        }
    }
    let gone = old.iter().filter(|trigger| find(new, &trigger.name).is_none());
    changes.extend(gone.map(|trigger| format!("`{}` starts nothing any more", trigger.name)));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger(name: &str, function: &str) -> Trigger {
        Trigger { name: name.to_owned(), function: function.to_owned() }
    }

    #[test]
    fn a_reviewer_hears_which_function_a_trigger_starts() {
        let old = [trigger("cron.a", "one"), trigger("cron.b", "two"), trigger("email", "take")];
        let new =
            [trigger("cron.a", "one"), trigger("cron.b", "other"), trigger("queue.c", "work")];
        assert_eq!(
            changes(&old, &new),
            [
                "`cron.b` starts `other` now, was `two`",
                "`queue.c` is new, and starts `work`",
                "`email` starts nothing any more",
            ]
        );
    }

    #[test]
    fn mail_has_no_name() {
        let of = |kind: &str, name: &str| registry::Trigger {
            kind: kind.to_owned(),
            name: name.to_owned(),
            function: "f".to_owned(),
        };
        let locked = locked(&[of("queue", "jobs"), of("email", "")]);
        assert_eq!(locked, [trigger("email", "f"), trigger("queue.jobs", "f")]);
    }
}
