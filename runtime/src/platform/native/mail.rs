//! A mail of a test.

use std::cell::RefCell;
use std::rc::Rc;

use crate::platform::bindings::ByteStream;

/// A mail that can be forwarded or refused, with what became of it.
#[derive(Clone)]
pub(crate) struct Mail(Rc<Inner>);

struct Inner {
    from: String,
    to: String,
    raw: Vec<u8>,
    is_read: RefCell<bool>,
    forwarded: RefCell<Vec<String>>,
    rejected: RefCell<Option<String>>,
}

impl Mail {
    /// That of a Worker.
    pub(crate) fn new(_: worker::ForwardableEmailMessage) -> Self {
        unreachable!("outside of a Worker there is no JavaScript")
    }

    pub(crate) fn of_test(from: &str, to: &str, raw: Vec<u8>) -> Self {
        Self(Rc::new(Inner {
            from: from.to_owned(),
            to: to.to_owned(),
            raw,
            is_read: RefCell::default(),
            forwarded: RefCell::default(),
            rejected: RefCell::default(),
        }))
    }

    pub(crate) fn from(&self) -> String {
        self.0.from.clone()
    }

    pub(crate) fn to(&self) -> String {
        self.0.to.clone()
    }

    pub(crate) fn size(&self) -> u64 {
        self.0.raw.len() as u64
    }

    /// The header, with lines that are folded put together (RFC 5322 section 2.2.3).
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.0.raw).replace("\r\n", "\n");
        let head = text.split("\n\n").next().unwrap_or_default();
        let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
        unfolded.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    pub(crate) fn stream(&self) -> worker::Result<ByteStream> {
        if self.0.is_read.replace(true) {
            return Err("the message has been read already".into());
        }
        Ok(ByteStream::once(self.0.raw.clone()))
    }

    pub(crate) async fn bytes(&self) -> worker::Result<Vec<u8>> {
        self.stream()?.read().await
    }

    pub(crate) async fn forward(&self, to: &str) -> worker::Result<()> {
        self.0.forwarded.borrow_mut().push(to.to_owned());
        Ok(())
    }

    pub(crate) fn reject(&self, reason: &str) {
        *self.0.rejected.borrow_mut() = Some(reason.to_owned());
    }

    /// The addresses that it was forwarded to.
    pub(crate) fn forwarded(&self) -> Vec<String> {
        self.0.forwarded.borrow().clone()
    }

    /// The reason for which it was refused.
    pub(crate) fn rejected(&self) -> Option<String> {
        self.0.rejected.borrow().clone()
    }
}
