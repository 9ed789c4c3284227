//! Random sequences of operations on one grant, against a model that keeps a list of tokens
//! instead of a generation.

use proptest::prelude::*;
use toolgate_core::oauth::grant::{Grant, Operation, Outcome, USE_RESOLUTION, Write, apply};

const CREATED: u64 = 1_000;
const CODE_EXPIRES: u64 = CREATED + 600;
const EXPIRES: u64 = CREATED + 20_000;
const OWNER: &str = "owner";

/// The code and every refresh token that was handed out: when each was used, if it was.
#[derive(Debug, Default, Clone)]
struct Model {
    used_at: Vec<Option<u64>>,
    revoked: bool,
}

/// What the model expects; `None` in place of a generation means a refusal.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Active { generation: u32, advanced: bool },
    Gone,
    Reused,
    Done,
}

impl Model {
    fn present(&mut self, token: usize, grace: u64, now: u64) -> Expected {
        let Some(used) = self.used_at.get(token).copied() else { return Expected::Gone };
        let successor = u32::try_from(token + 1).unwrap();
        match used {
            None if token == 0 && now >= CODE_EXPIRES => Expected::Gone,
            None => {
                self.used_at[token] = Some(now);
                self.used_at.push(None);
                Expected::Active { generation: successor, advanced: true }
            }
            Some(at) if token > 0 && self.used_at[token + 1].is_none() && now <= at + grace => {
                Expected::Active { generation: successor, advanced: false }
            }
            Some(_) => {
                self.revoked = true;
                Expected::Reused
            }
        }
    }

    fn apply(&mut self, operation: &Operation, now: u64) -> Expected {
        match operation {
            Operation::Create(_) if self.used_at.is_empty() => {
                self.used_at.push(None);
                Expected::Done
            }
            Operation::Create(_) => Expected::Gone,
            _ if self.used_at.is_empty() => Expected::Gone,
            Operation::Revoke { client } => {
                self.revoked |= client.as_deref().is_none_or(|client| client == OWNER);
                Expected::Done
            }
            _ if self.revoked || now >= EXPIRES => Expected::Gone,
            Operation::Redeem => self.present(0, 0, now),
            Operation::Refresh { generation: 0, .. } => Expected::Gone,
            Operation::Refresh { generation, grace } => {
                self.present(*generation as usize, u64::from(*grace), now)
            }
            Operation::Check => {
                let generation = u32::try_from(self.used_at.len() - 1).unwrap();
                Expected::Active { generation, advanced: false }
            }
            Operation::Update { .. } => Expected::Done,
        }
    }
}

fn grant() -> Grant {
    Grant {
        client: OWNER.into(),
        sealed: "first".into(),
        code_expires: CODE_EXPIRES,
        expires: EXPIRES,
        generation: 0,
        rotated_at: CREATED,
        revoked: false,
        created: CREATED,
        used: CREATED,
    }
}

fn operation() -> impl Strategy<Value = Operation> {
    let refresh = (0_u32..12, prop_oneof![Just(0_u32), Just(60), Just(600)]);
    prop_oneof![
        2 => Just(Operation::Create(Box::new(grant()))),
        4 => Just(Operation::Redeem),
        20 => refresh.prop_map(|(generation, grace)| Operation::Refresh { generation, grace }),
        4 => Just(Operation::Check),
        2 => "[a-z]{3}".prop_map(|sealed| Operation::Update { sealed }),
        1 => prop_oneof![Just(None), Just(Some(OWNER.to_owned())), Just(Some("other".to_owned()))]
            .prop_map(|client| Operation::Revoke { client }),
    ]
}

/// Presents what is live most of the time: blind guesses would revoke almost every grant at once.
fn steps() -> impl Strategy<Value = Vec<(bool, Operation, u64)>> {
    let wait =
        prop_oneof![6 => 0_u64..50, 2 => 59_u64..62, 2 => 50_u64..700, 1 => 3_000_u64..9_000];
    proptest::collection::vec((prop::bool::weighted(0.6), operation(), wait), 1..60)
}

