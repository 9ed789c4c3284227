//! Names that are fixed, and what names look like.

/// The policy that every signed-in user passes. It is built in.
pub const EVERYONE: &str = "everyone";

/// The binding of the Durable Object that keeps sessions and grants.
pub const OBJECT_BINDING: &str = "TOOLGATE";

/// The class that `serve!()` exports for [`OBJECT_BINDING`].
pub const OBJECT_CLASS: &str = "ToolgateObject";

/// The migration that creates [`OBJECT_CLASS`]. Migrations are only ever appended to.
pub const OBJECT_MIGRATION: &str = "v1";

/// The rate limiter by `limits.register`.
pub const LIMIT_REGISTER: &str = "TOOLGATE_LIMIT_REGISTER";
/// The rate limiter of the ranges in `limits.hosted`; only a server that names some has it.
pub const LIMIT_HOSTED: &str = "TOOLGATE_LIMIT_HOSTED";
/// The rate limiter by `limits.authorize`.
pub const LIMIT_AUTHORIZE: &str = "TOOLGATE_LIMIT_AUTHORIZE";
/// The rate limiter by `limits.token`.
pub const LIMIT_TOKEN: &str = "TOOLGATE_LIMIT_TOKEN";
/// The rate limiter by `limits.callback`.
pub const LIMIT_CALLBACK: &str = "TOOLGATE_LIMIT_CALLBACK";
/// The rate limiter by [`Limits::GRANT`](crate::Limits::GRANT).
pub const LIMIT_GRANT: &str = "TOOLGATE_LIMIT_GRANT";
/// The rate limiter by [`Limits::ATTEMPT`](crate::Limits::ATTEMPT).
pub const LIMIT_ATTEMPT: &str = "TOOLGATE_LIMIT_ATTEMPT";
/// The rate limiter by [`Limits::RETURN`](crate::Limits::RETURN).
pub const LIMIT_RETURN: &str = "TOOLGATE_LIMIT_RETURN";

/// The Analytics Engine data set of `[audit]`.
pub const AUDIT_BINDING: &str = "TOOLGATE_AUDIT";

/// The queue of `[audit]`.
pub const AUDIT_QUEUE_BINDING: &str = "TOOLGATE_AUDIT_QUEUE";

/// A kind of binding whose name cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingKind {
    /// A Durable Object.
    DurableObject,
    /// A rate limiter.
    RateLimiter,
    /// A data set of Analytics Engine.
    AnalyticsEngine,
    /// A queue that is written to.
    Queue,
}

/// Every binding whose name cannot be chosen.
pub const GENERATED_BINDINGS: &[(&str, BindingKind)] = &[
    (OBJECT_BINDING, BindingKind::DurableObject),
    (LIMIT_REGISTER, BindingKind::RateLimiter),
    (LIMIT_HOSTED, BindingKind::RateLimiter),
    (LIMIT_AUTHORIZE, BindingKind::RateLimiter),
    (LIMIT_TOKEN, BindingKind::RateLimiter),
    (LIMIT_CALLBACK, BindingKind::RateLimiter),
    (LIMIT_GRANT, BindingKind::RateLimiter),
    (LIMIT_ATTEMPT, BindingKind::RateLimiter),
    (LIMIT_RETURN, BindingKind::RateLimiter),
    (AUDIT_BINDING, BindingKind::AnalyticsEngine),
    (AUDIT_QUEUE_BINDING, BindingKind::Queue),
];

/// Longest name of a variable; Workers allow more, but nobody types it.
pub const LONGEST_VARIABLE_NAME: usize = 64;

/// True for a name as Worker variables and bindings have them.
///
/// Workers allow lower case, too. Upper case only is what everybody uses, and it tells a name from
/// a secret that was pasted in its place.
#[must_use]
pub fn is_variable_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.len() <= LONGEST_VARIABLE_NAME
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// True where the server has, or with another `mcp.toml` would have, a binding whose name is fixed.
#[must_use]
pub fn is_generated_binding(name: &str) -> bool {
    GENERATED_BINDINGS.iter().any(|(known, _)| *known == name)
}

/// Beginning of the subject of a client that calls for itself; its id follows. No person has such a subject.
pub const CLIENT_SUBJECT: &str = "client:";

/// Beginning of the subject of a workload; its name follows. No person has such a subject.
pub const WORKLOAD_SUBJECT: &str = "workload:";

/// Stands between an issuer that signs nobody in and the subject of one of its people.
pub const ISSUER_SEPARATOR: &str = "|";

#[cfg(test)]
mod tests {
    use super::is_variable_name;

    #[test]
    fn a_pasted_secret_is_not_a_variable_name() {
        for text in ["A", "ACCESS_CLIENT_SECRET", "KEY2"] {
            assert!(is_variable_name(text), "{text}");
        }
        for text in ["", "a", "2A", "_A", "A-B", "A B", "d3adb33f", "Ä", &"A".repeat(65)] {
            assert!(!is_variable_name(text), "{text}");
        }
    }
}
