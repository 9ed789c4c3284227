//! All facts that a set of policies can see, in the order in which the policies name them.

use std::collections::HashMap;

use serde_json::Value;
use toolgate_config::names::WORKLOAD_SUBJECT;
use toolgate_config::{Condition, Config, List, Str, Test};

use crate::candidates::fresh;
use crate::circuit::{Circuit, Gate};
use crate::fact::{About, Fact, FactId, group, variable};
use crate::mutation::{self, Mutation};
use crate::oracle::Asked;
use crate::paths::{Class, Place, Root};
use crate::schema;

/// Values of the fact about the caller's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AddressClass {
    /// None, one that is not proven, or one that cannot be read.
    Unusable,
    /// One that no policy lists, at a domain that none lists.
    Elsewhere,
    /// One that no policy lists, at this domain.
    SomebodyAt(String),
    /// This one.
    Listed(String),
}

/// What stands at a place, as functions of facts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    /// Nothing stands there.
    pub(crate) missing: Option<Gate>,
    /// By class: it stands there.
    pub(crate) is: Vec<Gate>,
}

/// The facts.
pub(crate) struct World {
    pub(crate) circuit: Circuit,
    pub(crate) facts: Vec<Fact>,
    pub(crate) addresses: Vec<AddressClass>,
    pub(crate) subjects: Vec<String>,
    pub(crate) clients: Vec<String>,
    pub(crate) address: FactId,
    pub(crate) subject: FactId,
    pub(crate) client: FactId,
    /// Stands for what is not encoded: an answer that depends on it is not decided.
    pub(crate) beyond: Option<Gate>,
    pub(crate) places: Vec<Place>,
    /// By place.
    pub(crate) kinds: Vec<FactId>,
    /// By place, then by class of items.
    pub(crate) items: Vec<Vec<FactId>>,
    /// By place.
    pub(crate) standing: Vec<Standing>,
    /// By fact: the question that tells its value of a caller, where there is one.
    pub(crate) questions: Vec<Option<Asked>>,
    /// A configuration without policies, to ask about conditions.
    pub(crate) base: Config,
}

/// Names that conditions list, as they are found.
#[derive(Default)]
struct Names {
    emails: Vec<String>,
    domains: Vec<String>,
    subjects: Vec<String>,
    clients: Vec<String>,
    has_beyond: bool,
    variables: Vec<String>,
    groups: Vec<String>,
    scopes: Vec<String>,
    places: Vec<Place>,
}

fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

impl Names {
    fn of(&mut self, condition: &Condition) {
        condition.walk(&mut |condition| self.of_one(condition));
    }

    /// The compiler asks here about a new condition: which names of it facts are about.
    fn of_one(&mut self, condition: &Condition) {
        let each = |names: &mut Vec<String>, entries: &List<Str>| {
            entries.iter().for_each(|entry| add(names, entry));
        };
        match condition {
            Condition::Emails(entries) => {
                for entry in entries.iter().filter(|entry| is_address(entry)) {
                    add(&mut self.emails, &entry.to_ascii_lowercase());
                }
            }
            Condition::Domains(entries) => {
                for entry in entries.iter().filter(|entry| is_address(&format!("a@{entry}"))) {
                    add(&mut self.domains, &entry.to_ascii_lowercase());
                }
            }
            Condition::EmailsFrom(name) => add(&mut self.variables, name),
            Condition::Groups(entries) => each(&mut self.groups, entries),
            Condition::Subjects(entries) => each(&mut self.subjects, entries),
            Condition::Clients(entries) => each(&mut self.clients, entries),
            Condition::Workloads(names) => {
                for name in names.iter() {
                    add(&mut self.subjects, &format!("{WORKLOAD_SUBJECT}{name}"));
                }
            }
            Condition::Argument { test: Test::Claim(_), .. } => self.has_beyond = true,
            Condition::Scopes(entries) => each(&mut self.scopes, entries),
            Condition::Claim { path, test } => self.test(Root::Claims, path, test),
            Condition::Argument { path, test } => self.test(Root::Arguments, path, test),
            Condition::Everyone
            | Condition::Identity(_)
            | Condition::Policy(_)
            | Condition::Any(_)
            | Condition::All(_)
            | Condition::Not(_) => {}
        }
    }

    fn test(&mut self, root: Root, path: &[Str], test: &Test) {
        if let Some(place) = self.place(root, path) {
            self.places[place].add_test(test);
        }
    }

