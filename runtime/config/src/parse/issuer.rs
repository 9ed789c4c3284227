//! Warnings of conditions on what the identity provider never tells.

use std::borrow::Cow;

use super::checked::Checked;
use crate::model::{Condition, Identity, Setting, Str};
use crate::provider::{KnownIssuer, Tells, Told};
use crate::render::Position;

/// A warning about something that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// Where it stands in the file.
    pub position: Position,
    /// The problem, and a way out.
    pub message: String,
}

/// Who tells, in a sentence, and what.
struct Known {
    title: Cow<'static, str>,
    tells: Tells,
}

/// The provider's knowledge, by itself or by its issuer. Of all others nothing is known.
fn known(checked: &Checked) -> Option<Known> {
    let Identity { provider, issuer, .. } = &checked.config.identity;
    let facts = provider.facts();
    if facts.has_known_issuers {
        let known = KnownIssuer::of(text(checked, issuer.as_ref()?)?)?;
        return Some(Known { title: known.title.into(), tells: known.tells? });
    }
    let tells = facts.tells?;
    let by_scope =
        [tells.addresses, tells.groups].iter().any(|told| matches!(told, Told::WithScope(_)));
    let title = match by_scope {
        true => format!("{}, with the scopes of `identity.scopes`,", facts.title).into(),
        false => facts.title.into(),
    };
    Some(Known { title, tells })
}

/// An address in the file, or in a variable of `[wrangler.vars]`.
fn text<'a>(checked: &'a Checked, setting: &'a Setting) -> Option<&'a str> {
    match setting {
        Setting::Literal(text) => Some(text),
        Setting::Var(name) => checked.wrangler.get("vars")?.get(name.as_ref())?.as_str(),
    }
}

/// The alternative to something that is never told with these scopes; `None` where it is told.
fn instead(told: Told, scopes: &[Str], others: &str) -> Option<String> {
    match told {
        Told::Always => None,
        Told::Never => Some(others.to_owned()),
        Told::WithScope(names) if scopes.iter().any(|scope| names.contains(&scope.as_ref())) => {
            None
        }
        Told::WithScope(names) => Some(format!("the scope `{}`", names.first()?)),
    }
}

impl Checked {
    /// Everything that is sound and may not be meant.
    pub fn warnings(&self) -> Vec<Warning> {
        warnings(self)
    }
}

/// Everything that a policy, or `identity.scopes`, asks for and that the provider never tells: in the
/// file, and in each of its environments.
fn warnings(checked: &Checked) -> Vec<Warning> {
    let mut warnings = of(checked, None);
    for environment in &checked.environments {
        for warning in of(&environment.checked, Some(&environment.name)) {
            let says_so = |known: &Warning| {
                known.position == warning.position && warning.message.ends_with(&known.message)
            };
            if !warnings.iter().any(says_so) {
                warnings.push(warning);
            }
        }
    }
    warnings
}

/// A kind of condition that a provider can make one of nobody.
type Asks = (fn(&Condition) -> bool, Option<String>, &'static str);

fn of(checked: &Checked, environment: Option<&str>) -> Vec<Warning> {
    let Some(Known { title, tells }) = known(checked) else { return Vec::new() };
    let place = environment.map(|name| format!("in `[env.{name}]`: ")).unwrap_or_default();
    let scopes = &checked.config.identity.scopes;
    let mut warnings = Vec::new();
    let conditions: [Asks; 2] = [
        (
            asks_for_addresses,
            instead(tells.addresses, scopes, "`subjects` or `groups`"),
            "addresses, and {} never proves any",
        ),
        (
            asks_for_groups,
            instead(tells.groups, scopes, "`subjects`, `emails` or `domains`"),
            "groups, and {} never tells any",
        ),
    ];
    for policy in checked.config.policies.iter() {
        let name = &policy.name;
        for (asks, instead, lacks) in &conditions {
            let Some(instead) = instead else { continue };
            let mut path = Vec::new();
            if !find(&policy.rule, *asks, &mut path) {
                continue;
            }
            let Some(position) = checked.condition_position(name, &path) else { continue };
            let lacks = lacks.replace("{}", &title);
            let message = format!(
                "{place}policy `{name}` looks at {lacks}: the condition holds for nobody, also under \
                 `not`; use {instead}"
            );
            warnings.push(Warning { position, message });
        }
    }
    let asks = scopes.iter().any(|scope| scope == "offline_access");
    if let Some(position) = checked.identity_scopes.filter(|_| asks && !tells.has_offline_access) {
        let message = format!(
            "{place}`identity.scopes` has `offline_access`, which {title} does not know: remove it"
        );
        warnings.push(Warning { position, message });
    }
    warnings
}

/// Looks for a condition, and leaves the path to it.
fn find(condition: &Condition, asks: fn(&Condition) -> bool, path: &mut Vec<usize>) -> bool {
    if asks(condition) {
        return true;
    }
    for (index, part) in condition.parts().iter().enumerate() {
        path.push(index);
        if find(part, asks, path) {
            return true;
        }
        path.pop();
    }
    false
}

fn asks_for_addresses(condition: &Condition) -> bool {
    matches!(condition, Condition::Emails(_) | Condition::Domains(_) | Condition::EmailsFrom(_))
}

fn asks_for_groups(condition: &Condition) -> bool {
    matches!(condition, Condition::Groups(_))
}
