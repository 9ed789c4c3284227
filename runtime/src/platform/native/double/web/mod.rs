//! Requests and responses, in place of JavaScript's.

mod body;
mod date;
mod fetch;
mod headers;
mod request;
mod response;

pub use self::body::{ByteStream, RequestBody};
pub use self::date::{Date, Delay};
pub use self::fetch::{Fetch, Fetcher};
pub use self::headers::Headers;
pub use self::request::{Request, RequestInit};
pub use self::response::{Response, ResponseBody, ResponseBuilder};
