//! From values of facts to a caller, and back.

use serde_json::{Map, Value};
use toolgate_policy::Caller;
use toolgate_policy::known::{Digests, Known};

use crate::candidates::fresh;
use crate::fact::{About, group, variable};
use crate::oracle::{Case, Outcome};
use crate::paths::{Class, Place, Root};
use crate::schema::Accepts;
use crate::world::{AddressClass, World};

/// Client of callers that are made up.
const CLIENT: &str = "zz-client";

impl World {
    /// Values of a caller who has nothing, and of whom nothing is known.
    pub(crate) fn default_values(&self) -> Vec<usize> {
        vec![0; self.facts.len()]
    }

    /// A caller, a call and variables that have these values. `accepts` chooses among values that no test
    /// tells apart.
    pub(crate) fn case(&self, values: &[usize], accepts: Option<&Accepts<'_>>) -> Case {
        let mut case = Case::default();
        let caller = &mut case.caller;
        caller.client_id = CLIENT.to_owned();
        caller.email = self.example_address(values[self.address.0]);
        caller.subject = match values[self.subject.0].checked_sub(1) {
            Some(listed) => self.subjects[listed].clone(),
            None => fresh("subject", |name| self.subjects.iter().any(|known| known == name)),
        };
        caller.client = match values[self.client.0] {
            0 => None,
            1 => Some(String::new()),
            listed => Some(client(&self.clients[listed - 2])),
        };
        let mut groups = (Vec::new(), Vec::new(), false);
        for (fact, value) in self.facts.iter().zip(values) {
            match &fact.about {
                About::Group(name) if *value == group::IN => groups.0.push(name.clone()),
                About::Group(name) if *value == group::OUT => groups.1.push(name.clone()),
                About::Group(_) => groups.2 = true,
                About::Scope(name) if *value == 1 => caller.scopes.push(name.clone()),
                About::Variable(name) => {
                    if let Some(text) = self.variable(*value, caller.email.as_deref()) {
                        case.variables.insert(name.clone(), text);
                    }
                }
                About::Address
                | About::Subject
                | About::Client
                | About::Scope(_)
                | About::Kind(_)
                | About::Item(..)
                | About::Looked(_) => {}
            }
        }
        self.give_groups(caller, groups);
        self.give_looked(values, &mut case.caller.known);
        for at in 0..self.places.len() {
            self.put(at, values, accepts, &mut case);
        }
        case
    }

    /// Groups that the caller is in, not in, and whether of others nothing is known.
    fn give_groups(&self, caller: &mut Caller, groups: (Vec<String>, Vec<String>, bool)) {
        let (is_in, is_out, some_unknown) = groups;
        let is_told = !is_in.is_empty() || !is_out.is_empty();
        if is_told && some_unknown {
            // The provider was not asked of the others when it was asked last.
            let told = is_in.iter().chain(&is_out).map(|name| [name.as_str()]);
            caller.known.groups = Some(Digests::of(told));
        }
        if is_in.is_empty() && is_told {
            let taken = |name: &str| self.find(&About::Group(name.to_owned())).is_some();
            caller.groups.push(fresh("group", taken));
        }
        caller.groups.extend(is_in);
    }

    fn variable(&self, value: usize, email: Option<&str>) -> Option<String> {
        let others = || {
            let other = fresh("nobody", |name| email.is_some_and(|email| email.starts_with(name)));
            format!("{other}@{}", self.free_domain())
        };
        match value {
            variable::UNUSABLE => None,
            variable::WITH => Some(email.map_or_else(others, str::to_owned)),
            _ => Some(others()),
        }
    }

    /// Puts what stands at a place where it belongs; what is around it is there.
    fn put(&self, at: usize, values: &[usize], accepts: Option<&Accepts<'_>>, case: &mut Case) {
        let place = &self.places[at];
        let accepts = accepts.filter(|_| place.root == Root::Arguments);
        let choose = |members: &[Value], item: bool| {
            let fits = |value: &&Value| accepts.is_none_or(|it| it.value(&place.path, item, value));
            members.iter().find(fits).or(members.first()).cloned()
        };
        let value = match &place.classes[values[self.kinds[at].0]] {
            Class::Missing => return,
            Class::Object => Value::Object(Map::new()),
            Class::Values(members) => choose(members, false).unwrap_or_default(),
            Class::List => {
                let present = self.items[at].iter().zip(&place.items);
                let present = present.filter(|(fact, _)| values[fact.0] == 1);
                Value::Array(
                    present.filter_map(|(_, class)| choose(&class.members, true)).collect(),
                )
            }
        };
        let mut members = match place.root {
            Root::Claims => &mut case.caller.claims,
            Root::Arguments => &mut case.arguments,
        };
        let Some((name, around)) = place.path.split_last() else { return };
        for name in around {
            // Where something else stands around it, it does not exist.
            let Some(Value::Object(inner)) = members.get_mut(name) else { return };
            members = inner;
        }
        members.insert(name.clone(), value);
    }

