//! A mail of the platform.

use worker::ForwardableEmailMessage;

use crate::platform::bindings::ByteStream;

/// A mail that can be forwarded or refused.
pub(crate) struct Mail(ForwardableEmailMessage);

impl Mail {
    pub(crate) fn new(message: ForwardableEmailMessage) -> Self {
        Self(message)
    }

    pub(crate) fn from(&self) -> String {
        self.0.from()
    }

    pub(crate) fn to(&self) -> String {
        self.0.to()
    }

    pub(crate) fn size(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 25 MiB"
        )]
        let size = self.0.raw_size() as u64;
        size
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.0.headers().get(name).ok().flatten()
    }

    pub(crate) fn stream(&self) -> worker::Result<ByteStream> {
        let raw = self.0.raw();
        if raw.locked() {
            return Err("the message has been read already".into());
        }
        Ok(raw.into())
    }

    pub(crate) async fn bytes(&self) -> worker::Result<Vec<u8>> {
        use futures_util::TryStreamExt as _;
        let chunks = self.stream()?;
        chunks
            .try_fold(Vec::new(), |mut bytes, mut chunk| async move {
                bytes.append(&mut chunk);
                Ok(bytes)
            })
            .await
    }

    pub(crate) async fn forward(&self, to: &str) -> worker::Result<()> {
        let forwarded = self.0.forward(to).await;
        forwarded.map(drop).map_err(|error| worker::Error::JsError(String::from(error.message())))
    }

    pub(crate) fn reject(&self, reason: &str) {
        self.0.set_reject(reason);
    }
}
