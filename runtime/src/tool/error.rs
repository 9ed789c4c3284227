//! The error type that a tool can use with `?`, and what the caller is told of an error.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;

use toolgate_core::audit::CallOutcome;
use toolgate_core::mcp::content::FailureCause;
use toolgate_core::mcp::{Fault, INTERNAL_ERROR};
use toolgate_core::seal::Entropy;

use super::caller_error;
use crate::context::Refusal;
use crate::platform::PlatformEntropy;

/// An error of a tool, prompt or resource.
///
/// [`Error::new`] is for the caller, who reads its message. Every [`std::error::Error`] turns into an
/// internal error, so `?` works on the errors of `worker`, `serde_json` and any other crate: it is
/// logged under an id, and the caller sees that id alone, since such a message may tell of tables,
/// addresses or secrets. `map_err(Error::new)` shows one on purpose, and so does
/// [`CallerError`](crate::CallerError) for every error of a type. A [`Refusal`] is shown: it tells what
/// the client itself answered.
///
/// ```
/// use toolgate::prelude::*;
///
/// fn parse(text: &str) -> Result<u32> {
///     if text.is_empty() {
///         return Err(Error::new("there is nothing to parse"));
///     }
///     text.parse().map_err(Error::new)
/// }
/// assert_eq!(parse("").unwrap_err().to_string(), "there is nothing to parse");
/// ```
// It does not implement `std::error::Error` itself: the conversion below would then overlap with
// the one of every type into itself.
pub struct Error {
    message: String,
    kind: ErrorKind,
}

/// Whom an error is for.
enum ErrorKind {
    Caller,
    Protocol,
    /// The caller, who said no to a question.
    Declined,
    /// The log, which also reads what caused it.
    Log {
        causes: String,
    },
}

impl Error {
    /// An error with this message, which the caller reads.
    #[must_use]
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), kind: ErrorKind::Caller }
    }

    /// An error that no model should try to put right: the client gets a JSON-RPC error with this
    /// message (code −32603) in place of a result, and a task ends as `failed`. For prompts and
    /// resources every error is one of these.
    #[must_use]
    pub fn protocol(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), kind: ErrorKind::Protocol }
    }

    /// The JSON-RPC error, where it is one.
    pub(super) fn fault(&self) -> Option<Fault> {
        matches!(self.kind, ErrorKind::Protocol)
            .then(|| Fault::new(INTERNAL_ERROR, self.message.clone()))
    }

    fn told(&self) -> Told {
        let (cause, message) = match &self.kind {
            ErrorKind::Caller | ErrorKind::Protocol => (FailureCause::Tool, self.message.clone()),
            ErrorKind::Declined => (FailureCause::Declined, self.message.clone()),
            ErrorKind::Log { causes } => return internal(&format!("{}{causes}", self.message)),
        };
        Told { message, cause }
    }
}

impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let kind = match is_for_caller(&error) {
            true if is_declined(&error) => ErrorKind::Declined,
            true => ErrorKind::Caller,
            false => ErrorKind::Log { causes: causes(&error) },
        };
        Self { message: error.to_string(), kind }
    }
}

/// The words that the sources of an error add to its own.
fn causes(error: &dyn std::error::Error) -> String {
    let mut causes = String::new();
    let mut last = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        // Many errors have said already what their source says.
        if !last.contains(&text) {
            causes.push_str(": ");
            causes.push_str(&text);
            last = text;
        }
        source = error.source();
    }
    causes
}

/// An error as the caller is told it.
pub(crate) struct Told {
    /// Text that was chosen for the caller, or the id under which the error is in the log.
    pub(crate) message: String,
    pub(crate) cause: FailureCause,
}

impl Told {
    /// The JSON-RPC error of what has no result of its own that says so.
    pub(super) fn into_fault(self) -> Fault {
        let outcome = match self.cause {
            FailureCause::Tool => CallOutcome::Error,
            cause => cause.outcome(),
        };
        Fault::new(INTERNAL_ERROR, self.message).ending(outcome)
    }
}

/// An error for the caller.
pub(crate) fn told<E: fmt::Display + 'static>(error: &E) -> Told {
    let any = error as &dyn Any;
    if let Some(error) = any.downcast_ref::<Error>() {
        return error.told();
    }
    if !is_for_caller(any) {
        return internal(&error.to_string());
    }
    let cause = if is_declined(any) { FailureCause::Declined } else { FailureCause::Tool };
    Told { message: error.to_string(), cause }
}

