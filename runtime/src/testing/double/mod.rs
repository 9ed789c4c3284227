//! What stands behind the bindings of a test's server.

mod ai;
mod env;
mod kv;

pub use self::ai::{Ai, AiAnswer, ByteStream};
pub(crate) use self::env::Bindings;
pub use self::env::{Env, Secret, Var};
pub use self::kv::{
    GetOptionsBuilder, KvStore, ListOptionsBuilder, PutOptionsBuilder, ToRawKvValue,
};
