//! What an identity provider never tells, and which arguments a tool never gets: without it answers are safe, but
//! name callers that do not exist.

use toolgate_config::provider::{Claims, Told};
use toolgate_config::{Config, Provider};

use crate::circuit::Gate;
use crate::fact::{About, group};
use crate::paths::{Class, Root};
use crate::schema::Accepts;
use crate::world::World;

impl World {
    /// Callers that the configuration's identity provider can send.
    pub(crate) fn provided(&mut self, config: &Config) -> Gate {
        let provider = config.identity.provider;
        let facts = provider.facts();
        let mut rules = Vec::new();
        let tells = |told: Told| match told {
            Told::Always => true,
            Told::WithScope(scopes) => {
                config.identity.scopes.iter().any(|scope| scopes.contains(&scope.as_ref()))
            }
            Told::Never => false,
        };
        if facts.tells.is_some_and(|known| !tells(known.addresses)) {
            rules.push(self.is(self.address, 0));
        }
        let no_groups = facts.tells.is_some_and(|known| !tells(known.groups));
        for fact in &self.facts {
            match fact.about {
                About::Scope(_) if !provider.has_scopes() => rules.push(fact.is[0]),
                About::Group(_) if no_groups => rules.push(fact.is[group::UNKNOWN]),
                _ => {}
            }
        }
        for at in 0..self.places.len() {
            let place = &self.places[at];
            if place.root == Root::Claims && place.parent.is_none() {
                rules.push(self.sent(at, config));
            }
        }
        self.circuit.all(rules)
    }

    /// What may stand in a claim.
    fn sent(&mut self, at: usize, config: &Config) -> Gate {
        let place = &self.places[at];
        let name = place.path[0].as_str();
        let provider = config.identity.provider;
        let is_sent = match provider.facts().claims {
            Claims::None => false,
            Claims::Only { names, .. } => names.contains(&name),
            Claims::Any => name != config.identity.groups_claim,
        };
        let github = provider == Provider::GitHub;
        let may = |class: &Class| match class {
            Class::Missing => true,
            _ if !is_sent => false,
            // The name of an account is a text, and its number a number.
            Class::Values(members) if github && name == "login" => {
                members.iter().any(|value| value.is_string())
            }
            Class::Values(members) if github => members.iter().any(|value| value.is_u64()),
            Class::Object | Class::List => !github,
            Class::Values(_) => true,
        };
        let fact = self.kinds[at];
        let classes = place.classes.iter().enumerate().filter(|(_, class)| may(class));
        let allowed: Vec<Gate> = classes.map(|(class, _)| self.is(fact, class)).collect();
        self.circuit.any(allowed)
    }

    /// Calls that the check of a tool's arguments lets through.
    pub(crate) fn accepted(&mut self, accepts: &Accepts<'_>) -> Gate {
        let mut rules = Vec::new();
        for at in 0..self.places.len() {
            let place = &self.places[at];
            if place.root != Root::Arguments {
                continue;
            }
            let is_there = accepts.may_be_there(&place.path);
            let may = |class: &Class| match class {
                Class::Missing => accepts.may_be_missing(&place.path),
                _ if !is_there => false,
                Class::Object => accepts.value(&place.path, false, &serde_json::json!({})),
                Class::List => accepts.value(&place.path, false, &serde_json::json!([])),
                Class::Values(members) => {
                    members.iter().any(|value| accepts.value(&place.path, false, value))
                }
            };
            let classes = place.classes.iter().enumerate().filter(|(_, class)| may(class));
            let allowed: Vec<Gate> =
                classes.map(|(class, _)| self.is(self.kinds[at], class)).collect();
            let refused: Vec<Gate> = place
                .items
                .iter()
                .zip(&self.items[at])
                .filter(|(class, _)| {
                    !class.members.iter().any(|value| accepts.value(&place.path, true, value))
                })
                .map(|(_, fact)| self.is(*fact, 0))
                .collect();
            // Where nothing is around it, nothing stands there.
            let reached = place.parent.map_or(Gate::TRUE, |parent| self.reached(parent));
            let own = self.circuit.any(allowed);
            let items = self.circuit.all(refused);
            let both = self.circuit.and(own, items);
            rules.push(self.circuit.or(!reached, both));
        }
        self.circuit.all(rules)
    }

    /// True where an object stands at a place.
    fn reached(&mut self, at: usize) -> Gate {
        let classes = self.places[at].classes.iter().zip(&self.standing[at].is);
        let objects = classes.filter(|(class, _)| **class == Class::Object);
        let objects: Vec<Gate> = objects.map(|(_, gate)| *gate).collect();
        self.circuit.any(objects)
    }
}
