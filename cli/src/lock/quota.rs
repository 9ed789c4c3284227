//! Changes of a tool's quota, as a reviewer wants to hear them.

/// The words for a change, without the name of the tool. One that has no quota any more can be called at any
/// rate.
pub(super) fn change(old: Option<&str>, new: Option<&str>) -> Option<String> {
    match (old, new) {
        _ if old == new => None,
        (_, Some(new)) => Some(format!(" has the quota `{new}` now")),
        (old, None) => Some(format!(" no longer has the quota `{}`", old.unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_that_comes_changes_or_goes_has_words() {
        for (old, new, words) in [
            (None, None, None),
            (Some("a"), Some("a"), None),
            (None, Some("a"), Some(" has the quota `a` now")),
            (Some("a"), Some("b"), Some(" has the quota `b` now")),
            (Some("a"), None, Some(" no longer has the quota `a`")),
        ] {
            assert_eq!(change(old, new).as_deref(), words);
        }
    }
}
