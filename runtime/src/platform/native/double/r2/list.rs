//! Listing a bucket.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use worker::Result;

use super::bucket::{Bucket, refused};
use super::object::{HttpMetadata, Object, Stored};

/// Objects on one page, at most.
const PAGE: u32 = 1000;

/// A list; made by [`Bucket::list`].
#[derive(Debug)]
#[must_use = "nothing is listed before it is executed"]
pub struct ListOptionsBuilder<'bucket> {
    bucket: &'bucket Bucket,
    limit: u32,
    prefix: String,
    /// Of `start_after` and `cursor`, the later one.
    after: Option<String>,
    delimiter: Option<String>,
    include: Vec<Include>,
}

/// Metadata that a list has to give; it gives none otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Include {
    /// The headers that are kept with an object.
    HttpMetadata,
    /// The metadata that is kept with an object.
    CustomMetadata,
}

/// One page of a list.
#[derive(Debug)]
pub struct Objects {
    objects: Vec<Rc<Stored>>,
    cursor: Option<String>,
    delimited_prefixes: Vec<String>,
}

impl<'bucket> ListOptionsBuilder<'bucket> {
    pub(super) fn new(bucket: &'bucket Bucket) -> Self {
        Self {
            bucket,
            limit: PAGE,
            prefix: String::new(),
            after: None,
            delimiter: None,
            include: Vec::new(),
        }
    }

    /// The most objects and prefixes on a page; 1000 at most.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    /// Only keys that begin with this.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Only keys after this one.
    pub fn start_after(self, start_after: impl Into<String>) -> Self {
        self.after(start_after.into())
    }

    /// Goes on where the page that gave this cursor ends.
    pub fn cursor(self, cursor: impl Into<String>) -> Self {
        self.after(cursor.into())
    }

    /// Keys that go on after this text are given as one prefix.
    pub fn delimiter(mut self, delimiter: impl Into<String>) -> Self {
        self.delimiter = Some(delimiter.into());
        self
    }

    /// With this metadata.
    pub fn include(mut self, include: Vec<Include>) -> Self {
        self.include = include;
        self
    }

    fn after(mut self, key: String) -> Self {
        self.after = self.after.max(Some(key));
        self
    }

    /// Lists them.
    ///
    /// # Errors
    /// The limit is not one of 1 to 1000.
    pub async fn execute(self) -> Result<Objects> {
        if !(1..=PAGE).contains(&self.limit) {
            return Err(refused(
                "list",
                "MaxKeys params must be positive integer <= 1000. (10022)",
            ));
        }
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut page =
            Objects { objects: Vec::new(), cursor: None, delimited_prefixes: Vec::new() };
        let mut prefixes = BTreeSet::new();
        let mut last: Option<String> = None;
        for stored in self.bucket.all() {
            let prefix = self.delimited(&stored.key);
            let is_before = |after: &String| {
                stored.key <= *after
                    || prefix.as_ref().is_some_and(|prefix| after.starts_with(prefix))
            };
            let is_meant =
                stored.key.starts_with(&self.prefix) && !self.after.as_ref().is_some_and(is_before);
            if !is_meant || prefix.as_ref().is_some_and(|prefix| prefixes.contains(prefix)) {
                continue;
            }
            if page.objects.len() + prefixes.len() == limit {
                page.cursor = last;
                break;
            }
            last = Some(prefix.clone().unwrap_or_else(|| stored.key.clone()));
            match prefix {
                Some(prefix) => drop(prefixes.insert(prefix)),
                None => page.objects.push(Rc::new(self.shown(&stored))),
            }
        }
        page.delimited_prefixes = prefixes.into_iter().collect();
        Ok(page)
    }

    /// The key up to the delimiter after the prefix, where it goes on behind it.
    fn delimited(&self, key: &str) -> Option<String> {
        let delimiter = self.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty())?;
        let rest = key.strip_prefix(self.prefix.as_str())?;
        let end = rest.find(delimiter)? + delimiter.len();
        Some([self.prefix.as_str(), rest.get(..end)?].concat())
    }

    fn shown(&self, stored: &Stored) -> Stored {
        let mut shown = stored.clone();
        if !self.include.contains(&Include::HttpMetadata) {
            shown.http_metadata = HttpMetadata::default();
        }
        if !self.include.contains(&Include::CustomMetadata) {
            shown.custom_metadata = HashMap::new();
        }
        shown
    }
}

impl Objects {
    /// The objects, without their content.
    #[must_use]
    pub fn objects(&self) -> Vec<Object> {
        self.objects.iter().map(Rc::clone).map(Object::head).collect()
    }

    /// True if there are more.
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.cursor.is_some()
    }

    /// The cursor of the next page, if there is one.
    #[must_use]
    pub fn cursor(&self) -> Option<String> {
        self.cursor.clone()
    }

    /// The prefixes that stand for the keys behind a delimiter.
    #[must_use]
    pub fn delimited_prefixes(&self) -> Vec<String> {
        self.delimited_prefixes.clone()
    }
}