    /// The place, made with those around it.
    fn place(&mut self, root: Root, path: &[Str]) -> Option<usize> {
        let mut parent = None;
        for length in 1..=path.len() {
            let own: Vec<String> = path[..length].iter().map(|name| name.to_string()).collect();
            let known =
                self.places.iter().position(|place| place.root == root && place.path == own);
            parent = Some(known.unwrap_or_else(|| {
                if let Some(parent) = parent {
                    let around: &mut Place = &mut self.places[parent];
                    around.has_children = true;
                }
                self.places.push(Place::new(root, own, parent));
                self.places.len() - 1
            }));
        }
        parent
    }
}

/// As the evaluator reads addresses; what it cannot read matches nobody.
pub(crate) fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains('@')
            && text.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

impl World {
    /// The facts that these policies and conditions see; there is at least one configuration. `schemas` are the
    /// input schemas of tools that calls are asked about.
    pub(crate) fn of(configs: &[&Config], conditions: &[&Condition], schemas: &[&Value]) -> Self {
        let mut names = Names::default();
        for config in configs {
            for policy in config.policies.iter() {
                names.of(&policy.rule);
                if let Some(scope) = &policy.scope {
                    add(&mut names.scopes, scope);
                }
            }
        }
        conditions.iter().for_each(|condition| names.of(condition));
        let base = bare(configs[0]);
        for place in &mut names.places {
            if place.root == Root::Arguments {
                for value in schemas.iter().flat_map(|schema| schema::listed(schema, &place.path)) {
                    place.listed.add_value(&value);
                }
            }
            place.classify(&base);
        }
        Self::with(names, base)
    }

    fn with(names: Names, base: Config) -> Self {
        let mut circuit = Circuit::default();
        let mut facts = Vec::new();
        let mut fact = |circuit: &mut Circuit, about: About, values: usize| {
            facts.push(Fact::new(circuit, about, values));
            FactId(facts.len() - 1)
        };
        let addresses = addresses(&names);
        let address = fact(&mut circuit, About::Address, addresses.len());
        let subject = fact(&mut circuit, About::Subject, names.subjects.len() + 1);
        let client = fact(&mut circuit, About::Client, names.clients.len() + 2);
        for name in names.variables {
            fact(&mut circuit, About::Variable(name), variable::VALUES);
        }
        for name in names.groups {
            fact(&mut circuit, About::Group(name), group::VALUES);
        }
        for name in names.scopes {
            fact(&mut circuit, About::Scope(name), 2);
        }
        let (mut kinds, mut items) = (Vec::new(), Vec::new());
        for (at, place) in names.places.iter().enumerate() {
            kinds.push(fact(&mut circuit, About::Kind(at), place.classes.len()));
            if place.root == Root::Claims && !place.tests.is_empty() {
                fact(&mut circuit, About::Looked(at), 2);
            }
            let own = 0..place.items.len();
            items.push(own.map(|item| fact(&mut circuit, About::Item(at, item), 2)).collect());
        }
        let beyond = names.has_beyond.then(|| circuit.bit());
        let (places, subjects, clients) = (names.places, names.subjects, names.clients);
        let standing = Vec::new();
        let mut world = Self {
            circuit,
            facts,
            addresses,
            subjects,
            clients,
            address,
            subject,
            client,
            beyond,
            places,
            kinds,
            items,
            standing,
            questions: Vec::new(),
            base,
        };
        world.questions = world.facts.iter().map(|fact| world.question(&fact.about)).collect();
        for at in 0..world.places.len() {
            let standing = world.stands(at);
            world.standing.push(standing);
        }
        world
    }

    /// A condition that tells the value of a fact.
    fn question(&self, about: &About) -> Option<Asked> {
        let condition = match about {
            About::Variable(name) => Condition::EmailsFrom(name.clone().into()),
            About::Group(name) => Condition::Groups(vec![name.clone().into()].into()),
            About::Address
            | About::Subject
            | About::Client
            | About::Scope(_)
            | About::Kind(_)
            | About::Item(..)
            | About::Looked(_) => return None,
        };
        Some(Asked::new(&self.base, condition))
    }

