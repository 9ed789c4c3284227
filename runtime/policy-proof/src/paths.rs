//! Paths of claims and arguments, and the classes of values at each.

use toolgate_config::{Condition, Config, Str, Test};

use serde_json::{Map, Value};

use crate::candidates::ListedValues;
use crate::oracle::{Asked, Case, Outcome};

/// The tree that a path leads through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Root {
    Claims,
    Arguments,
}

/// What stands at a path, as far as any test can tell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Class {
    /// Nothing.
    Missing,
    /// An object, which may have what is asked about inside.
    Object,
    /// A list; its items are facts of their own.
    List,
    /// One of these, which no test tells apart; the first ones are read most easily.
    Values(Vec<Value>),
}

/// Items of a list that no test tells apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ItemClass {
    pub(crate) members: Vec<Value>,
    /// By each of the tests: what a list of such an item alone comes to.
    pub(crate) outcomes: Vec<Outcome>,
}

/// A path that a test, or one further inside, looks at.
pub(crate) struct Place {
    pub(crate) root: Root,
    pub(crate) path: Vec<String>,
    /// The place around it.
    pub(crate) parent: Option<usize>,
    pub(crate) has_children: bool,
    pub(crate) tests: Vec<Test>,
    pub(crate) listed: ListedValues,
    pub(crate) classes: Vec<Class>,
    /// By class, then by test: the outcome. Of a list it is that of an empty one.
    pub(crate) outcomes: Vec<Vec<Outcome>>,
    /// Classes of the items of a list; none where no test looks into lists.
    pub(crate) items: Vec<ItemClass>,
    asked: Vec<Asked>,
}

impl Place {
    pub(crate) fn new(root: Root, path: Vec<String>, parent: Option<usize>) -> Self {
        Self {
            root,
            path,
            parent,
            has_children: false,
            tests: Vec::new(),
            listed: ListedValues::default(),
            classes: Vec::new(),
            outcomes: Vec::new(),
            items: Vec::new(),
            asked: Vec::new(),
        }
    }

    pub(crate) fn add_test(&mut self, test: &Test) {
        if !self.tests.contains(test) {
            self.listed.add_test(test);
            self.tests.push(test.clone());
        }
    }

    /// True if the test looks at the items of a list.
    pub(crate) fn looks_into_lists(&self, test: &Test) -> bool {
        match test {
            Test::Contains(_) => true,
            Test::OneOf(_) => self.root == Root::Claims,
            Test::Exists(_) | Test::Min(_) | Test::Max(_) | Test::Claim(_) => false,
        }
    }

    fn has_lists(&self) -> bool {
        self.tests.iter().any(|test| self.looks_into_lists(test))
    }

    /// Finds the classes. `base` has no policies.
    pub(crate) fn classify(&mut self, base: &Config) {
        const NAME: &str = "x";
        let condition = |test: &Test| {
            let (path, test) = (vec![Str::Borrowed(NAME)].into(), test.clone());
            match self.root {
                Root::Claims => Condition::Claim { path, test },
                Root::Arguments => Condition::Argument { path, test },
            }
        };
        self.asked = self.tests.iter().map(|test| Asked::new(base, condition(test))).collect();
        let missing = self.signature(None);
        self.add(Class::Missing, missing);
        let object = self.signature(Some(&Value::Object(Map::new())));
        if self.has_children {
            self.add(Class::Object, object);
        }
        let candidates = self.listed.candidates();
        for value in &candidates {
            if (value.is_object() && self.has_children) || (value.is_array() && self.has_lists()) {
                continue;
            }
            let signature = self.signature(Some(value));
            let is_same = |(at, class): (usize, &Class)| {
                matches!(class, Class::Values(_)) && self.outcomes[at] == signature
            };
            match self.classes.iter().enumerate().position(is_same) {
                Some(at) => match &mut self.classes[at] {
                    Class::Values(members) => members.push(value.clone()),
                    _ => unreachable!("only values are compared"),
                },
                None => self.add(Class::Values(vec![value.clone()]), signature),
            }
        }
        if self.has_lists() {
            let empty = self.signature(Some(&Value::Array(Vec::new())));
            self.add(Class::List, empty);
            self.classify_items(&candidates);
        }
    }

    fn classify_items(&mut self, candidates: &[Value]) {
        for value in candidates {
            let outcomes = self.item_signature(value);
            match self.items.iter_mut().find(|class| class.outcomes == outcomes) {
                Some(class) => class.members.push(value.clone()),
                None => self.items.push(ItemClass { members: vec![value.clone()], outcomes }),
            }
        }
    }

    fn add(&mut self, class: Class, outcomes: Vec<Outcome>) {
        self.classes.push(class);
        self.outcomes.push(outcomes);
    }

    /// The outcome of each test where this stands at the path.
    pub(crate) fn signature(&self, value: Option<&Value>) -> Vec<Outcome> {
        let mut case = Case::default();
        let members = match self.root {
            Root::Claims => &mut case.caller.claims,
            Root::Arguments => &mut case.arguments,
        };
        if let Some(value) = value {
            members.insert("x".to_owned(), value.clone());
        }
        self.asked.iter().map(|asked| asked.outcome(&case)).collect()
    }

    /// The outcome of each test that looks into lists where this is the only item; the others count as
    /// unknown.
    fn item_signature(&self, item: &Value) -> Vec<Outcome> {
        let found = self.signature(Some(&Value::Array(vec![item.clone()])));
        let by_test = self.tests.iter().zip(found);
        by_test
            .map(|(test, outcome)| match self.looks_into_lists(test) {
                true => outcome,
                false => Outcome::Unknown,
            })
            .collect()
    }

    /// The class of what stands at the path.
    pub(crate) fn class_of(&self, value: Option<&Value>) -> Option<usize> {
        let find = |wanted: &Class| self.classes.iter().position(|class| class == wanted);
        match value {
            None => find(&Class::Missing),
            Some(Value::Object(_)) if self.has_children => find(&Class::Object),
            Some(Value::Array(_)) if self.has_lists() => find(&Class::List),
            Some(value) => {
                let signature = self.signature(Some(value));
                let mut classes = self.classes.iter().zip(&self.outcomes);
                classes.position(|(class, outcomes)| {
                    matches!(class, Class::Values(_)) && *outcomes == signature
                })
            }
        }
    }

    /// The class of an item of the list at the path.
    pub(crate) fn item_class_of(&self, item: &Value) -> Option<usize> {
        let outcomes = self.item_signature(item);
        self.items.iter().position(|class| class.outcomes == outcomes)
    }

    /// The path as `mcp.toml` has it.
    pub(crate) fn name(&self) -> String {
        let root = match self.root {
            Root::Claims => "claims",
            Root::Arguments => "args",
        };
        std::iter::once(root)
            .chain(self.path.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(".")
    }
}
