//! Lists that a person is shown.

use serde_json::Value;

/// The tools, prompts or resources that a person is shown, as the client gets them.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    pub(super) who: String,
    pub(super) entries: Vec<Value>,
}

impl List {
    /// Their names, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.entries.iter().filter_map(|entry| entry["name"].as_str()).collect()
    }

    /// The entry of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries.iter().find(|entry| entry["name"] == name)
    }

    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[Value] {
        &self.entries
    }

    /// Fails unless these are the names, in this order.
    ///
    /// # Panics
    /// They are others.
    #[track_caller]
    pub fn assert_names<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> &Self {
        let expected: Vec<&str> = names.into_iter().collect();
        let found = self.names();
        assert!(found == expected, "{} is shown {found:?}, not {expected:?}", self.who);
        self
    }

    /// Fails unless one has this name.
    ///
    /// # Panics
    /// None has.
    #[track_caller]
    pub fn assert_has(&self, name: &str) -> &Self {
        assert!(
            self.get(name).is_some(),
            "{} is not shown `{name}`, but {:?}",
            self.who,
            self.names()
        );
        self
    }

    /// Fails if one has this name.
    ///
    /// # Panics
    /// One has.
    #[track_caller]
    pub fn assert_lacks(&self, name: &str) -> &Self {
        assert!(self.get(name).is_none(), "{} is shown `{name}`", self.who);
        self
    }
}