    /// What stands at a place; those around it are known.
    fn stands(&mut self, at: usize) -> Standing {
        let place = &self.places[at];
        let (reached, absent) = match place.parent {
            None => (Gate::TRUE, Gate::FALSE),
            Some(parent) => {
                let around = &self.standing[parent];
                let objects = self.places[parent].classes.iter().zip(&around.is);
                let objects =
                    objects.filter(|(class, _)| **class == Class::Object).map(|(_, gate)| *gate);
                let reached = self.circuit.any(objects);
                let blind = mutation::is(Mutation::InsideOfOthers);
                let reached = if blind { Gate::TRUE } else { reached };
                (reached, around.missing.unwrap_or(Gate::FALSE))
            }
        };
        let kind = &self.facts[self.kinds[at].0];
        let is: Vec<Gate> = kind.is.iter().map(|is| self.circuit.and(reached, *is)).collect();
        let own = place.classes.iter().position(|class| *class == Class::Missing);
        let own = own.map_or(Gate::FALSE, |class| is[class]);
        Standing { missing: Some(self.circuit.or(absent, own)), is }
    }

    /// True where a fact has a value.
    pub(crate) fn is(&self, fact: FactId, value: usize) -> Gate {
        self.facts[fact.0].is[value]
    }

    /// The values of all facts where bits are as `bit` says.
    pub(crate) fn read(&self, bit: &dyn Fn(Gate) -> bool) -> Vec<usize> {
        self.facts.iter().map(|fact| fact.value(bit)).collect()
    }

    /// The value of every gate where facts have these values.
    pub(crate) fn evaluated(&self, values: &[usize]) -> Vec<bool> {
        let mut bits = HashMap::new();
        for (fact, value) in self.facts.iter().zip(values) {
            for (at, bit) in fact.bits.iter().enumerate() {
                bits.insert(*bit, value >> at & 1 == 1);
            }
        }
        self.circuit.values(&|bit| bits.get(&bit).copied().unwrap_or_default())
    }

    pub(crate) fn find(&self, about: &About) -> Option<FactId> {
        self.facts.iter().position(|fact| fact.about == *about).map(FactId)
    }

    /// The place of a path.
    pub(crate) fn place(&self, root: Root, path: &[Str]) -> Option<usize> {
        self.places.iter().position(|place| {
            place.root == root
                && place.path.len() == path.len()
                && place.path.iter().zip(path).all(|(one, other)| one == other.as_ref())
        })
    }

    /// Every fact.
    pub(crate) fn ids(&self) -> impl Iterator<Item = FactId> + use<> {
        (0..self.facts.len()).map(FactId)
    }
}

/// The configuration without policies.
pub(crate) fn bare(config: &Config) -> Config {
    let mut bare = config.clone();
    bare.policies = List::default();
    bare
}

fn addresses(names: &Names) -> Vec<AddressClass> {
    let mut classes = vec![AddressClass::Unusable, AddressClass::Elsewhere];
    classes.extend(names.domains.iter().cloned().map(AddressClass::SomebodyAt));
    classes.extend(names.emails.iter().cloned().map(AddressClass::Listed));
    classes
}

impl World {
    /// The address of a caller of a class; `None` for nobody's.
    pub(crate) fn example_address(&self, class: usize) -> Option<String> {
        let lists = |address: &str| {
            self.addresses
                .iter()
                .any(|class| matches!(class, AddressClass::Listed(one) if one == address))
        };
        let at = |domain: &str| {
            let name = fresh("somebody", |name| lists(&format!("{name}@{domain}")));
            format!("{name}@{domain}")
        };
        match &self.addresses[class] {
            AddressClass::Unusable => None,
            AddressClass::Listed(address) => Some(address.clone()),
            AddressClass::SomebodyAt(domain) => Some(at(domain)),
            AddressClass::Elsewhere => Some(at(&self.free_domain())),
        }
    }

    /// A domain that no policy lists.
    pub(crate) fn free_domain(&self) -> String {
        let taken = |domain: &str| {
            self.addresses.iter().any(|class| match class {
                AddressClass::SomebodyAt(known) => known == domain,
                AddressClass::Listed(address) => address.ends_with(&format!("@{domain}")),
                AddressClass::Unusable | AddressClass::Elsewhere => false,
            })
        };
        let numbered = (2..).map(|count| format!("elsewhere-{count}.invalid"));
        let mut names = std::iter::once("elsewhere.invalid".to_owned()).chain(numbered);
        names.find(|domain| !taken(domain)).unwrap_or_default()
    }
}
