//! Policies of the size of a whole company.

use toolgate_config::{Condition, Config, Invariant};

use super::policies::{self, Random};
use crate::compare::{self, Guard, Moved, Pair};
use crate::invariants::{self, Function, Kind, Verdict};

/// `count` policies of `size` conditions or more each.
fn company(seed: u64, count: usize, size: usize) -> Config {
    let mut random = Random(seed);
    let mut config = policies::base();
    for index in 0..count {
        let mut parts = Vec::new();
        let mut conditions = 0;
        while conditions < size {
            let part = policies::condition(&mut random, 2, index);
            part.walk(&mut |_| conditions += 1);
            parts.push(part);
        }
        // Alternatives of a few conditions each, so that some callers pass and some do not.
        let alternatives = parts.chunks(3).map(|some| Condition::All(some.to_vec().into()));
        let rule = Condition::Any(alternatives.collect::<Vec<_>>().into());
        let name = format!("p{index}");
        config.policies.to_mut().push(toolgate_config::Policy::new(name, rule));
    }
    config
}

#[test]
fn every_question_about_twenty_policies_of_sixty_conditions_is_decided() {
    let old = company(21, 20, 60);
    // A change as people make it: three policies are others.
    let mut new = old.clone();
    let others = company(22, 20, 60);
    new.policies.to_mut()[17..].clone_from_slice(&others.policies[17..]);
    let names: Vec<String> = (0..20).map(|index| format!("p{index}")).collect();
    let guard = |name| Some(Guard { policy: name, schema: None });
    let pairs: Vec<Pair<'_>> =
        names.iter().map(|name| Pair { old: guard(name), new: guard(name) }).collect();
    let begun = std::time::Instant::now();
    let found = compare::compare(&old, &new, &pairs, None).expect("the evaluator agrees");
    println!("compared in {:?}", begun.elapsed());
    assert_eq!(found.len(), names.len());
    assert!(found.iter().all(|one| one.gained != Moved::Undecided && one.lost != Moved::Undecided));
    assert!(found.iter().any(|one| matches!(one.gained, Moved::Some { .. })), "{found:?}");
}

#[test]
fn fifty_functions_are_proved_one_by_one() {
    let config = company(23, 20, 10);
    let names: Vec<String> = (0..20).map(|index| format!("p{index}")).collect();
    let invariant = Invariant {
        name: "others".into(),
        who: Condition::Groups(vec!["nobody-is-in-it".into()].into()),
        tools: vec!["*".into()].into(),
        prompts: Vec::new().into(),
        resources: Vec::new().into(),
        strict: false,
        always: false,
        line: 1,
        column: 1,
    };
    let all = [invariant];
    let begun = std::time::Instant::now();
    for index in 0..50 {
        let policy = names[index % names.len()].as_str();
        let function = [Function { kind: Kind::Tool, name: "tool", policy, schema: None }];
        let found = invariants::check(&config, &all, &function).expect("the evaluator agrees");
        assert!(found.iter().all(|(.., verdict)| *verdict != Verdict::Undecided));
    }
    println!("proved in {:?}", begun.elapsed());
}