    /// The provider was asked about some claims only.
    fn give_looked(&self, values: &[usize], known: &mut Known) {
        let looked = |wanted: usize| {
            let facts = self.facts.iter().zip(values).filter(move |(_, value)| **value == wanted);
            facts.filter_map(|(fact, _)| match fact.about {
                About::Looked(at) => Some(self.places[at].path.as_slice()),
                _ => None,
            })
        };
        if looked(1).next().is_some() {
            known.claims = Some(Digests::of(looked(0)));
        }
    }

    /// The values of a case; `None` where one is of no known class, which would be a fault of the
    /// classes.
    pub(crate) fn values_of(&self, case: &Case) -> Option<Vec<usize>> {
        let mut values = self.default_values();
        for (at, fact) in self.facts.iter().enumerate() {
            values[at] = match &fact.about {
                About::Address => self.address_of(&case.caller),
                About::Client => self.client_of(&case.caller),
                About::Subject => {
                    let known =
                        self.subjects.iter().position(|known| *known == case.caller.subject);
                    known.map_or(0, |known| known + 1)
                }
                About::Variable(_) => {
                    self.asked(at, case, [variable::WITH, variable::WITHOUT, variable::UNUSABLE])
                }
                About::Group(_) => self.asked(at, case, [group::IN, group::OUT, group::UNKNOWN]),
                About::Scope(name) => usize::from(case.caller.scopes.contains(name)),
                About::Kind(place) => self.class_at(case, *place)?,
                About::Looked(place) => {
                    usize::from(!case.caller.known.has_claim(&self.places[*place].path))
                }
                About::Item(place, class) => {
                    let items = match value_at(case, &self.places[*place]) {
                        Some(Value::Array(items)) => items.as_slice(),
                        _ => &[],
                    };
                    let classes = items.iter().map(|item| self.places[*place].item_class_of(item));
                    let mut has = false;
                    for found in classes {
                        has |= found? == *class;
                    }
                    usize::from(has)
                }
            };
        }
        Some(values)
    }

    /// The client itself, or else the domain of its metadata document.
    fn client_of(&self, caller: &Caller) -> usize {
        let Some(id) = caller.client.as_deref() else { return 0 };
        let domain = id.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        let find = |name: &str| self.clients.iter().position(|known| known == name);
        find(id).or_else(|| domain.and_then(find)).map_or(1, |listed| listed + 2)
    }

    fn address_of(&self, caller: &Caller) -> usize {
        let Some(email) = caller.email.as_deref().map(str::to_ascii_lowercase) else { return 0 };
        if !crate::world::is_address(&email) {
            return 0;
        }
        let find = |wanted: AddressClass| self.addresses.iter().position(|class| *class == wanted);
        let domain = email.split_once('@').map_or("", |(_, domain)| domain);
        find(AddressClass::Listed(email.clone()))
            .or_else(|| find(AddressClass::SomebodyAt(domain.to_owned())))
            .or_else(|| find(AddressClass::Elsewhere))
            .unwrap_or_default()
    }

    /// Says what the evaluator says of a fact about a variable or a group.
    fn asked(&self, fact: usize, case: &Case, by_outcome: [usize; 3]) -> usize {
        let [when_true, when_false, when_unknown] = by_outcome;
        match self.questions[fact].as_ref().map(|question| question.outcome(case)) {
            Some(Outcome::True) => when_true,
            Some(Outcome::False) => when_false,
            Some(Outcome::Unknown) | None => when_unknown,
        }
    }

    fn class_at(&self, case: &Case, at: usize) -> Option<usize> {
        let place = &self.places[at];
        if !is_reached(case, place) {
            return Some(0);
        }
        place.class_of(value_at(case, place))
    }
}

/// A client that an entry names: the entry, or a document at the domain.
fn client(entry: &str) -> String {
    let is_domain = entry.contains('.') && !entry.contains('/');
    if is_domain { format!("https://{entry}/{CLIENT}") } else { entry.to_owned() }
}

fn members(case: &Case, root: Root) -> &Map<String, Value> {
    match root {
        Root::Claims => &case.caller.claims,
        Root::Arguments => &case.arguments,
    }
}

/// What stands at a place.
fn value_at<'a>(case: &'a Case, place: &Place) -> Option<&'a Value> {
    let (first, inner) = place.path.split_first()?;
    let mut value = members(case, place.root).get(first)?;
    for name in inner {
        value = value.as_object()?.get(name)?;
    }
    Some(value)
}

/// True if only objects are around a place.
fn is_reached(case: &Case, place: &Place) -> bool {
    let Some((_, around)) = place.path.split_last() else { return false };
    let mut members = Some(members(case, place.root));
    for name in around {
        members = members.and_then(|members| members.get(name)).and_then(Value::as_object);
    }
    members.is_some()
}
