//! Scopes of a token: what is asked for, as far as everybody who has a say allows it.

use toolgate_config::Str;

use crate::oauth::error::OAuthError;
use crate::scope::{self, TOOLS};

/// The scopes of a token: those asked for that `claim` has, where the assertion has such a claim, and that
/// `mcp.toml` allows. Each of the three narrows the others.
///
/// [`TOOLS`] is asked for by everybody, since a token without it is of no use.
pub(super) fn granted(
    allowed: &[Str],
    requested: Option<&str>,
    claim: Option<&str>,
) -> Result<Vec<String>, OAuthError> {
    check_form(requested)?;
    let words = |text: Option<&str>| -> Option<Vec<String>> {
        text.map(|text| text.split(' ').map(str::to_owned).collect())
    };
    let (asked, claimed) = (words(requested), words(claim));
    let known = [TOOLS].into_iter().chain(allowed.iter().map(AsRef::as_ref));
    let may_have: Vec<&str> = known
        .filter(|scope| *scope != scope::OFFLINE)
        .filter(|scope| claimed.as_ref().is_none_or(|claimed| has(claimed, scope)))
        .collect();
    let is_asked = |scope: &&str| match (&asked, &claimed) {
        (Some(asked), _) => has(asked, scope),
        // The assertion was made for what its client asked the issuer for.
        (None, Some(_)) => true,
        (None, None) => *scope == TOOLS,
    };
    let mut granted: Vec<&str> = may_have.iter().copied().filter(|scope| is_asked(scope)).collect();
    if granted.is_empty() {
        return Err(OAuthError::new("invalid_scope", "None of the scopes can be given"));
    }
    if may_have.contains(&TOOLS) && !granted.contains(&TOOLS) {
        granted.insert(0, TOOLS);
    }
    Ok(granted.into_iter().map(str::to_owned).collect())
}

fn has(words: &[String], scope: &str) -> bool {
    words.iter().any(|word| word == scope)
}

/// RFC 6749 section 3.3.
fn check_form(requested: Option<&str>) -> Result<(), OAuthError> {
    let is_fit = |b: u8| matches!(b, b' ' | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    if requested.is_none_or(|requested| requested.bytes().all(is_fit)) {
        return Ok(());
    }
    Err(OAuthError::invalid_request("scope has characters that no scope has"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(requested: Option<&str>, claim: Option<&str>) -> Result<String, &'static str> {
        let allowed = ["images".into(), "reports".into()];
        let granted = granted(&allowed, requested, claim);
        granted.map(|granted| granted.join(" ")).map_err(|error| error.code)
    }

    #[test]
    fn what_everybody_allows_is_given_and_nothing_else() {
        for (requested, claim, expected) in [
            (None, None, "mcp"),
            (Some("images"), None, "mcp images"),
            (Some("mcp images admin offline_access"), None, "mcp images"),
            (None, Some("mcp reports admin"), "mcp reports"),
            (Some("mcp images reports"), Some("mcp images"), "mcp images"),
            (Some("mcp admin"), Some("mcp images"), "mcp"),
            // Never more than the issuer says.
            (Some("mcp images"), Some("images"), "images"),
            (None, Some("images"), "images"),
        ] {
            assert_eq!(given(requested, claim).as_deref(), Ok(expected), "{requested:?} {claim:?}");
        }
    }

    #[test]
    fn where_nothing_is_left_nothing_is_given() {
        for (requested, claim) in [
            (Some("admin"), None),
            (Some("offline_access"), None),
            (None, Some("")),
            (Some("mcp"), Some("")),
            (Some("admin"), Some("mcp admin")),
            (Some("images"), Some("mcp reports")),
        ] {
            assert_eq!(given(requested, claim), Err("invalid_scope"), "{requested:?} {claim:?}");
        }
        assert_eq!(given(Some("mcp\"images"), None), Err("invalid_request"));
    }
}
