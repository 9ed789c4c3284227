//! Every key of `mcp.toml`: the one list that unknown keys are compared with.

/// The key of the version. It stands above the first section.
pub(crate) const VERSION: &str = "schema_version";

/// Sections and their keys. An empty section name is the top level; the keys of `policies.*` are
/// those of each policy; an empty list of keys means that any key is allowed.
pub const SECTIONS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            VERSION,
            "server",
            "identity",
            "storage",
            "registration",
            "clients",
            "transport",
            "tokens",
            "consent",
            "limits",
            "audit",
            "policies",
            "dev",
            "wrangler",
            "env",
        ],
    ),
    ("server", &["name", "title", "version", "description", "instructions", "website_url", "icon"]),
    (
        "identity",
        &[
            "provider",
            "client_id",
            "client_secret",
            "authorization_url",
            "token_url",
            "jwks_url",
            "team",
            "audience",
            "issuer",
            "scopes",
            "client_auth",
            "prompt",
            "groups_claim",
            "groups_format",
            "groups_member",
            "leeway",
        ],
    ),
    ("storage", &["kind", "binding", "id", "database_name", "seal_state", "jurisdiction"]),
    ("registration", &["metadata_documents", "dynamic", "allowed_domains", "redirect_schemes"]),
    ("clients", &["id", "name", "redirect_uris", "secret"]),
    (
        "transport",
        &[
            "sse",
            "notifications",
            "allowed_origins",
            "allowed_hosts",
            "max_body_bytes",
            "session_idle",
            "page_size",
        ],
    ),
    (
        "tokens",
        &[
            "encryption_key",
            "access_token_ttl",
            "refresh_token_ttl",
            "code_ttl",
            "refresh_grace",
            "revocation_max_age",
            "max_unconfirmed",
            "recheck",
        ],
    ),
    (
        "consent",
        &[
            "name",
            "logo_url",
            "color",
            "color_dark",
            "remember_for",
            "privacy_policy_url",
            "terms_of_service_url",
        ],
    ),
    (
        "limits",
        &[
            "register",
            "authorize",
            "token",
            "callback",
            "tool_timeout",
            "task_ttl",
            "sessions_per_person",
            "streams_per_person",
            "hosted",
        ],
    ),
    ("limits.hosted", &[]),
    ("audit", &["analytics_engine", "queue", "include", "required"]),
    ("policies", &[]),
    (
        "policies.*",
        &[
            "description",
            "scope",
            "on_deny",
            "deny_message",
            "tests",
            "emails",
            "domains",
            "groups",
            "subjects",
            "claims",
            "args",
            "scopes",
            "identity",
            "emails_from",
            "policy",
            "any",
            "all",
            "not",
        ],
    ),
    ("policies.*.tests", &["user", "args", "vars", "expect"]),
    (
        "policies.*.tests.user",
        &["email", "email_verified", "subject", "groups", "claims", "scopes"],
    ),
    ("dev", &["users"]),
    ("dev.users", &["email", "name", "groups", "claims"]),
    ("wrangler", &[]),
    ("env", &[]),
];

/// Sections that an environment may have its own of. The others are reviewed, or not deployed.
pub(crate) const OVERLAID: &[&str] = &[
    "server",
    "identity",
    "storage",
    "registration",
    "transport",
    "tokens",
    "consent",
    "limits",
    "audit",
    "wrangler",
];

/// Keys of a condition: those of a policy that do not stand for the policy as a whole.
pub(crate) const CONDITION: &[&str] = &[
    "emails",
    "domains",
    "groups",
    "subjects",
    "claims",
    "args",
    "scopes",
    "identity",
    "emails_from",
    "policy",
    "any",
    "all",
    "not",
];

/// What can be said of a claim or an argument besides its value.
pub(crate) const COMPARISON: &[&str] = &["exists", "contains", "min", "max"];

/// Keys of a section of [`SECTIONS`].
pub(crate) fn of(section: &str) -> &'static [&'static str] {
    SECTIONS.iter().find(|(name, _)| *name == section).map_or(&[], |(_, keys)| keys)
}

/// The sections that do have a key of this name, as they are written in a file.
pub(crate) fn home_of(key: &str) -> Option<&'static str> {
    let mut homes = SECTIONS.iter().filter(|(_, keys)| keys.contains(&key)).map(|(name, _)| *name);
    let home = homes.next().filter(|_| homes.next().is_none())?;
    Some(match home {
        "policies.*" => "policies.<name>",
        "policies.*.tests" => "[policies.<name>.tests]",
        home => home,
    })
}
