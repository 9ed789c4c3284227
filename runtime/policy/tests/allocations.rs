//! Saying no allocates nothing, however large the policy: whoever may do nothing cannot make the
//! server use memory.

use allocation_counter::measure;
use serde_json::json;
use toolgate_config::{Condition, Config, List, Policy, Scalar, Str, Test};
use toolgate_policy::{Arguments, Caller, Decision, Reason, Vars, decide};

/// The result, and how many allocations it took.
fn counted<T>(run: impl FnOnce() -> T) -> (T, u64) {
    let mut result = None;
    let allocations = measure(|| result = Some(run()));
    (result.expect("it ran"), allocations.count_total)
}

struct OneVariable;

impl Vars for OneVariable {
    fn var(&self, _: &str) -> Option<String> {
        Some("grace@example.net, mary@example.net".to_owned())
    }
}

/// So many conditions of every kind, none of which holds for [`nobody`]. Lists are long, and there
/// are many policies besides.
fn policies(size: usize) -> Vec<Policy> {
    let list = |what: &dyn Fn(usize) -> String| -> List<Str> {
        (0..size).map(|index| what(index).into()).collect()
    };
    let emails = || Condition::Emails(list(&|index| format!("user{index}@example.com")));
    let groups = || Condition::Groups(list(&|index| format!("group-{index}")));
    let claim = || Condition::Claim {
        path: vec!["department".into()].into(),
        test: Test::OneOf((0..size).map(|index| Scalar::Str(format!("d{index}").into())).collect()),
    };
    let rules = [
        emails(),
        Condition::Domains(list(&|index| format!("sub{index}.example.com"))),
        groups(),
        claim(),
        Condition::Any(
            (0..size).map(|_| Condition::Groups(vec!["design".into()].into())).collect(),
        ),
        Condition::All(
            vec![Condition::Everyone, Condition::Any(vec![emails(), groups()].into())].into(),
        ),
        Condition::Not(vec![Condition::Not(vec![claim()].into())].into()),
        Condition::Any(vec![Condition::Policy("p0".into()), Condition::Policy("p2".into())].into()),
    ];
    let others = (0..size).map(|index| Policy::new(format!("other-{index}"), Condition::Everyone));
    let tested = rules.into_iter().enumerate();
    others.chain(tested.map(|(index, rule)| Policy::new(format!("p{index}"), rule))).collect()
}

fn config(size: usize) -> Config {
    let checked =
        toolgate_config::check("[server]\nname = \"allocations\"\n").expect("it is sound");
    Config { policies: policies(size).into(), ..checked.config }
}

fn nobody() -> Caller {
    toolgate_json::from_json::read_value(json!({
        "subject": "1", "client_id": "client", "email": "eve@example.net", "email_verified": true,
        "groups": ["sales", "guests"], "claims": { "department": "sales" },
    }))
    .expect("a caller")
}

#[test]
fn a_refusal_allocates_nothing_whatever_the_size_of_the_policy() {
    let caller = nobody();
    for size in [10, 1000, 10_000] {
        let config = config(size);
        for name in ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"] {
            let (decision, allocations) =
                counted(|| decide(&config, name, &caller, Arguments::Unknown, &OneVariable));
            let reason = match (name, size) {
                // More conditions than are evaluated.
                ("p4", 10_000) => Reason::TooComplex,
                _ => Reason::NotMatched,
            };
            assert_eq!(decision, Decision::Deny { reason }, "{name} of {size}");
            assert_eq!(allocations, 0, "{name} of {size} entries");
        }
    }
}

#[test]
fn refusals_of_what_cannot_be_evaluated_allocate_nothing_either() {
    let config = config(1000);
    let stranger = Caller { email: None, groups: Vec::new(), ..nobody() };
    let caller = nobody();
    for (name, caller) in [("p0", &stranger), ("p2", &stranger), ("missing", &caller)] {
        let (decision, allocations) =
            counted(|| decide(&config, name, caller, Arguments::Unknown, &OneVariable));
        assert!(!decision.is_allowed(), "{name}");
        assert_eq!(allocations, 0, "{name}");
    }
}

#[test]
fn a_variable_is_read_once_and_not_copied_again() {
    let mut config = config(10);
    config.policies = vec![Policy::new("listed", Condition::EmailsFrom("LISTED".into()))].into();
    let caller = nobody();
    let (decision, allocations) =
        counted(|| decide(&config, "listed", &caller, Arguments::Unknown, &OneVariable));
    assert_eq!(decision, Decision::Deny { reason: Reason::NotMatched });
    // The text that the Worker hands over.
    assert_eq!(allocations, 1);
}

#[test]
fn allocations_are_counted() {
    let (text, allocations) = counted(|| "text".to_owned());
    assert_eq!((text.as_str(), allocations), ("text", 1));
}
