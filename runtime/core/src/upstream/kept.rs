//! Which groups and claims of a person are kept: those that something of the server names.
//!
//! They travel in every access token. A directory tells of a person what fills many, and of that a
//! server looks at a handful.

use serde_json::{Map, Value};
use toolgate_config::{Condition, Config, Test};
use toolgate_policy::Caller;
use toolgate_policy::known::{Digests, Known, Told};

use crate::json;
use crate::limits::{MAX_CLAIMS, MAX_GROUPS, MAX_GROUPS_SIZE, MAX_NAME, MAX_TEXT_CLAIM};
use crate::upstream::rejection::Rejection;

/// Claims and groups that a function looks at, as its macro reads them from the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Groups.
    pub groups: Names,
    /// Claims, whole.
    pub claims: Names,
}

/// Names in a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// It could look at every one.
    All,
    /// It looks at these.
    These(&'static [&'static str]),
}

impl Named {
    /// Nothing is looked at.
    pub const NOTHING: Self = Self { groups: Names::These(&[]), claims: Names::These(&[]) };
    /// Every group and claim could be.
    pub const EVERYTHING: Self = Self { groups: Names::All, claims: Names::All };
}

/// The groups and the paths of claims that are kept; `None`: all.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    groups: Option<Vec<Vec<String>>>,
    claims: Option<Vec<Vec<String>>>,
}

impl Kept {
    /// Those that the policies of `mcp.toml` and the functions name.
    pub fn new(config: &Config, functions: impl Iterator<Item = Named>) -> Self {
        let mut kept = Self { groups: Some(Vec::new()), claims: Some(Vec::new()) };
        for policy in config.policies.iter() {
            kept.condition(&policy.rule);
        }
        for named in functions {
            add(&mut kept.groups, named.groups);
            add(&mut kept.claims, named.claims);
        }
        kept
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Groups(names) => names.iter().for_each(|name| {
                insert(&mut self.groups, vec![name.to_string()]);
            }),
            Condition::Claim { path, .. } | Condition::Argument { test: Test::Claim(path), .. } => {
                insert(&mut self.claims, path.iter().map(ToString::to_string).collect());
            }
            condition => condition.parts().iter().for_each(|part| self.condition(part)),
        }
    }

    /// True if a group of this name is kept.
    pub(crate) fn has_group(&self, name: &str) -> bool {
        self.groups.as_ref().is_none_or(|kept| kept.iter().any(|kept| kept[0] == name))
    }

    /// Leaves in the caller what is kept, and notes what that was.
    ///
    /// # Errors
    /// It is more than a token can carry, which is refused and never cut.
    pub(crate) fn narrow(&self, config: &Config, mut caller: Caller) -> Result<Caller, Rejection> {
        if self.groups.is_some() && !caller.groups.is_empty() {
            caller.groups.retain(|name| self.has_group(name));
            if caller.groups.is_empty() && caller.known.told == Told::Whole {
                caller.known.told = Told::Others;
            }
        }
        if let Some(paths) = &self.claims {
            let mut claims = Map::new();
            paths.iter().for_each(|path| copy(&caller.claims, &mut claims, path));
            caller.claims = claims;
        }
        let digests = |paths: &Option<Vec<Vec<String>>>| {
            paths.as_ref().map(|paths| Digests::of(paths.iter()))
        };
        caller.known = Known {
            told: caller.known.told,
            groups: digests(&self.groups),
            claims: digests(&self.claims),
        };
        bounded(config, caller)
    }
}

fn add(kept: &mut Option<Vec<Vec<String>>>, names: Names) {
    match names {
        Names::All => *kept = None,
        Names::These(names) => {
            names.iter().for_each(|name| insert(kept, vec![(*name).to_owned()]));
        }
    }
}

fn insert(kept: &mut Option<Vec<Vec<String>>>, path: Vec<String>) {
    if let Some(kept) = kept.as_mut().filter(|kept| !kept.contains(&path)) {
        kept.push(path);
    }
}

/// Copies what is at the path.
fn copy(from: &Map<String, Value>, to: &mut Map<String, Value>, path: &[String]) {
    let Some((name, inner)) = path.split_first() else { return };
    match from.get(name) {
        None => {}
        Some(value) if inner.is_empty() => {
            to.insert(name.clone(), value.clone());
        }
        Some(Value::Object(members)) => {
            let target = to.entry(name.as_str()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(target) = target {
                copy(members, target, inner);
            }
        }
        // A policy finds something else than an object on its way, whatever it is.
        Some(_) => {
            to.entry(name.as_str()).or_insert(Value::Null);
        }
    }
}

/// All of it travels in every access token: more than fits is refused, never cut silently. Nothing
/// is decided by a display name, which is only shown.
fn bounded(config: &Config, mut caller: Caller) -> Result<Caller, Rejection> {
    let too_large = |claim: &str| Err(Rejection::TooLarge(claim.to_owned()));
    let groups: usize = caller.groups.iter().map(String::len).sum();
    if caller.groups.len() > MAX_GROUPS || groups > MAX_GROUPS_SIZE {
        return too_large(&config.identity.groups_name());
    }
    let size = |value: &Value| json::to_text(value).len();
    let sizes = || caller.claims.iter().map(|(name, value)| (name.len() + size(value), name));
    if sizes().map(|(size, _)| size).sum::<usize>() > MAX_CLAIMS {
        return too_large(sizes().max().map_or("", |(_, name)| name));
    }
    let addresses = [&caller.email, &caller.claimed_email];
    if addresses.iter().any(|address| address.as_ref().is_some_and(|a| a.len() > MAX_TEXT_CLAIM)) {
        return too_large("email");
    }
    if caller.subject.len() > MAX_TEXT_CLAIM {
        return too_large("sub");
    }
    if let Some(name) = &mut caller.name {
        name.truncate(name.floor_char_boundary(MAX_NAME));
    }
    Ok(caller)
}
