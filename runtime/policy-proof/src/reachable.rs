//! The policies that a question is about: the others only cost time.

use toolgate_config::{Condition, Config};

/// The configuration with the policies of these names and those that they, or the conditions, name.
#[must_use]
pub fn only<'n>(
    config: &Config,
    names: impl Iterator<Item = &'n str>,
    conditions: &[&Condition],
) -> Config {
    let mut wanted: Vec<String> = names.map(str::to_owned).collect();
    for condition in conditions {
        named(condition, &mut wanted);
    }
    let mut next = 0;
    while next < wanted.len() {
        let found = config.policies.iter().find(|policy| policy.name == wanted[next]);
        if let Some(policy) = found {
            named(&policy.rule, &mut wanted);
        }
        next += 1;
    }
    let mut only = config.clone();
    only.policies.to_mut().retain(|policy| wanted.iter().any(|name| policy.name == *name));
    only
}

fn named(condition: &Condition, names: &mut Vec<String>) {
    condition.walk(&mut |condition| {
        if let Condition::Policy(name) = condition
            && !names.iter().any(|known| known == name.as_ref())
        {
            names.push(name.to_string());
        }
    });
}
