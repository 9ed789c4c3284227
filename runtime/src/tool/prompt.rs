//! Results of a prompt.

use std::fmt::Display;

use toolgate_core::mcp::Fault;
use toolgate_core::mcp::content::{Content, ResourceLink};
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::prompt::{PromptMessage, PromptResult, Role};
use toolgate_core::mcp::resource::ResourceContent;

use super::error;

/// One message of a prompt: who says it, and what.
///
/// ```
/// use toolgate::prelude::*;
///
/// let question = Message::user("What is in this picture?");
/// let picture = Message::user(Image::from_bytes([0_u8; 4], "image/png"));
/// let answer = Message::assistant("Nothing yet.");
/// # let _ = (question, picture, answer);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Message(PromptMessage);

impl Message {
    /// Something the person says: text, [`Image`](super::Image), [`Audio`](super::Audio) or any
    /// other [`Content`].
    #[must_use]
    pub fn user(content: impl Into<Content>) -> Self {
        Self(PromptMessage { role: Role::User, content: content.into() })
    }

    /// Something the model says.
    #[must_use]
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self(PromptMessage { role: Role::Assistant, content: content.into() })
    }
}

/// A whole prompt: the messages a conversation begins with, and what they are for.
///
/// ```
/// use toolgate::prelude::*;
///
/// /// Asks for a review
/// #[mcp_prompt(allow = "everyone")]
/// fn review(
///     /// The code
///     code: String,
/// ) -> Prompt {
///     Prompt::new([
///         Message::user(format!("Review this code:\n{code}")),
///         Message::assistant("I will look for faults first, then for style."),
///     ])
///     .description("A review in two passes")
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prompt(PromptResult);

impl Prompt {
    /// These messages.
    #[must_use]
    pub fn new(messages: impl IntoIterator<Item = Message>) -> Self {
        let messages = messages.into_iter().map(|message| message.0).collect();
        Self(PromptResult { description: None, messages })
    }

    /// Says what the prompt is for.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.0.description = Some(description.into());
        self
    }
}

/// A type that a prompt may return.
#[diagnostic::on_unimplemented(
    message = "a prompt cannot return `{Self}`",
    label = "not a result of a prompt",
    note = "a prompt returns `String`, `Message`, `Vec<Message>`, `Prompt`, `Content`, `Image`, \
            `Audio`, `ResourceContent`, `ResourceLink`, or a `Result` of one of them whose error can \
            be displayed"
)]
pub trait IntoPromptResult {
    /// The prompt, or why there is none.
    ///
    /// # Errors
    ///
    /// The function's error as the client is told it, in a JSON-RPC error.
    fn into_prompt_result(self) -> Result<Prompt, Fault>;
}

impl IntoPromptResult for Prompt {
    fn into_prompt_result(self) -> Result<Prompt, Fault> {
        Ok(self)
    }
}

impl IntoPromptResult for Vec<Message> {
    fn into_prompt_result(self) -> Result<Prompt, Fault> {
        Ok(Prompt::new(self))
    }
}

impl IntoPromptResult for Message {
    fn into_prompt_result(self) -> Result<Prompt, Fault> {
        Ok(Prompt::new([self]))
    }
}

impl<T: IntoPromptResult, E: Display + 'static> IntoPromptResult for Result<T, E> {
    fn into_prompt_result(self) -> Result<Prompt, Fault> {
        match self {
            Ok(value) => value.into_prompt_result(),
            Err(error) => Err(error::told(&error).into_fault()),
        }
    }
}

macro_rules! said_by_the_person {
    ($($type:ty)*) => {$(
        impl IntoPromptResult for $type {
            fn into_prompt_result(self) -> Result<Prompt, Fault> {
                Message::user(self).into_prompt_result()
            }
        }
    )*};
}

said_by_the_person!(String &str Content super::Image super::Audio ResourceContent ResourceLink);

/// The answer to `prompts/get`.
///
/// # Errors
///
/// The function failed.
pub fn prompted(result: Result<Prompt, Fault>) -> CallResult {
    Ok(Box::new(result?.0))
}

#[cfg(test)]
mod tests {
    use toolgate_core::mcp::Revision;

    use toolgate_core::audit::CallOutcome;
    use toolgate_core::mcp::INTERNAL_ERROR;

    use super::*;
    use crate::tool::{Error, Image};

    fn messages(result: impl IntoPromptResult) -> Vec<PromptMessage> {
        result.into_prompt_result().expect("a prompt").0.messages
    }

    #[test]
    fn text_is_one_message_of_the_person() {
        let said = PromptMessage { role: Role::User, content: Content::Text("hello".to_owned()) };
        let said = [said];
        assert_eq!(messages("hello"), said);
        assert_eq!(messages("hello".to_owned()), said);
        assert_eq!(messages(Message::user("hello")), said);
        assert_eq!(messages(Ok::<_, Error>(vec![Message::user("hello")])), said);
    }

    #[test]
    fn content_is_said_as_it_is() {
        let image = Image::from_base64("AAAA", "image/png");
        let said = messages(Message::assistant(image.clone()));
        assert_eq!(said, [PromptMessage { role: Role::Assistant, content: image.into() }]);
    }

    #[test]
    fn a_prompt_may_say_what_it_is_for() {
        let prompt = Prompt::new([Message::user("a")]).description("for a test");
        let outcome = prompted(prompt.into_prompt_result()).expect("a result");
        let shaped = outcome.shape(Revision::default());
        assert_eq!(shaped.result["description"], "for a test");
    }

    #[test]
    fn an_error_that_was_not_written_for_the_caller_stays_in_the_log() {
        let failed = Err::<Prompt, _>(worker::Error::from("no such table")).into_prompt_result();
        let fault = failed.expect_err("an error");
        let told = fault.message();
        assert_eq!(fault.outcome(), CallOutcome::Internal);
        assert!(told.starts_with("internal error ") && !told.contains("table"), "{told}");
    }

    #[test]
    fn an_error_is_a_fault_with_its_message() {
        let failed = Err::<Prompt, _>(Error::new("no such style")).into_prompt_result();
        assert_eq!(failed, Err(Fault::new(INTERNAL_ERROR, "no such style")));
        let fault = prompted(failed).expect_err("a fault");
        let text = fault.response(None);
        assert!(text.contains("-32603") && text.contains("no such style"), "{text}");
    }
}
