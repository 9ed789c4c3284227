//! Random policies, and callers who do not come from the prover's own representatives.

use serde_json::{Map, Value, json};
use toolgate_config::{Condition, Config, Policy, Scalar, Str, Test};
use toolgate_policy::Caller;
use toolgate_policy::known::{Digests, Told};

use crate::oracle::Case;

/// SplitMix64: the same numbers on every machine.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let index = self.below(all.len());
        &all[index]
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn some(&mut self, all: &[&'static str]) -> Vec<Str> {
        let mut some: Vec<Str> = vec![Str::Borrowed(*self.pick(all))];
        while self.one_in(3) {
            let another = Str::Borrowed(*self.pick(all));
            if !some.contains(&another) {
                some.push(another);
            }
        }
        some
    }
}

const EMAILS: &[&str] =
    &["ada@example.com", "bob@example.com", "eve@other.org", "kim@third.example"];
const DOMAINS: &[&str] = &["example.com", "other.org", "sub.example.com"];
const GROUPS: &[&str] = &["a", "b", "c"];
const SUBJECTS: &[&str] = &["1", "2"];
const CLIENTS: &[&str] = &["acme", "app.example", "https://app.example/client.json"];
const WORKLOADS: &[&str] = &["nightly", "import"];
const SCOPES: &[&str] = &["r", "w", "x"];
const VARIABLES: &[&str] = &["TEAM", "BOARD"];
const CLAIMS: &[&[&str]] =
    &[&["level"], &["dept"], &["address"], &["address", "country"], &["address", "geo", "lat"]];
const ARGUMENTS: &[&[&str]] = &[&["x"], &["kind"], &["filter"], &["filter", "max"], &["tags"]];
const TEXTS: &[&str] = &["de", "at", "low", ""];
const WHOLE: &[i64] = &[0, 1, 3, -5, 9_007_199_254_740_993, i64::MAX, i64::MIN];
const BOUNDS: &[f64] = &[0.0, 1.0, 2.5, -3.25, 9_007_199_254_740_992.0];

/// The configuration without policies.
pub(super) fn base() -> Config {
    let file = "[server]\nname = \"A server\"\n[identity]\nprovider = \"dev\"\n";
    toolgate_config::check(file).expect("a sound file").config
}

fn scalar(random: &mut Random) -> Scalar {
    match random.below(4) {
        0 => Scalar::Bool(random.one_in(2)),
        1 => Scalar::Int(*random.pick(WHOLE)),
        _ => Scalar::Str(Str::Borrowed(*random.pick(TEXTS))),
    }
}

fn test(random: &mut Random) -> Test {
    let scalars = |random: &mut Random| {
        let mut all = vec![scalar(random)];
        while random.one_in(2) {
            all.push(scalar(random));
        }
        all.into()
    };
    match random.below(6) {
        0 => Test::Exists(random.one_in(2)),
        1 => Test::Min(*random.pick(BOUNDS)),
        2 => Test::Max(*random.pick(BOUNDS)),
        3 => Test::Contains(scalars(random)),
        _ => Test::OneOf(scalars(random)),
    }
}

/// A condition that names only the first `known` policies.
pub(super) fn condition(random: &mut Random, depth: usize, known: usize) -> Condition {
    if depth > 0 && !random.one_in(3) {
        let parts = |random: &mut Random| {
            let count = 1 + random.below(3);
            (0..count).map(|_| condition(random, depth - 1, known)).collect::<Vec<_>>().into()
        };
        return match random.below(3) {
            0 => Condition::Any(parts(random)),
            1 => Condition::All(parts(random)),
            _ => Condition::Not(vec![condition(random, depth - 1, known)].into()),
        };
    }
    let path = |names: &[&'static str]| {
        names.iter().map(|name| Str::Borrowed(*name)).collect::<Vec<_>>().into()
    };
    match random.below(18) {
        16 => Condition::Clients(random.some(CLIENTS).into()),
        17 => Condition::Workloads(random.some(WORKLOADS).into()),
        0 => Condition::Emails(random.some(EMAILS).into()),
        1 => Condition::Domains(random.some(DOMAINS).into()),
        2 => Condition::EmailsFrom(Str::Borrowed(*random.pick(VARIABLES))),
        3 | 4 => Condition::Groups(random.some(GROUPS).into()),
        5 => Condition::Subjects(random.some(SUBJECTS).into()),
        6 | 7 => Condition::Scopes(random.some(SCOPES).into()),
        8 => Condition::Everyone,
        9 if known > 0 => Condition::Policy(format!("p{}", random.below(known)).into()),
        10..=12 => {
            Condition::Claim { path: path(random.pick::<&[&str]>(CLAIMS)), test: test(random) }
        }
        _ => Condition::Argument {
            path: path(random.pick::<&[&str]>(ARGUMENTS)),
            test: test(random),
        },
    }
}

