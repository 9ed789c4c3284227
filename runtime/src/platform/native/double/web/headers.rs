//! Headers.

use std::cell::RefCell;
use std::vec;

use http::{HeaderName, HeaderValue};
use worker::{Error, Result};

/// Names and values, as [Fetch](https://fetch.spec.whatwg.org/#headers-class) has them: sorted by their
/// names, which are in lower case, and several values of a name joined by commas.
#[derive(Debug, Clone, Default)]
pub struct Headers(RefCell<Vec<(String, String)>>);

impl Headers {
    /// No headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a header.
    ///
    /// # Errors
    /// The name cannot be one.
    pub fn get(&self, name: &str) -> Result<Option<String>> {
        let values = self.get_all(name)?;
        Ok((!values.is_empty()).then(|| values.join(", ")))
    }

    /// The values of a header.
    ///
    /// # Errors
    /// The name cannot be one.
    pub fn get_all(&self, name: &str) -> Result<Vec<String>> {
        let name = checked_name(name)?;
        let headers = self.0.borrow();
        Ok(headers.iter().filter(|(known, _)| *known == name).map(|(_, v)| v.clone()).collect())
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// True if there is a header of this name.
    ///
    /// # Errors
    /// The name cannot be one.
    pub fn has(&self, name: &str) -> Result<bool> {
        Ok(self.get(name)?.is_some())
    }

    /// Adds a header.
    ///
    /// # Errors
    /// Name or value cannot be sent.
    pub fn append(&self, name: &str, value: &str) -> Result<()> {
        let name = checked_name(name)?;
        let value = HeaderValue::from_str(value.trim()).map_err(|_| invalid("header value"))?;
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let mut headers = self.0.borrow_mut();
        headers.push((name, value));
        headers.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(())
    }

    /// Sets a header, in place of those of the same name.
    ///
    /// # Errors
    /// Name or value cannot be sent.
    pub fn set(&self, name: &str, value: &str) -> Result<()> {
        self.delete(name)?;
        self.append(name, value)
    }

    /// Deletes a header.
    ///
    /// # Errors
    /// The name cannot be one.
    pub fn delete(&self, name: &str) -> Result<()> {
        let name = checked_name(name)?;
        self.0.borrow_mut().retain(|(known, _)| *known != name);
        Ok(())
    }

    /// Names and values.
    pub fn entries(&self) -> vec::IntoIter<(String, String)> {
        let mut joined: Vec<(String, String)> = Vec::new();
        for (name, value) in self.0.borrow().iter() {
            match joined.last_mut().filter(|(last, _)| last == name && name != "set-cookie") {
                Some((_, values)) => *values = [values.as_str(), ", ", value].concat(),
                None => joined.push((name.clone(), value.clone())),
            }
        }
        joined.into_iter()
    }

    /// The names.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        self.entries().map(|(name, _)| name)
    }

    /// The values.
    pub fn values(&self) -> impl Iterator<Item = String> {
        self.entries().map(|(_, value)| value)
    }
}

impl IntoIterator for &Headers {
    type Item = (String, String);
    type IntoIter = vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries()
    }
}

impl<T: AsRef<str>> FromIterator<(T, T)> for Headers {
    fn from_iter<U: IntoIterator<Item = (T, T)>>(headers: U) -> Self {
        let new = Self::new();
        for (name, value) in headers {
            // As in `worker`: what cannot be sent is left out.
            let _ = new.append(name.as_ref(), value.as_ref());
        }
        new
    }
}

fn checked_name(name: &str) -> Result<String> {
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("header name"))?;
    Ok(name.as_str().to_owned())
}

fn invalid(what: &str) -> Error {
    Error::JsError(format!("Invalid {what}."))
}
