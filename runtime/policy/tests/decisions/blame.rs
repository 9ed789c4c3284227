//! Which arguments keep a caller out.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use toolgate_policy::refused_arguments;

use crate::{Variables, caller, config};

/// Whoever lacks something else as well is not told about arguments: no others would help.
#[test]
fn arguments_are_blamed_only_where_nothing_else_keeps_out() {
    let config = config(
        r#"
        [server]
        name = "x"
        [identity]
        provider = "cloudflare-access"
        [policies.small]
        args.amount = { max = 100 }
        [policies.scoped]
        scope = "refunds"
        args.amount = { max = 100 }
        [policies.group-then-amount]
        all = [{ groups = ["billing"] }, { args = { amount = { max = 100 } } }]
        [policies.amount-then-group]
        all = [{ args = { amount = { max = 100 } } }, { groups = ["billing"] }]
        [policies.either]
        any = [{ args = { amount = { max = 100 } } }, { groups = ["billing"] }]
        [policies.not-large]
        not = { args = { amount = { min = 101 } } }
        [policies.neither]
        not = { all = [{ args = { amount = { min = 101 } } }, { not = { groups = ["billing"] } }] }
        [policies.one-of-many]
        any = [
            { groups = ["billing"] },
            { all = [{ groups = ["leads"] }, { args = { reason = ["fraud"] } }] },
            { args = { amount = { max = 100 } } },
            { all = [{ groups = ["leads"] }, { args = { reason = ["fraud"] } }] },
        ]
        "#,
    );
    let vars = Variables(HashMap::new());
    let blamed = |policy, stated: Value, amount: u32| -> Vec<String> {
        let caller = caller(stated.as_object().expect("an object").clone());
        let call = Map::from_iter([("amount".to_owned(), json!(amount))]);
        let paths = refused_arguments(&config, policy, &caller, &call, &vars);
        paths.into_iter().map(|path| path.join(".")).collect()
    };
    let nobody = || json!({ "groups": ["sales"] });
    let billing = || json!({ "groups": ["billing"], "scopes": ["refunds"] });
    for policy in ["small", "scoped", "group-then-amount", "amount-then-group", "not-large"] {
        assert_eq!(blamed(policy, billing(), 500), ["amount"], "{policy}");
        assert!(blamed(policy, billing(), 50).is_empty(), "{policy}");
    }
    for policy in ["either", "neither", "one-of-many"] {
        assert_eq!(blamed(policy, nobody(), 500), ["amount"], "{policy}");
        assert!(blamed(policy, nobody(), 50).is_empty(), "{policy}");
        assert!(blamed(policy, billing(), 500).is_empty(), "{policy}");
    }
    for policy in ["scoped", "group-then-amount", "amount-then-group"] {
        for amount in [50, 500] {
            assert!(blamed(policy, nobody(), amount).is_empty(), "{policy}, {amount}");
        }
    }
}