/// Three policies, and their negations.
pub(super) fn policies(random: &mut Random, base: &Config) -> Config {
    let mut config = base.clone();
    let policies = config.policies.to_mut();
    for index in 0..3 {
        let mut policy = Policy::new(format!("p{index}"), condition(random, 3, index));
        policy.scope = random.one_in(3).then(|| Str::Borrowed(*random.pick(SCOPES)));
        policies.push(policy);
    }
    for index in 0..3 {
        let named = Condition::Policy(format!("p{index}").into());
        policies.push(Policy::new(format!("not-p{index}"), Condition::Not(vec![named].into())));
    }
    config.scopes = SCOPES
        .iter()
        .map(|name| toolgate_config::Scope { name: (*name).into(), meaning: "".into() })
        .collect();
    config
}

fn value(random: &mut Random, depth: usize) -> Value {
    match random.below(14) {
        0 => Value::Null,
        1 => json!(random.one_in(2)),
        2 => json!(*random.pick(WHOLE)),
        3 => json!(*random.pick(BOUNDS)),
        4 => json!(random.pick(WHOLE).wrapping_add(1)),
        5 => json!(random.next()),
        6 => json!(f64::from_bits(random.next() >> 2)),
        7 => json!(random.pick(BOUNDS).next_up()),
        8 => json!(random.pick(BOUNDS).next_down()),
        9 => json!("DE"),
        10 if depth > 0 => {
            let count = random.below(3);
            Value::Array((0..count).map(|_| value(random, depth - 1)).collect())
        }
        11 if depth > 0 => json!({ "country": value(random, depth - 1), "z": 1 }),
        _ => json!(random.pick(TEXTS)),
    }
}

fn tree(random: &mut Random, paths: &[&[&str]]) -> Map<String, Value> {
    let mut tree = Map::new();
    for path in paths {
        if random.one_in(3) {
            continue;
        }
        let value = match random.one_in(3) && paths.iter().any(|other| other.len() > path.len()) {
            true => json!({}),
            false => value(random, 2),
        };
        put(&mut tree, path, value);
    }
    tree
}

/// Puts a value where the path leads; nowhere where something else than an object is on the way.
fn put(members: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [name] => {
            members.insert((*name).to_owned(), value);
        }
        [name, inner @ ..] => {
            let around = members.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(around) = around {
                put(around, inner, value);
            }
        }
    }
}

fn email(random: &mut Random) -> Option<String> {
    Some(match random.below(9) {
        0 => return None,
        1 => "ADA@Example.COM".to_owned(),
        2 => "ada@example.com ".to_owned(),
        3 => "ada@sub.example.com".to_owned(),
        4 => "аda@example.com".to_owned(),
        5 => "ada@example.com.".to_owned(),
        6 => "nobody@nowhere.test".to_owned(),
        _ => (*random.pick(EMAILS)).to_owned(),
    })
}

fn listed_people(random: &mut Random) -> Option<String> {
    Some(match random.below(6) {
        0 => return None,
        1 => String::new(),
        2 => "ada@example.com, not an address".to_owned(),
        3 => "eve@other.org,\nBOB@example.com".to_owned(),
        4 => "who@ever.test".to_owned(),
        _ => (*random.pick(EMAILS)).to_owned(),
    })
}

/// A caller, a call and variables.
pub(super) fn case(random: &mut Random) -> Case {
    let mut caller = Caller { email: email(random), ..Caller::default() };
    let clients = [
        None,
        Some(""),
        Some("acme"),
        Some("app.example"),
        Some("https://app.example/client.json"),
        Some("https://app.example/other.json"),
        Some("https://app.example.org/client.json"),
    ];
    caller.client = random.pick(&clients).map(str::to_owned);
    caller.claimed_email = random.one_in(5).then(|| "ada@example.com".to_owned());
    caller.subject =
        (*random.pick(&["1", "2", "3", "workload:nightly", "workload:other", "nightly"]))
            .to_owned();
    let some = |random: &mut Random, all: &[&str]| -> Vec<String> {
        all.iter().filter(|_| random.one_in(2)).map(|name| (*name).to_owned()).collect()
    };
    caller.groups = match random.below(4) {
        0 => Vec::new(),
        1 => vec!["others".to_owned()],
        _ => some(random, GROUPS),
    };
    caller.known.told = *random.pick(&[
        Told::Whole,
        Told::Whole,
        Told::Whole,
        Told::Others,
        Told::Text,
        Told::More,
        Told::Part,
    ]);
    if random.one_in(4) {
        let asked = some(random, GROUPS);
        caller.known.groups = Some(Digests::of(asked.iter().map(|name| [name.as_str()])));
    }
    caller.claims = tree(random, CLAIMS);
    if random.one_in(4) {
        let asked: Vec<&[&str]> = CLAIMS.iter().filter(|_| random.one_in(2)).copied().collect();
        caller.known.claims = Some(Digests::of(asked.iter()));
    }
    caller.scopes = some(random, SCOPES);
    let mut case = Case { caller, arguments: tree(random, ARGUMENTS), ..Case::default() };
    for name in VARIABLES {
        if let Some(text) = listed_people(random) {
            case.variables.insert((*name).to_owned(), text);
        }
    }
    case
}
