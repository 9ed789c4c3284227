//! R2, in memory.

mod bucket;
mod list;
mod object;
mod put;

pub use self::bucket::Bucket;
pub use self::list::{Include, Objects};
pub use self::object::{Conditional, HttpMetadata, Object, ObjectBody, Range};
pub use self::put::Data;
