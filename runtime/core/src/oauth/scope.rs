//! OAuth scopes of the server.

/// Use of the server's tools, as far as the account's policies go.
pub const TOOLS: &str = "mcp";

/// Stay connected: asks for a refresh token (OpenID Connect Core section 11).
pub const OFFLINE: &str = "offline_access";

/// Every scope, as the authorization server's metadata lists it.
pub const ALL: [&str; 2] = [TOOLS, OFFLINE];

/// The scopes granted for a request: what it asked for and this server knows, and always [`TOOLS`],
/// without which a token would be of no use. Unknown scopes are left out, which the token response
/// tells (OAuth 2.1 section 1.4.1).
#[must_use]
pub fn grant(requested: Option<&str>) -> Vec<String> {
    let asked: Vec<&str> = requested.unwrap_or_default().split(' ').collect();
    ALL.into_iter()
        .filter(|scope| *scope == TOOLS || asked.contains(scope))
        .map(str::to_owned)
        .collect()
}

/// What a scope means, for the approval page.
#[must_use]
pub fn in_words(scope: &str) -> &'static str {
    match scope {
        OFFLINE => "Stay connected until you revoke it, without asking you to sign in again",
        _ => "Use the tools of this server that your account may use",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scopes_are_left_out_and_the_basic_one_is_always_there() {
        assert_eq!(grant(None), ["mcp"]);
        assert_eq!(grant(Some("openid offline_access")), ["mcp", "offline_access"]);
        assert_eq!(grant(Some("mcp mcp admin")), ["mcp"]);
    }
}
