//! Doubles behind the bindings of a test's server.

mod ai;
mod d1;
mod env;
mod http;
mod kv;

pub use self::ai::{Ai, AiAnswer, ByteStream};
pub use self::d1::{D1Argument, D1Database, D1PreparedStatement, D1Result, D1Value};
pub(crate) use self::env::Bindings;
pub use self::env::{Env, Secret, Var};
pub(crate) use self::http::HttpScript;
pub use self::http::{HttpAnswer, HttpCall};
pub use self::kv::{
    GetOptionsBuilder, KvStore, ListOptionsBuilder, PutOptionsBuilder, ToRawKvValue,
};
