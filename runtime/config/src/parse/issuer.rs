//! Well-known identity providers, by the host of their issuer: what they never tell, whatever is asked.

use super::checked::Checked;
use crate::claims::{GITHUB_EMAIL_SCOPES, GITHUB_GROUP_SCOPES};
use crate::model::{Condition, Identity, Provider, Setting};
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

/// Facts that a provider tells of the people whom it signs in.
struct Facts {
    name: &'static str,
    /// True where it ever says that an address is proven to be the person's.
    proves_addresses: bool,
    /// True where it tells groups.
    has_groups: bool,
    /// True where it knows the scope `offline_access`.
    has_offline_access: bool,
}

/// Issuers whose documentation says what they lack. Of all others nothing is known.
fn of_issuer(host: &str) -> Option<Facts> {
    let facts = |name, proves_addresses, has_groups, has_offline_access| {
        Some(Facts { name, proves_addresses, has_groups, has_offline_access })
    };
    match host {
        "login.microsoftonline.com"
        | "login.microsoftonline.us"
        | "login.partner.microsoftonline.cn"
        | "sts.windows.net" => facts("Microsoft Entra ID", false, true, true),
        "accounts.google.com" => facts("Google", true, false, false),
        "appleid.apple.com" => facts("Apple", true, false, false),
        "slack.com" => facts("Slack", true, false, false),
        "www.linkedin.com" => facts("LinkedIn", true, false, false),
        host if host.starts_with("cognito-idp.") && host.ends_with(".amazonaws.com") => {
            facts("Amazon Cognito", true, true, false)
        }
        _ => None,
    }
}

fn facts(checked: &Checked) -> Option<Facts> {
    let Identity { provider, scopes, issuer, .. } = &checked.config.identity;
    let asks_for = |names: &[&str]| scopes.iter().any(|scope| names.contains(&scope.as_ref()));
    match provider {
        Provider::GitHub => Some(Facts {
            name: "GitHub, with the scopes of `identity.scopes`,",
            proves_addresses: asks_for(&GITHUB_EMAIL_SCOPES),
            has_groups: asks_for(&GITHUB_GROUP_SCOPES),
            has_offline_access: false,
        }),
        Provider::None => Some(Facts {
            name: "`provider = \"none\"`",
            proves_addresses: false,
            has_groups: false,
            has_offline_access: true,
        }),
        Provider::Oidc => of_issuer(&host(checked, issuer.as_ref()?)?),
        Provider::CloudflareAccess | Provider::CloudflareAccessJwt | Provider::Dev => None,
    }
}

/// The host of an address in the file, or in a variable of `[wrangler.vars]`.
fn host(checked: &Checked, setting: &Setting) -> Option<String> {
    let text = match setting {
        Setting::Literal(text) => text.as_ref(),
        Setting::Var(name) => checked.wrangler.get("vars")?.get(name.as_ref())?.as_str()?,
    };
    let (_, rest) = text.split_once("://")?;
    let host = rest.split(['/', ':', '?', '#']).next()?;
    Some(host.to_ascii_lowercase())
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

fn of(checked: &Checked, environment: Option<&str>) -> Vec<Warning> {
    let Some(facts) = facts(checked) else { return Vec::new() };
    let place = environment.map(|name| format!("in `[env.{name}]`: ")).unwrap_or_default();
    let is_github = checked.config.identity.provider == Provider::GitHub;
    let mut warnings = Vec::new();
    for policy in checked.config.policies.iter() {
        let name = &policy.name;
        for (tells, asks, lacks, instead) in [
            (
                facts.proves_addresses,
                asks_for_addresses as fn(&Condition) -> bool,
                "addresses, and {} never proves any",
                if is_github { "the scope `user:email`" } else { "`subjects` or `groups`" },
            ),
            (
                facts.has_groups,
                asks_for_groups,
                "groups, and {} never tells any",
                if is_github {
                    "the scope `read:org`"
                } else {
                    "`subjects`, `emails` or `domains`"
                },
            ),
        ] {
            let mut path = Vec::new();
            if tells || !find(&policy.rule, asks, &mut path) {
                continue;
            }
            let Some(position) = checked.condition_position(name, &path) else { continue };
            let lacks = lacks.replace("{}", facts.name);
            let message = format!(
                "{place}policy `{name}` looks at {lacks}: the condition holds for nobody, also under \
                 `not`; use {instead}"
            );
            warnings.push(Warning { position, message });
        }
    }
    let asks = checked.config.identity.scopes.iter().any(|scope| scope == "offline_access");
    if let Some(position) = checked.identity_scopes.filter(|_| asks && !facts.has_offline_access) {
        let message = format!(
            "{place}`identity.scopes` has `offline_access`, which {} does not know: remove it",
            facts.name
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
