//! Triggers and their functions: what does not belong together, and what `cargo toolgate` is told.

#[cfg(not(target_arch = "wasm32"))]
use serde_json::{Value, json};

use super::def::{TriggerDef, TriggerKind, Triggers, defs};

/// One line for each trigger without a function, and for each function without a trigger.
pub(crate) fn problems(triggers: &Triggers) -> Vec<String> {
    let declared = declared(triggers);
    let mut found: Vec<_> = defs().collect();
    found.sort_by_key(|def| def.location);
    let mut problems = Vec::new();
    for (kind, name) in &declared {
        let functions: Vec<_> = found.iter().filter(|def| is_of(def, *kind, name)).collect();
        match functions[..] {
            [] => problems.push(format!(
                "mcp.toml has `{}`, and no function has `{}`: add one, or leave the section out",
                kind.section(name),
                kind.attribute(name)
            )),
            [_] => {}
            [first, second, ..] => problems.push(format!(
                "{}: `{}` is at {}, too: a trigger has one function",
                second.location,
                kind.attribute(name),
                first.location
            )),
        }
    }
    for def in found {
        let is_known = |(kind, name): &(TriggerKind, &str)| is_of(def, *kind, name);
        if !declared.iter().chain(triggers.elsewhere).any(is_known) {
            problems.push(format!(
                "{}: `{}` is started by nothing: mcp.toml has no `{}`",
                def.location,
                def.function,
                def.kind().section(def.name)
            ));
        }
    }
    problems
}

fn is_of(def: &TriggerDef, kind: TriggerKind, name: &str) -> bool {
    def.kind() == kind && def.name == name
}

fn declared(triggers: &Triggers) -> Vec<(TriggerKind, &'static str)> {
    let crons = triggers.crons.iter().map(|(name, _)| (TriggerKind::Cron, *name));
    let queues = triggers.queues.iter().map(|(name, _)| (TriggerKind::Queue, *name));
    let email = triggers.has_email.then_some((TriggerKind::Email, ""));
    crons.chain(queues).chain(email).collect()
}

/// The functions as `cargo toolgate` reads them, sorted by what starts them.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn described() -> Value {
    let mut found: Vec<_> = defs().collect();
    found.sort_by_key(|def| (def.kind().noun(), def.name, def.location));
    let described = found.into_iter().map(|def| {
        json!({
            "kind": def.kind().noun(),
            "name": def.name,
            "function": def.function,
            "location": def.location,
        })
    });
    described.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::Needs;
    use crate::trigger::TriggerCall;

    inventory::submit!(TriggerDef {
        name: "nightly",
        function: "clean",
        call: TriggerCall::Cron(|_, _| Box::pin(async { Ok(()) })),
        needs: Needs { interactive: false, families: &[], features: &[], named: &[] },
        location: "src/lib.rs:1",
    });

    const NONE: Triggers =
        Triggers { crons: &[], queues: &[], has_email: false, purge: None, elsewhere: &[] };

    const NIGHTLY: &[(&str, &str)] = &[("nightly", "0 6 * * *")];

    #[test]
    fn a_trigger_and_its_function_belong_together() {
        assert_eq!(problems(&Triggers { crons: NIGHTLY, ..NONE }), Vec::<String>::new());
    }

    #[test]
    fn a_function_that_nothing_starts_is_a_problem_unless_another_environment_starts_it() {
        let expected =
            "src/lib.rs:1: `clean` is started by nothing: mcp.toml has no `[cron.nightly]`";
        assert_eq!(problems(&NONE), [expected]);
        let elsewhere = &[(TriggerKind::Cron, "nightly")];
        assert_eq!(problems(&Triggers { elsewhere, ..NONE }), Vec::<String>::new());
    }

    #[test]
    fn a_trigger_without_a_function_is_a_problem() {
        let queues = &[("jobs", "server-jobs")];
        let triggers = Triggers { crons: NIGHTLY, queues, has_email: true, ..NONE };
        assert_eq!(
            problems(&triggers),
            [
                "mcp.toml has `[queues.jobs]`, and no function has `#[queue(\"jobs\")]`: add one, or leave \
                 the section out",
                "mcp.toml has `[email]`, and no function has `#[email]`: add one, or leave the section out",
            ]
        );
    }
}
