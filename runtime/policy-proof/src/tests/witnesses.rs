//! Callers that the prover finds are run; of an impossible question no random caller is one.

use serde_json::Value;

use super::policies::{self, Random};
use crate::mutation::{self, Mutation};
use crate::prover::{Answer, Expected, Prover};

#[test]
fn every_caller_that_is_found_passes_and_where_there_is_none_nobody_does() {
    let mut random = Random(11);
    let base = policies::base();
    let (mut possible, mut impossible) = (0, 0);
    for _ in 0..300 {
        let config = policies::policies(&mut random, &base);
        let mut prover = Prover::new(&[&config], &[], &[]);
        for policy in config.policies.iter() {
            let gate = prover.called(0, &policy.name);
            let expected = [Expected::Call(0, &policy.name, true)];
            match prover.ask(gate, None, &expected).expect("the evaluator agrees") {
                Answer::Possible(_) => possible += 1,
                Answer::Impossible => {
                    impossible += 1;
                    for _ in 0..30 {
                        let case = policies::case(&mut random);
                        let none = [Expected::Call(0, &policy.name, false)];
                        prover.confirm(&case, &none).expect("nobody passes");
                    }
                }
                Answer::Undecided => panic!("{policy:?} is small"),
            }
        }
    }
    assert!(possible > 1000 && impossible > 20, "{possible} {impossible}");
}

#[test]
fn a_difference_of_two_policies_is_a_caller_who_passes_one_and_not_the_other() {
    let mut random = Random(12);
    let base = policies::base();
    let mut found = 0;
    for _ in 0..300 {
        let old = policies::policies(&mut random, &base);
        let new = policies::policies(&mut random, &base);
        let mut prover = Prover::new(&[&old, &new], &[], &[]);
        let (before, after) = (prover.called(0, "p2"), prover.called(1, "p2"));
        let gained = prover.and(after, !before);
        let expected = [Expected::Call(1, "p2", true), Expected::Call(0, "p2", false)];
        let answer = prover.ask(gained, None, &expected).expect("the evaluator agrees");
        found += usize::from(matches!(answer, Answer::Possible(_)));
    }
    assert!(found > 150, "{found}");
}

#[test]
fn a_caller_whom_the_evaluator_decides_otherwise_is_told_as_a_fault_of_the_prover() {
    let found = mutation::planted(Mutation::UnknownIsFalse, || {
        let file = "[server]\nname = \"x\"\n[identity]\nprovider = \"dev\"\n\
                    [policies.p]\nnot = { groups = [\"a\"] }\n";
        let config = toolgate_config::check(file).expect("a sound file").config;
        let mut prover = Prover::new(&[&config], &[], &[]);
        let gate = prover.called(0, "p");
        prover.ask(gate, None::<&Value>, &[Expected::Call(0, "p", true)])
    });
    let told = found.expect_err("it is wrong").to_string();
    assert!(told.contains("the prover and the evaluator disagree"), "{told}");
}
