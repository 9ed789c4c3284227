//! Faults of routes that only the whole program can show.

use toolgate_config::route_path::{fault, is_same};
use toolgate_config::{Condition, Config};
use toolgate_core::route::Guard;

use super::{RouteDef, all};

/// One line for everything that is wrong.
pub(crate) fn check(config: &Config) -> Vec<String> {
    let mut routes: Vec<_> = all().collect();
    routes.sort_by_key(|route| (route.info.name, route.location));
    faults(&routes, config)
}

fn faults(routes: &[&'static RouteDef], config: &Config) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, route) in routes.iter().enumerate() {
        let said =
            |what: String| format!("{}: route `{}`: {what}", route.location, route.info.name);
        if let Some(fault) = fault(route.info.path) {
            let (what, help) = fault.words();
            faults.push(said(format!("{what}; {help}")));
        }
        if let Guard::Policy { name, bearer } = route.info.guard {
            faults.extend(policy(config, name, bearer, route.info.method).map(said));
        }
        for other in &routes[index + 1..] {
            let (one, two) = (&route.info, &other.info);
            if one.method == two.method && is_same(one.path, two.path) {
                faults.push(format!(
                    "two routes have the same address: `{}` at {} and `{}` at {}",
                    one.name, route.location, two.name, other.location
                ));
            }
        }
    }
    faults
}

/// The fault of a policy for a route.
fn policy(config: &Config, name: &str, bearer: bool, method: &str) -> Option<String> {
    if name == "everyone" {
        return None;
    }
    if config.policies.iter().all(|policy| policy.name != name) {
        return Some(format!("its policy `{name}` is not in mcp.toml"));
    }
    let takes_cookie = !bearer && method == "GET";
    (takes_cookie && needs_scope(config, name, &mut Vec::new())).then(|| {
        format!(
            "its policy `{name}` needs an OAuth scope, which a person with a browser never has: add \
             `bearer` to the route, or take another policy"
        )
    })
}

/// True if a policy looks at scopes, itself or by way of another one.
fn needs_scope<'a>(config: &'a Config, name: &'a str, seen: &mut Vec<&'a str>) -> bool {
    if seen.contains(&name) {
        return false;
    }
    seen.push(name);
    let Some(policy) = config.policies.iter().find(|policy| policy.name == name) else {
        return false;
    };
    let mut others = Vec::new();
    let mut needs = policy.scope.is_some();
    policy.rule.walk(&mut |condition| match condition {
        Condition::Scopes(_) => needs = true,
        Condition::Policy(other) => others.push(&**other),
        _ => {}
    });
    needs || others.into_iter().any(|other| needs_scope(config, other, seen))
}
