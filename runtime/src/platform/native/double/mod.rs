//! Doubles behind the bindings of a test's server.

mod ai;
mod d1;
pub(crate) mod durable;
mod env;
mod http;
mod javascript;
mod kv;
mod queue;
mod r2;
mod rate_limiter;
mod web;

pub use self::ai::{Ai, AiAnswer};
pub use self::d1::{D1Argument, D1Database, D1PreparedStatement, D1Result, D1Value};
pub(crate) use self::env::{Bindings, ObjectHost};
pub use self::env::{Env, Secret, Var};
pub(crate) use self::http::HttpScript;
pub use self::http::{HttpAnswer, HttpCall};
pub use self::kv::{
    GetOptionsBuilder, KvStore, ListOptionsBuilder, PutOptionsBuilder, ToRawKvValue,
};
pub use self::queue::{
    BatchMessageBuilder, BatchSendMessage, MessageBuilder, Queue, QueueMessage, SendMessage,
};
pub use self::r2::{
    Bucket, Conditional, Data, HttpMetadata, Include, Object, ObjectBody, Objects, Range,
};
pub use self::rate_limiter::RateLimiter;
pub use self::web::{
    ByteStream, Date, Delay, Fetch, Fetcher, Headers, Request, RequestBody, RequestInit, Response,
    ResponseBody, ResponseBuilder,
};
