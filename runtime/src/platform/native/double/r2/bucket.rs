//! A bucket.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

use worker::{Error, Result};

use super::list::ListOptionsBuilder;
use super::object::{Conditional, Object, Range, Stored};
use super::put::{Data, PutOptionsBuilder};

/// Bytes of a key, at most.
const MAX_KEY: usize = 1024;

/// Keys that are deleted at once, at most.
const MAX_DELETED: usize = 1000;

/// An R2 bucket of a test.
#[derive(Debug, Clone, Default)]
pub struct Bucket(Rc<RefCell<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<String, Rc<Stored>>,
    /// The number of writes so far, which makes each version another one.
    writes: u64,
}

impl Bucket {
    /// The metadata of an object.
    ///
    /// # Errors
    /// The key cannot be one.
    pub async fn head(&self, key: impl Into<String>) -> Result<Option<Object>> {
        Ok(self.find(&key.into(), "head")?.map(Object::head))
    }

    /// Reads an object.
    pub fn get(&self, key: impl Into<String>) -> GetOptionsBuilder<'_> {
        GetOptionsBuilder { bucket: self, key: key.into(), only_if: None, range: None }
    }

    /// Writes an object.
    pub fn put(&self, key: impl Into<String>, value: impl Into<Data>) -> PutOptionsBuilder<'_> {
        PutOptionsBuilder::new(self, key.into(), value.into())
    }

    /// Deletes an object, whether it is there or not.
    ///
    /// # Errors
    /// The key cannot be one.
    pub async fn delete(&self, key: impl Into<String>) -> Result<()> {
        let key = key.into();
        check(&key, "delete")?;
        self.0.borrow_mut().objects.remove(&key);
        Ok(())
    }

    /// Deletes objects, whether they are there or not.
    ///
    /// # Errors
    /// There are too many of them, or a key cannot be one.
    pub async fn delete_multiple(&self, keys: Vec<impl Deref<Target = str>>) -> Result<()> {
        if keys.len() > MAX_DELETED {
            return Err(refused("delete", &format!("more than {MAX_DELETED} keys at once")));
        }
        for key in keys {
            self.delete(&*key).await?;
        }
        Ok(())
    }

    /// Lists objects.
    pub fn list(&self) -> ListOptionsBuilder<'_> {
        ListOptionsBuilder::new(self)
    }

    pub(super) fn find(&self, key: &str, operation: &str) -> Result<Option<Rc<Stored>>> {
        check(key, operation)?;
        Ok(self.0.borrow().objects.get(key).map(Rc::clone))
    }

    /// Stores an object, in place of one of the same key.
    pub(super) fn store(&self, object: Stored) -> Rc<Stored> {
        let mut inner = self.0.borrow_mut();
        inner.writes += 1;
        let object = Rc::new(Stored { version: format!("{:032x}", inner.writes), ..object });
        inner.objects.insert(object.key.clone(), Rc::clone(&object));
        object
    }

    /// All objects, in the order of their keys.
    pub(super) fn all(&self) -> Vec<Rc<Stored>> {
        self.0.borrow().objects.values().map(Rc::clone).collect()
    }
}

fn check(key: &str, operation: &str) -> Result<()> {
    if key.len() > MAX_KEY {
        return Err(refused(operation, "The specified object name is not valid. (10020)"));
    }
    Ok(())
}

pub(super) fn refused(operation: &str, problem: &str) -> Error {
    Error::JsError(format!("{operation}: {problem}"))
}

/// A read; made by [`Bucket::get`].
#[derive(Debug)]
#[must_use = "nothing is read before it is executed"]
pub struct GetOptionsBuilder<'bucket> {
    bucket: &'bucket Bucket,
    key: String,
    only_if: Option<Conditional>,
    range: Option<Range>,
}

impl GetOptionsBuilder<'_> {
    /// The content only if these conditions hold.
    pub fn only_if(mut self, only_if: Conditional) -> Self {
        self.only_if = Some(only_if);
        self
    }

    /// Only this part of the content.
    pub fn range(mut self, range: Range) -> Self {
        self.range = Some(range);
        self
    }

    /// Reads it.
    ///
    /// # Errors
    /// The key cannot be one, or there is no such part.
    pub async fn execute(self) -> Result<Option<Object>> {
        let Some(stored) = self.bucket.find(&self.key, "get")? else { return Ok(None) };
        if self.only_if.is_some_and(|conditions| !conditions.holds(Some(&stored))) {
            return Ok(Some(Object::head(stored)));
        }
        Object::read(stored, self.range).map(Some)
    }
}
