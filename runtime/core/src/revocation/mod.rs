//! Revocations that every isolate hears of: the feed, what an isolate knows of it, and the times up to which
//! the grants of a person, of a client or of everybody are over.
//!
//! ```text
//! end ─► the person's object writes ─► the feed ─► the answer
//!                                        │ each isolate reads what is new, every `revocation_max_age`
//!                                        ▼
//!                             a call is judged by its token alone
//! ```
//!
//! A call thus asks no storage, and is refused `revocation_max_age` after the end was answered at the latest.
//! Refreshes read the feed themselves, so that no token is issued under a grant that is over.

pub mod feed;
pub mod known;
pub mod record;

pub use feed::{Feed, News, Notice, Row, Scope};
pub use known::{Known, Plan, TokenFacts, Verdict};
pub use record::Applied;

/// Seconds that are added to the time of an end: clocks of two isolates differ by less, and what was signed in
/// or issued just before an end must not seem to be of after it.
pub const CLOCK_MARGIN: u64 = 5;

/// Seconds for which a row is kept after the last token that it refuses has expired.
pub const KEPT_AFTER: u64 = 60;
