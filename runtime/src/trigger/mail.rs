//! Mail.

use std::fmt;

use crate::platform::bindings::ByteStream;
use crate::platform::mail::Mail;

/// A mail that came in, as a function under `#[email]` takes it.
///
/// The function decides about it by [`forward`](Self::forward) and [`reject`](Self::reject). One that is neither
/// forwarded nor rejected has been received, and is gone. An `Err` of the function fails the delivery as
/// Cloudflare's rules for a failed Worker say.
///
/// The addresses are those of the envelope (RFC 5321): anybody can write any sender, so it proves nothing.
pub struct Email(Mail);

impl Email {
    pub(crate) fn new(mail: Mail) -> Self {
        Self(mail)
    }

    /// The sender of the envelope, which anybody can write.
    #[must_use]
    pub fn from(&self) -> String {
        self.0.from()
    }

    /// The recipient of the envelope: the address of yours that it came to.
    #[must_use]
    pub fn to(&self) -> String {
        self.0.to()
    }

    /// The size of the whole message in bytes: 25 MiB at most, which is Cloudflare's limit.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size()
    }

    /// The value of a header, such as `subject`, as the message has it (RFC 5322).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.0.header(name)
    }

    /// The whole message, headers and body, as a stream that can be read once.
    ///
    /// # Errors
    /// It has been read already.
    pub fn stream(&self) -> worker::Result<ByteStream> {
        self.0.stream()
    }

    /// The whole message, headers and body. It can be read once, and takes [`size`](Self::size) bytes of memory.
    ///
    /// # Errors
    /// It has been read already, or its end did not come.
    pub async fn bytes(&self) -> worker::Result<Vec<u8>> {
        self.0.bytes().await
    }

    /// Forwards the message to an address that is verified in the Cloudflare account.
    ///
    /// # Errors
    /// Cloudflare refuses, for instance since the address is not verified.
    pub async fn forward(&self, to: &str) -> worker::Result<()> {
        let forwarded = self.0.forward(to).await;
        forwarded.map_err(|error| worker::Error::JsError(one_line(&error.to_string())))
    }

    /// Refuses the message for good: the sender's server is told this reason (RFC 5321 section 4.2.1).
    pub fn reject(&self, reason: &str) {
        self.0.reject(reason);
    }
}

/// Words of the mail's world, which may quote any address, without what could end a line of the log or steer a
/// terminal.
fn one_line(words: &str) -> String {
    let is_shown = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    words.chars().map(|c| if is_shown(c) { c } else { ' ' }).collect()
}

impl fmt::Debug for Email {
    // Addresses are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email").field("size", &self.size()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cloudflare_says_of_an_address_is_one_line_of_text() {
        let said = one_line("not verified: a@b\r\n{\"toolgate\":\"audit\"}\u{1b}[2K\u{2028}\u{85}");
        assert_eq!(said, "not verified: a@b  {\"toolgate\":\"audit\"} [2K  ");
    }
}
