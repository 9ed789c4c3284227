//! State of a test's server: what [`object`](super::object) does, in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::sql::{SqlAnswer, SqlRequest};
use super::value::{Kept, ValueRequest};
use crate::platform::native::sqlite::Sqlite;
use crate::state::client::StateKind;

/// The content of all objects.
#[derive(Default)]
pub(crate) struct Memory(RefCell<Inner>);

#[derive(Default)]
struct Inner {
    /// By object and key: the JSON text and its version.
    values: BTreeMap<(String, String), (String, i64)>,
    /// The last version that was given.
    version: i64,
    /// By object.
    databases: BTreeMap<String, Sqlite>,
}

impl Memory {
    /// Answers what the object of this name is asked.
    pub(super) fn ask(
        &self,
        kind: StateKind,
        object: &str,
        question: &str,
    ) -> worker::Result<String> {
        let mut inner = self.0.borrow_mut();
        Ok(match kind {
            StateKind::State => serde_json::to_string(
                &inner.value(object, toolgate_core::from_json::read(question)?),
            )?,
            StateKind::Sql => {
                let database = inner.databases.entry(object.to_owned()).or_insert_with(Sqlite::new);
                serde_json::to_string(&sql(database, toolgate_core::from_json::read(question)?))?
            }
        })
    }
}

impl Inner {
    fn value(&mut self, object: &str, question: ValueRequest) -> Kept {
        match question {
            ValueRequest::Get(key) => self.read((object.to_owned(), key)),
            ValueRequest::Put { key, value, expected } => {
                let place = (object.to_owned(), key);
                let kept = self.read(place.clone());
                if expected.is_some_and(|expected| expected != kept.version) {
                    return Kept { done: false, ..kept };
                }
                self.write(place, value);
                Kept { done: true, ..Kept::default() }
            }
        }
    }

    fn read(&self, place: (String, String)) -> Kept {
        let (value, version) = self.values.get(&place).cloned().unzip();
        Kept { value, version: version.unwrap_or_default(), done: true }
    }

    fn write(&mut self, place: (String, String), value: Option<String>) {
        match value {
            None => drop(self.values.remove(&place)),
            Some(value) => {
                self.version += 1;
                self.values.insert(place, (value, self.version));
            }
        }
    }
}

fn sql(database: &Sqlite, question: SqlRequest) -> SqlAnswer {
    let answer = match question {
        SqlRequest::Query(statement) => {
            database.run(&statement.sql, statement.values).map(|ran| SqlAnswer::Rows(ran.objects()))
        }
        SqlRequest::Execute(statements) => database
            .atomically(|database| {
                let statements = statements.into_iter();
                statements
                    .map(|statement| database.run(&statement.sql, statement.values))
                    .map(|ran| ran.map(|ran| ran.changes))
                    .collect()
            })
            .map(SqlAnswer::Changed),
    };
    answer.unwrap_or_else(SqlAnswer::Refused)
}
