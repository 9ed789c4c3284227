//! Known keys, their reading and their shapes, out of the rows of sections and conditions.

use serde_json::Value as Json;

use super::audit::AUDIT_PART;
use super::choice::{choice, optional_choice};
use super::clients::{CLIENT, CLIENT_ID, JWKS};
use super::condition::EMAILS_VARIABLE;
use super::connections::ISSUER;
use super::dev::{Dev, DevUser};
use super::form::*;
use super::identity::TEAM;
use super::kind::*;
use super::networks::Networks;
use super::provider::Providers;
use super::rate::optional_rate;
use super::redirect_uri::{LONGEST_REDIRECT_URI, SCHEME};
use super::registration::CLIENT_DOMAIN;
use super::schema::{Schema, condition, pattern, shape};
use super::storage::DATABASE_NAME;
use super::triggers::{BINDING, CONCURRENCY, Cron, QUEUE_NAME, Queue, SCHEDULE};
use super::upstream::IDENTITY_SCOPE;
use super::value::{Section, Value};
use super::version::SCHEMA_VERSION;
use super::workloads::{ALGORITHM, WORKLOAD_NAME};
use crate::model::*;

macro_rules! rows {
    ($(
        $(#[$about:meta])*
        $name:ident in $section:literal, $sort:ident {
            $(($first:ident) => $first_shape:expr;)*
            $(
                $(#[$doc:meta])*
                $field:ident: $type:ty $(= $kind:expr)? $(=> $shape:expr)?;
                $(($key:ident) $(: $key_type:ty = $key_kind:expr)? $(=> $key_shape:expr)?;)*
            )*
        }
    )*) => {$(
        impl $name {
            /// The keys of the section, in the order of the documentation.
            pub(super) const KEYS: &[&str] = &[
                $(stringify!($first),)*
                $(
                    $(key!($field, $kind),)?
                    $(key!($field, $shape),)?
                    $(stringify!($key),)*
                )*
            ];

            /// The shape of a key, for the JSON Schema; `None` for one that is not known.
            #[allow(unused_variables, reason = "most sections have no sections inside")]
            pub(super) fn shape(schema: &Schema, key: &str) -> Option<Json> {
                $(shaped!(schema, key, $first => $first_shape);)*
                $(
                    $(shaped!(schema, key, $field: $type = $kind);)?
                    $(shaped!(schema, key, $field => $shape);)?
                    $(
                        $(shaped!(schema, key, $key: $key_type = $key_kind);)?
                        $(shaped!(schema, key, $key => $key_shape);)?
                    )*
                )*
                None
            }

            $(
                $(reader!($field: $type = $kind);)?
                $($(reader!($key: $key_type = $key_kind);)?)*
            )*
        }

        whole!($sort $name $($field)*);
    )*};
}

macro_rules! key {
    ($key:ident, $row:expr) => {
        stringify!($key)
    };
}

macro_rules! shaped {
    ($schema:ident, $key:ident, $name:ident: $type:ty = $kind:expr) => {
        if $key == stringify!($name) {
            return Some(shape_of::<$type, _>(&$kind));
        }
    };
    ($schema:ident, $key:ident, $name:ident => $shape:expr) => {
        if $key == stringify!($name) {
            let shape: fn(&Schema) -> Json = $shape;
            return Some(shape($schema));
        }
    };
}

/// A function of the key's name: it reads the key in a section.
macro_rules! reader {
    ($key:ident: $type:ty = $kind:expr) => {
        pub(super) fn $key(section: &Section<'_, '_>) -> Option<$type> {
            $kind.read(section, stringify!($key))
        }
    };
}

/// The reading of a section that has nothing but keys.
macro_rules! whole {
    (plain $name:ident $($field:ident)*) => {
        impl $name {
            pub(super) fn read(section: &Section<'_, '_>) -> Option<Self> {
                // All of them first, so that a fault hides no other.
                $(let $field = Self::$field(section);)*
                Some(Self { $($field: $field?,)* })
            }
        }
    };
    (mixed $name:ident $($field:ident)*) => {};
}

/// The type of the field says which choice is meant.
fn shape_of<T, K: ValueKind<Value = T>>(kind: &K) -> Json {
    kind.shape()
}

crate::sections!(rows);
crate::policy_sections!(rows);
crate::quota_sections!(rows);
crate::invariant_sections!(rows);
crate::connection_sections!(rows);
crate::grant_sections!(rows);
crate::switch_sections!(rows);

rows! {
    Dev in "dev", mixed {
        (users) => |schema| shape::list_of_tables(schema.section("dev.users", &["email"]));
    }

    DevUser in "dev.users", mixed {
        email: Str = required(
            EMAIL, "every account signs in with an address: `email = \"ada@example.com\"`"
        );
        name: Option<Str> = optional(LINE);
        groups: List<Str> = texts(LINE);
        claims: toml::Table => |_| shape::free();
    }

    Cron in "cron.*", mixed {
        schedule: Str = required(SCHEDULE, "it says when: `schedule = \"0 6 * * *\"` is 6:00 UTC each day");
    }

    Queue in "queues.*", mixed {
        queue: Option<Str> = sound(QUEUE_NAME);
        binding: Option<Str> = sound(BINDING);
        // The defaults and limits are Cloudflare's.
        max_batch_size: u32 = integer(10, (1, 100));
        max_batch_timeout: u32 = duration(5, (0, MINUTE));
        max_retries: u32 = integer(3, (0, 100));
        retry_delay: u32 = duration(0, (0, 12 * HOUR));
        dead_letter_queue: Option<Str> = sound(QUEUE_NAME);
        max_concurrency: Option<u32> => |_| shape::integer(CONCURRENCY);
    }
}

macro_rules! conditions {
    ($(
        $(#[$doc:meta])*
        $name:ident($type:ty) in $key:literal = $kind:expr;
        $(($other:literal) => $shape:expr;)*
    )*) => {
        impl Condition {
            /// The keys of conditions, in the order of the documentation.
            pub(super) const KEYS: &[&str] = &[$($key, $($other,)*)*];

            /// The shape of a key, for the JSON Schema; `None` for one that is not known.
            pub(super) fn shape(key: &str) -> Option<Json> {
                Some(match key {
                    $($key => $kind.shape(), $($other => $shape(),)*)*
                    _ => return None,
                })
            }

            /// The condition of a key that has a row of its own.
            pub(super) fn of_row(key: &str, value: &Value<'_, '_>) -> Option<Self> {
                match key {
                    $($key => $kind.of(value).map(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

crate::conditions!(conditions);