/// The next honest operation: the newest token there is.
fn honest(stored: Option<&Grant>) -> Operation {
    match stored {
        None => Operation::Create(Box::new(grant())),
        Some(grant) if grant.generation == 0 => Operation::Redeem,
        Some(grant) => Operation::Refresh { generation: grant.generation, grace: 60 },
    }
}

fn seen(outcome: Outcome) -> Expected {
    match outcome {
        Outcome::Active { generation, advanced, .. } => Expected::Active { generation, advanced },
        Outcome::Gone => Expected::Gone,
        Outcome::Reused => Expected::Reused,
        Outcome::Done => Expected::Done,
    }
}

/// How many tokens could be used up now, each tried on a copy.
fn live_tokens(stored: &Grant, now: u64) -> usize {
    let refreshes =
        (0..stored.generation + 3).map(|generation| Operation::Refresh { generation, grace: 60 });
    refreshes
        .chain([Operation::Redeem])
        .filter(|operation| {
            let (_, outcome) = apply(Some(stored.clone()), operation.clone(), now);
            matches!(outcome, Outcome::Active { advanced: true, .. })
        })
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_grant_behaves_as_its_list_of_tokens_would(steps in steps()) {
        let (mut stored, mut model, mut now) = (None, Model::default(), CREATED);
        for (is_honest, random, wait) in steps {
            now += wait;
            let operation = if is_honest { honest(stored.as_ref()) } else { random };
            let expected = model.apply(&operation, now);
            let (write, outcome) = apply(stored.clone(), operation.clone(), now);
            prop_assert_eq!(seen(outcome), expected, "{:?} at {}", operation, now);
            let before: Option<Grant> = stored.clone();
            if let Write::Put(grant) = write {
                stored = Some(*grant);
            }
            let Some(after) = &stored else { continue };
            prop_assert_eq!(after.revoked, model.revoked);
            prop_assert!(live_tokens(after, now) <= 1, "two live tokens after {:?}", operation);
            if after.revoked || now >= EXPIRES {
                prop_assert_eq!(live_tokens(after, now), 0);
                prop_assert!(!after.is_live(now));
            }
            if let Some(before) = before {
                prop_assert!(!before.revoked || after.revoked, "a revoked grant revived");
                prop_assert!(after.generation >= before.generation);
                prop_assert!(after.used >= before.used && after.used <= now);
                prop_assert_eq!(
                    (&after.client, after.created, after.expires, after.code_expires),
                    (&before.client, before.created, before.expires, before.code_expires)
                );
            }
        }
    }

    #[test]
    fn a_check_writes_at_most_once_in_its_resolution(waits in proptest::collection::vec(0_u64..900, 1..80)) {
        let mut stored = Grant { generation: 1, expires: u64::MAX, ..grant() };
        let (mut now, mut writes) = (CREATED, 0);
        for wait in waits {
            now += wait;
            if let (Write::Put(grant), _) = apply(Some(stored.clone()), Operation::Check, now) {
                stored = *grant;
                writes += 1;
            }
            prop_assert!(now - stored.used < USE_RESOLUTION, "used {} at {}", stored.used, now);
        }
        prop_assert!(writes <= (now - CREATED) / USE_RESOLUTION);
    }

    #[test]
    fn tokens_presented_in_any_order_at_one_moment_give_one_successor(
        count in 2_usize..50, generation in 1_u32..1_000,
    ) {
        let mut stored = Grant { generation, ..grant() };
        let mut advanced = 0;
        for _ in 0..count {
            let operation = Operation::Refresh { generation, grace: 60 };
            let (write, outcome) = apply(Some(stored.clone()), operation, CREATED);
            let is_successor =
                matches!(outcome, Outcome::Active { generation: next, .. } if next == generation + 1);
            prop_assert!(is_successor);
            advanced += usize::from(matches!(outcome, Outcome::Active { advanced: true, .. }));
            if let Write::Put(grant) = write {
                stored = *grant;
            }
        }
        prop_assert_eq!((advanced, stored.generation), (1, generation + 1));
    }
}
