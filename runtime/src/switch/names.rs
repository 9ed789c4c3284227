//! Names and paths of the objects.

/// Path inside the object of a person: does something to one grant.
pub(super) const ONE: &str = "/switch/one";

/// Path inside the object of a person: ends all grants.
pub(super) const PERSON: &str = "/switch/person";

/// Path inside the feed: takes ends in.
pub(super) const TELL: &str = "/switch/tell";

/// Path inside the feed: tells what is new.
pub(super) const SINCE: &str = "/switch/since";

/// Path inside an object of the index: takes entries in.
pub(super) const PUT: &str = "/switch/put";

/// Path inside an object of the index: finds people.
pub(super) const FIND: &str = "/switch/find";

/// Name of the object that is the feed. A name without a colon is nobody's.
pub(super) const FEED_OBJECT: &str = "revoked";
