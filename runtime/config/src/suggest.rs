//! "Did you mean": the known name that is nearest to a mistyped one.

/// The candidate nearest to `word`, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = fold(word);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= tolerance(candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// One edit in a short name, one in three letters of a longer one: what rustc allows, too.
fn tolerance(candidate: &str) -> usize {
    (candidate.chars().count() / 3).max(1)
}

/// `clientId`, `client-id` and `client_id` are the same word.
fn fold(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// Edits between two words: insert, remove, replace, swap two neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = Vec::new();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut current = vec![i];
        for j in 1..=b.len() {
            let replaced = previous[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(previous[j] + 1).min(current[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swapped: usize = before[j - 2];
                best = best.min(swapped + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        let names = ["emails", "domains", "groups"];
        assert_eq!(nearest("email", names), Some("emails"));
        assert_eq!(nearest("gruops", names), Some("groups"));
        assert_eq!(nearest("Domains", names), Some("domains"));
    }

    #[test]
    fn spelling_conventions_of_other_formats_count_as_equal() {
        assert_eq!(nearest("clientId", ["client_id"]), Some("client_id"));
        assert_eq!(nearest("client-id", ["client_id"]), Some("client_id"));
    }

    #[test]
    fn nothing_is_suggested_for_another_word() {
        assert_eq!(nearest("colour", ["emails", "groups"]), None);
        assert_eq!(nearest("", ["any"]), None);
    }
}
