//! Quotas: units that calls use up, in fixed windows of time.
//!
//! | where | what |
//! |---|---|
//! | [`person`] | The units of one person, counted exactly in one place. |
//! | [`pool`] | The units of a server, in one place: counted one by one, or leased in shares. |
//! | [`lease`] | The shares that one isolate holds. |
//! | [`paid`] | The units that a call has paid, so that its repetitions pay nothing. |
//! | [`refusal`] | The words for a call that gets none. |
//!
//! A window begins with its first unit, and at its end all units are there again. Times are in
//! milliseconds since 1970, by the clock of whoever asks; nothing here compares two clocks.

pub mod lease;
pub mod paid;
pub mod person;
pub mod pool;
pub mod refusal;
mod window;

pub use self::window::Limit;
