//! The parameters of an authorization request.

use std::collections::HashMap;

/// Parameters that the form of the login page carries along.
const CARRIED: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// The parameters of an authorization request.
pub(super) struct Parameters {
    values: HashMap<String, String>,
    pub(super) repeated: bool,
}

impl Parameters {
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        let count = pairs.len();
        let values: HashMap<_, _> = pairs.into_iter().collect();
        Self { repeated: values.len() != count, values }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Parameters that the login page's form repeats.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        CARRIED.into_iter().filter_map(|name| Some((name, self.get(name)?)))
    }
}