fn is_declined(error: &dyn Any) -> bool {
    matches!(error.downcast_ref(), Some(Refusal::Declined))
}

/// True if the words were chosen for the caller: text, what the client itself answered, and what the
/// author says so of.
fn is_for_caller(error: &dyn Any) -> bool {
    error.is::<String>()
        || error.is::<&str>()
        || error.is::<Cow<'static, str>>()
        || error.is::<Box<str>>()
        || error.is::<Refusal>()
        || caller_error::is_shown(error)
}

/// The whole text of an error, for a log that no caller reads.
pub(crate) fn logged<E: fmt::Display + 'static>(error: &E) -> String {
    let any = error as &dyn Any;
    match any.downcast_ref::<Error>() {
        Some(Error { message, kind: ErrorKind::Log { causes } }) => format!("{message}{causes}"),
        _ => error.to_string(),
    }
}

/// Logs what the caller must not read, and says where it is.
pub(super) fn internal(message: &str) -> Told {
    let mut id = [0; 8];
    PlatformEntropy.fill(&mut id);
    let id = u64::from_be_bytes(id);
    log(&format!("internal error {id:016x}: {message}"));
    let message = format!("internal error {id:016x}: see the server's log");
    Told { message, cause: FailureCause::Internal }
}

#[cfg(target_arch = "wasm32")]
fn log(line: &str) {
    crate::platform::console::error(format_args!("{line}"));
}

/// In a test of the author's there is no console.
#[cfg(not(target_arch = "wasm32"))]
fn log(line: &str) {
    crate::platform::native::console::error(line);
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    // What `unwrap` prints in a test.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A `Result` with [`Error`] unless it says otherwise.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    fn told<E: fmt::Display + 'static>(error: &E) -> String {
        super::told(error).message
    }

    #[derive(Debug)]
    struct Lost(Option<&'static str>);

    impl fmt::Display for Lost {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0.unwrap_or("table users is gone"))
        }
    }

    impl std::error::Error for Lost {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            self.0.map(|_| &Self(None) as _)
        }
    }

    fn by_question_mark(error: Lost) -> Result<()> {
        Err(error)?;
        Ok(())
    }

    /// The id in what the caller is told.
    fn id(told: &str) -> &str {
        let id = told.strip_prefix("internal error ").expect("an internal error");
        let id = id.strip_suffix(": see the server's log").expect("nothing else");
        assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
        id
    }

    #[test]
    fn words_for_the_caller_are_shown() {
        assert_eq!(told(&Error::new("no credits left")), "no credits left");
        assert_eq!(told(&"no credits left"), "no credits left");
        assert_eq!(told(&"no credits left".to_owned()), "no credits left");
        assert_eq!(told(&Cow::Borrowed("no credits left")), "no credits left");
        assert_eq!(told(&Box::<str>::from("no credits left")), "no credits left");
    }

    #[test]
    fn an_error_of_another_type_is_not_shown() {
        id(&told(&Lost(None)));
        id(&told(&by_question_mark(Lost(None)).unwrap_err()));
        let boxed: Box<dyn std::error::Error> = Box::new(Lost(None));
        id(&told(&boxed));
    }

    #[test]
    fn each_internal_error_has_an_id_of_its_own() {
        assert_ne!(id(&told(&Lost(None))), id(&told(&Lost(None))));
    }

    #[test]
    fn an_error_is_shown_on_purpose() {
        assert_eq!(told(&Error::new(Lost(None))), "table users is gone");
    }

    #[test]
    fn what_the_client_answered_is_shown() {
        assert_eq!(told(&Refusal::Declined), "the question was declined");
        assert_eq!(told(&Error::from(Refusal::Declined)), "the question was declined");
    }

    #[test]
    fn the_log_reads_what_caused_an_error_and_nothing_twice() {
        assert_eq!(causes(&Lost(Some("the query failed"))), ": table users is gone");
        assert_eq!(causes(&Lost(Some("failed: table users is gone"))), "");
    }

    #[test]
    fn an_error_knows_its_cause() {
        let cause = |error: &Error| super::told(error).cause;
        assert_eq!(cause(&Error::new("no credits left")), FailureCause::Tool);
        assert_eq!(cause(&Error::from(Refusal::Cancelled)), FailureCause::Tool);
        assert_eq!(cause(&Error::from(Refusal::Declined)), FailureCause::Declined);
        assert_eq!(super::told(&Refusal::Declined).cause, FailureCause::Declined);
        assert_eq!(cause(&Error::from(Lost(None))), FailureCause::Internal);
    }
}
