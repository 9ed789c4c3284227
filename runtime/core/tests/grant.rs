//! Random sequences of operations on one grant, against a model that keeps a list of tokens
//! instead of a generation.

use proptest::prelude::*;
use toolgate_core::oauth::grant::{
    End, Grant, GrantOutcome, Lease, Operation, RecheckOutcome, RequestPlace, Rules,
    USE_RESOLUTION, Uses, Write, apply,
};

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
            Operation::Redeem { .. } => self.present(0, 0, now),
            Operation::Refresh { generation: 0, .. } => Expected::Gone,
            Operation::Refresh { generation, rules, .. } => {
                self.present(*generation as usize, u64::from(rules.grace), now)
            }
            Operation::Check => {
                let generation = u32::try_from(self.used_at.len() - 1).unwrap();
                Expected::Active { generation, advanced: false }
            }
            Operation::Settle { .. } => unreachable!("nothing is asked here"),
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
        confirmed: 0,
        confirmed_at: CREATED,
        can_ask: false,
        asking: None,
        uses: Uses::default(),
    }
}

fn rules(grace: u32) -> Rules {
    Rules { grace, max_unconfirmed: 5_000, is_required: false }
}

fn redeem() -> Operation {
    Operation::Redeem { place: RequestPlace::default() }
}

fn refresh(generation: u32, grace: u32) -> Operation {
    Operation::Refresh {
        generation,
        rules: rules(grace),
        place: RequestPlace::default(),
        has_waited: false,
    }
}

fn operation() -> impl Strategy<Value = Operation> {
    let presented = (0_u32..12, prop_oneof![Just(0_u32), Just(60), Just(600)]);
    prop_oneof![
        2 => Just(Operation::Create(Box::new(grant()))),
        4 => Just(redeem()),
        20 => presented.prop_map(|(generation, grace)| refresh(generation, grace)),
        4 => Just(Operation::Check),
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
        Some(grant) if grant.generation == 0 => redeem(),
        Some(grant) => refresh(grant.generation, 60),
    }
}

fn seen(outcome: GrantOutcome, before: Option<u32>) -> Expected {
    match outcome {
        GrantOutcome::Active { generation, .. } => {
            Expected::Active { generation, advanced: before != Some(generation) }
        }
        GrantOutcome::Gone => Expected::Gone,
        GrantOutcome::Ended(End::Reused) => Expected::Reused,
        GrantOutcome::Done => Expected::Done,
        other => panic!("{other:?}"),
    }
}

/// How many tokens could be used up now, each tried on a copy.
fn live_tokens(stored: &Grant, now: u64) -> usize {
    let refreshes = (0..stored.generation + 3).map(|generation| refresh(generation, 60));
    refreshes
        .chain([redeem()])
        .filter(|operation| {
            let (_, outcome) = apply(Some(stored.clone()), operation.clone(), now);
            matches!(outcome, GrantOutcome::Active { generation, .. } if generation != stored.generation)
        })
        .count()
}

/// What happens to a grant whose provider can be asked.
#[derive(Debug, Clone)]
enum Asked {
    /// Somebody presents the token of so many generations ago.
    Present { back: u32 },
    /// One of the questions that are under way is answered.
    Settle { which: usize, answer: RecheckOutcome },
}

fn asked_steps() -> impl Strategy<Value = Vec<(Asked, u64)>> {
    let sealed = "[a-z]{3}";
    let answer = prop_oneof![
        6 => sealed.prop_map(|sealed| RecheckOutcome::Confirmed { sealed }),
        6 => proptest::option::of(sealed).prop_map(|sealed| RecheckOutcome::Unconfirmed { sealed }),
        1 => Just(RecheckOutcome::Refused),
    ];
    let present = prop_oneof![8 => Just(0_u32), 4 => Just(1), 1 => Just(2)];
    let step = prop_oneof![
        present.prop_map(|back| Asked::Present { back }),
        (0_usize..4, answer).prop_map(|(which, answer)| Asked::Settle { which, answer }),
    ];
    let wait = prop_oneof![8 => 0_u64..4, 4 => 5_u64..12, 1 => 55_u64..70, 1 => 3_000_u64..4_000];
    proptest::collection::vec((step, wait), 1..60)
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
            let generation = stored.as_ref().map(|grant| grant.generation);
            prop_assert_eq!(seen(outcome, generation), expected, "{:?} at {}", operation, now);
            let before: Option<Grant> = stored.clone();
            if let Write::Put(grant) | Write::Note(grant) = write {
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
            if let (Write::Note(grant), _) = apply(Some(stored.clone()), Operation::Check, now) {
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
            let (write, outcome) = apply(Some(stored.clone()), refresh(generation, 60), CREATED);
            let is_successor =
                matches!(outcome, GrantOutcome::Active { generation: next, .. } if next == generation + 1);
            prop_assert!(is_successor);
            if let Write::Put(grant) | Write::Note(grant) = write {
                advanced += usize::from(stored.generation < grant.generation);
                stored = *grant;
            }
        }
        prop_assert_eq!((advanced, stored.generation), (1, generation + 1));
    }

    #[test]
    fn no_order_of_questions_and_answers_gives_tokens_that_nobody_decided_on(
        steps in asked_steps(),
    ) {
        let mut stored = Grant { generation: 1, confirmed: 1, can_ask: true, ..grant() };
        let (mut now, mut leases) = (CREATED, Vec::<Lease>::new());
        // Generations that an answer let out, confirmed or not.
        let (mut decided, mut is_refused) = (1, false);
        for (step, wait) in steps {
            now += wait;
            let held = stored.asking.clone().filter(|lease| now < lease.asking_until);
            let operation = match step {
                Asked::Present { back } => {
                    refresh(stored.generation.saturating_sub(back).max(1), 60)
                }
                Asked::Settle { which, answer } => {
                    if leases.is_empty() {
                        continue;
                    }
                    let lease = leases.remove(which % leases.len());
                    Operation::Settle { lease, answer, rules: rules(60) }
                }
            };
            let is_refresh = matches!(operation, Operation::Refresh { .. });
            let before = stored.clone();
            let (write, outcome) = apply(Some(stored.clone()), operation, now);
            if let Write::Put(grant) | Write::Note(grant) = write {
                stored = *grant;
            }
            prop_assert!(stored.generation - before.generation <= 1);
            prop_assert!(stored.confirmed <= stored.generation);
            prop_assert!(stored.confirmed >= before.confirmed);
            prop_assert!(stored.confirmed_at <= now);
            if is_refresh {
                prop_assert_eq!(stored.generation, before.generation, "a question comes first");
            }
            match outcome {
                GrantOutcome::Ask { lease, .. } => {
                    prop_assert_eq!(held, None, "two questions at once");
                    leases.push(lease);
                }
                GrantOutcome::Active { generation, expires, .. } => {
                    prop_assert!(!is_refused);
                    if is_refresh {
                        prop_assert!(generation <= decided);
                        prop_assert_eq!(stored.confirmed, generation);
                    } else if stored.confirmed < generation {
                        prop_assert!(expires <= stored.confirmed_at + 5_000);
                    }
                    decided = decided.max(generation);
                }
                GrantOutcome::Ended(_) => is_refused = true,
                _ => {}
            }
        }
    }
}
