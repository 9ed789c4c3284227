//! OAuth scopes of the server.

use toolgate_config::Config;

/// Use of the server's tools, as far as the account's policies go.
pub const TOOLS: &str = "mcp";

/// Stay connected: asks for a refresh token (OpenID Connect Core section 11).
pub const OFFLINE: &str = "offline_access";

/// Ends the grants of others: on servers that have `[admin]`, and for those whom its policy lets.
pub const ADMIN: &str = "admin";

/// Every scope, as the authorization server's metadata lists it.
pub fn all(config: &Config) -> impl Iterator<Item = &str> {
    of_resource(config).chain(config.admin.iter().map(|_| ADMIN)).chain([OFFLINE])
}

/// The scopes that a token needs, as the metadata of the resources list them.
pub fn of_resource(config: &Config) -> impl Iterator<Item = &str> {
    [TOOLS].into_iter().chain(config.scopes.iter().map(|scope| scope.name.as_ref()))
}

/// The scopes granted for a request: what it asked for and this server knows, and always [`TOOLS`],
/// without which a token would be of no use. Unknown scopes are left out, which the token response
/// tells (OAuth 2.1 section 1.4.1).
#[must_use]
pub fn grant(config: &Config, requested: Option<&str>) -> Vec<String> {
    let asked: Vec<&str> = requested.unwrap_or_default().split(' ').collect();
    all(config)
        .filter(|scope| *scope == TOOLS || asked.contains(scope))
        .map(str::to_owned)
        .collect()
}

/// True if the request asks for [`TOOLS`] by name.
#[must_use]
pub fn asks_for_tools(requested: Option<&str>) -> bool {
    requested.is_some_and(|requested| requested.split(' ').any(|scope| scope == TOOLS))
}

/// Meaning of a scope, for the approval page.
#[must_use]
pub fn in_words<'a>(config: &'a Config, scope: &str) -> &'a str {
    match scope {
        TOOLS => "Use the tools of this server that your account may use",
        ADMIN if config.admin.is_some() => {
            "End the connections of everybody, where your account may"
        }
        scope => {
            let mut known = config.scopes.iter().filter(|known| known.name == scope);
            known.next().map_or("", |known| known.meaning.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scopes_are_left_out_and_the_basic_one_is_always_there() {
        let config = config("");
        assert_eq!(grant(&config, None), ["mcp"]);
        assert_eq!(grant(&config, Some("openid offline_access")), ["mcp", "offline_access"]);
        assert_eq!(grant(&config, Some("mcp mcp admin")), ["mcp"]);
    }

    #[test]
    fn scopes_of_policies_are_granted_to_who_asks_and_told_in_the_policies_words() {
        let config = config(
            "[policies.makers]\ndescription = \"May spend credits\"\nscope = \"images\"\n\
             groups = [\"design\"]\n[policies.readers]\nscopes = [\"reports:read\"]\n",
        );
        let known: Vec<_> = all(&config).collect();
        assert_eq!(known, ["mcp", "images", "reports:read", "offline_access"]);
        assert_eq!(grant(&config, None), ["mcp"]);
        assert_eq!(grant(&config, Some("images admin")), ["mcp", "images"]);
        assert_eq!(in_words(&config, "images"), "May spend credits");
        assert_eq!(in_words(&config, "reports:read"), "Use `reports:read`");
    }

    fn config(policies: &str) -> Config {
        let source = format!("[server]\nname = \"scopes\"\n{policies}");
        toolgate_config::check(&source).expect("it is sound").config
    }
}
