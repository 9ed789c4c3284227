//! Faults of routes that only the whole program can show.

use toolgate_config::route_path::{fault, is_same};
use toolgate_config::{Condition, Config};
use toolgate_core::route::{Guard, RouteInfo};

use super::all;

/// A route, and the place of its function.
type Placed = (RouteInfo, &'static str);

/// One line for everything that is wrong.
pub(crate) fn check(config: &Config) -> Vec<String> {
    let mut routes: Vec<Placed> = all().map(|route| (route.info, route.location)).collect();
    routes.sort_by_key(|(info, location)| (info.name, *location));
    faults(&routes, config)
}

fn faults(routes: &[Placed], config: &Config) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, (info, location)) in routes.iter().enumerate() {
        let said = |what: String| format!("{location}: route `{}`: {what}", info.name);
        if let Some(fault) = fault(info.path) {
            let (what, help) = fault.words();
            faults.push(said(format!("{what}; {help}")));
        }
        match info.guard {
            Guard::Policy { name, .. } => {
                faults.extend(policy(config, name, info.takes_cookie()).map(said));
            }
            Guard::Signed(_) | Guard::Public => {}
        }
        for (other, at) in &routes[index + 1..] {
            if info.method == other.method && is_same(info.path, other.path) {
                faults.push(format!(
                    "two routes have the same address: `{}` at {location} and `{}` at {at}",
                    info.name, other.name
                ));
            }
        }
    }
    faults
}

/// The fault of a policy for a route.
fn policy(config: &Config, name: &str, takes_cookie: bool) -> Option<String> {
    if name == "everyone" {
        return None;
    }
    if config.policies.iter().all(|policy| policy.name != name) {
        return Some(format!("its policy `{name}` is not in mcp.toml"));
    }
    if config.policies.iter().any(|policy| policy.name == name && policy.rate.is_some()) {
        return Some(format!(
            "its policy `{name}` has a `rate`, which does not count requests of routes: take another policy, \
             which may be `policy = \"{name}\"`"
        ));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"
[server]
name = "Test"
[policies.staff]
groups = ["staff"]
[policies.writers]
scope = "write"
policy = "staff"
[policies.through]
any = [{ groups = ["a"] }, { policy = "writers" }]
"#;

    fn found(routes: &[RouteInfo]) -> Vec<String> {
        let config = toolgate_config::check(CONFIG).expect("a sound file").config;
        let placed: Vec<Placed> = routes.iter().map(|info| (*info, "src/lib.rs:1")).collect();
        faults(&placed, &config)
    }

    const fn route(method: &'static str, path: &'static str, guard: Guard) -> RouteInfo {
        RouteInfo { name: path, method, path, guard }
    }

    const fn guarded(name: &'static str, bearer: bool) -> Guard {
        Guard::Policy { name, bearer }
    }

    #[test]
    fn two_routes_of_one_address_are_a_fault_whatever_their_parameters_are_called() {
        let one = route("GET", "/items/{a}", Guard::Public);
        let other = route("GET", "/items/{b}", guarded("staff", false));
        let faults = found(&[one, other]);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("`/items/{a}`") && faults[0].contains("`/items/{b}`"));
        let apart = [
            one,
            route("POST", "/items/{a}", Guard::Public),
            route("GET", "/items/a", Guard::Public),
        ];
        assert!(found(&apart).is_empty());
    }

    #[test]
    fn a_path_of_the_server_is_a_fault() {
        assert_eq!(found(&[route("GET", "/Connections", Guard::Public)]).len(), 1);
    }

    #[test]
    fn a_policy_that_needs_a_scope_is_a_fault_where_a_cookie_signs_in() {
        for name in ["writers", "through"] {
            let faults = found(&[route("GET", "/a", guarded(name, false))]);
            assert!(faults.len() == 1 && faults[0].contains("`bearer`"), "{faults:?}");
            assert!(found(&[route("GET", "/a", guarded(name, true))]).is_empty());
            assert!(found(&[route("POST", "/a", guarded(name, false))]).is_empty());
        }
        assert!(found(&[route("GET", "/a", guarded("staff", false))]).is_empty());
        assert_eq!(found(&[route("GET", "/a", guarded("nobody", false))]).len(), 1);
    }
}
