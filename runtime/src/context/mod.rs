//! The context of a running function: it may tell its client how it gets on, ask it, and
//! wait.

mod ask;
mod changed;
mod client;
pub(crate) mod current;
pub mod http;
mod log;
mod once;
mod progress;
mod refusal;
mod roots;
mod rounds;
mod sample;
pub(crate) mod secret;
mod span;
mod start_task;
mod time;
mod trace;
mod wait;

pub use self::ask::{Asking, AskingUrl};
pub use self::client::Client;
pub(crate) use self::once::{RESERVED, once_key};
pub use self::progress::Progress;
pub use self::refusal::Refusal;
pub(crate) use self::refusal::UNSUPPORTED;

/// Words of errors for want of a client or a caller.
pub(crate) const UNANSWERABLE: [&str; 2] = [UNSUPPORTED, http::UNDECLARED];
pub use self::roots::{AskingRoots, Root};
pub(crate) use self::rounds::resume;
pub use self::sample::{AskingSample, Sample, Sampling};
pub use self::secret::{MissingSecret, Secret};
