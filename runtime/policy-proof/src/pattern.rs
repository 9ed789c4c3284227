//! Names with `*` for any characters.

/// True if the whole name is as the pattern says.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let Some(end) = parts.pop() else { return false };
    for part in parts {
        // The first place is the best: it leaves most of the name to the parts that follow.
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, is_match) in [
            ("delete", "delete", true),
            ("delete", "delete_user", false),
            ("delete_*", "delete_user", true),
            ("delete_*", "delete_", true),
            ("delete_*", "undelete_user", false),
            ("*", "", true),
            ("*_user", "delete_user", true),
            ("*_user", "delete_users", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            ("*a*", "bab", true),
        ] {
            assert_eq!(matches(pattern, name), is_match, "{pattern} {name}");
        }
    }
}
