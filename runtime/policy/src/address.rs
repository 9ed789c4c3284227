//! E-mail addresses as policies compare them.

/// An address that is safe to compare: printable ASCII with exactly one `@`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address<'a> {
    whole: &'a str,
    domain: &'a str,
}

impl<'a> Address<'a> {
    /// Reads an address; `None` when it is not one. Nothing is trimmed or normalised.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let (local, domain) = text.split_once('@')?;
        let local_is_plain = !local.is_empty() && local.bytes().all(|byte| byte.is_ascii_graphic());
        (local_is_plain && is_domain(domain)).then_some(Self { whole: text, domain })
    }

    /// The same address, upper and lower case of ASCII letters aside.
    pub(crate) fn is(self, other: Address<'_>) -> bool {
        self.whole.eq_ignore_ascii_case(other.whole)
    }

    /// At exactly this domain.
    pub(crate) fn is_at(self, domain: &str) -> bool {
        self.domain.eq_ignore_ascii_case(domain)
    }
}

/// True if `text` can stand after the `@` of a readable address.
pub(crate) fn is_domain(text: &str) -> bool {
    // A dot at the end names the same host in DNS; comparing would miss it, so it is not a domain here.
    !text.is_empty()
        && !text.starts_with('.')
        && !text.ends_with('.')
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@')
}
