//! The configuration of a server, and the variables of its Worker.

use std::collections::BTreeMap;

use toolgate_config::Config;
use toolgate_policy::Vars;

use super::{ISSUER, KEY};

/// The defaults, but for what tests count on.
const CONFIG: &str = r#"
[server]
name = "Demo"

[identity]
scopes = ["openid", "email"]

[consent]
remember_for = "1d"

[limits]
register = 10
authorize = 60
token = 120
callback = 60
"#;

pub fn config() -> Config {
    toolgate_config::check(CONFIG).unwrap().config
}

/// Variables of the Worker.
#[derive(Clone)]
pub struct Variables(pub BTreeMap<&'static str, String>);

impl Default for Variables {
    fn default() -> Self {
        Self(BTreeMap::from([
            ("ACCESS_CLIENT_ID", "app".to_owned()),
            ("ACCESS_CLIENT_SECRET", "upstream-secret".to_owned()),
            ("ACCESS_AUTHORIZATION_URL", format!("{ISSUER}/authorization")),
            ("ACCESS_TOKEN_URL", format!("{ISSUER}/token")),
            ("ACCESS_JWKS_URL", format!("{ISSUER}/jwks")),
            ("COOKIE_ENCRYPTION_KEY", KEY.to_owned()),
        ]))
    }
}

impl Vars for Variables {
    fn var(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}
