//! What each key takes.

use serde_json::{Value, json};

use super::super::{
    audit, clients, consent, identity, keys, limits, redirect_uri, sections, storage, transport,
    version,
};
use super::shape::{
    address, boolean, choice, domain, duration, email, free, integer, line, list, list_of_tables,
    pattern, picture, prose, providers, secret, setting, uri, with,
};
use super::{Schema, condition, pattern};
use crate::model::{Jurisdiction, Prompt};
use crate::names::EVERYONE;
use crate::{AuditSink, Target};

/// What a key of a section takes; `None` for a key that is not known here.
pub(super) fn shape(schema: &Schema, section: &str, key: &str) -> Option<Value> {
    match section {
        "" => top_level(schema, key),
        "server" => server(key),
        "identity" => identity(key),
        "storage" => storage(key),
        "registration" => registration(key),
        "clients" => client(key),
        "transport" => transport(key),
        "tokens" => tokens(key),
        "consent" => consent(key),
        "limits" => limits(key),
        "audit" => audit(key),
        "policies.*" => policy(schema, key),
        "policies.*.tests" => test(schema, key),
        "policies.*.tests.user" => test_user(key),
        "dev" => (key == "users").then(|| list_of_tables(schema.section("dev.users", &["email"]))),
        "dev.users" => user(key),
        _ => None,
    }
}

fn top_level(schema: &Schema, key: &str) -> Option<Value> {
    Some(match key {
        keys::VERSION => integer((1, version::SCHEMA_VERSION)),
        "clients" => list_of_tables(schema.section("clients", &["id", "name", "redirect_uris"])),
        "policies" => json!({
            "type": "object",
            "propertyNames": { "pattern": pattern::POLICY_NAME, "not": { "const": EVERYONE } },
            "additionalProperties": schema.section("policies.*", &[]),
        }),
        // What may stand there is wrangler's matter.
        "wrangler" => free(),
        "env" => environments(schema),
        "server" => schema.section(key, &["name"]),
        section if !keys::of(section).is_empty() => schema.section(section, &[]),
        _ => return None,
    })
}

/// Sections as they stand at the top level, but that an overlay need not have a name.
fn environments(schema: &Schema) -> Value {
    let section = |key: &&str| {
        let section = match *key {
            "server" => schema.section("server", &[]),
            key => json!({ "$ref": format!("#/properties/{key}") }),
        };
        ((*key).to_owned(), section)
    };
    let sections: serde_json::Map<String, Value> = keys::OVERLAID.iter().map(section).collect();
    json!({
        "type": "object",
        "propertyNames": { "pattern": pattern::ENVIRONMENT_NAME },
        "additionalProperties": {
            "type": "object",
            "properties": sections,
            "additionalProperties": false,
        },
    })
}

fn server(key: &str) -> Option<Value> {
    Some(match key {
        "name" => line(),
        "title" | "version" | "description" | "instructions" => prose(),
        "website_url" => address(),
        "icon" => picture(),
        _ => return None,
    })
}

fn identity(key: &str) -> Option<Value> {
    Some(match key {
        "provider" => providers(),
        "client_id" | "audience" => setting(line()),
        "client_secret" => secret(),
        "authorization_url" | "token_url" | "jwks_url" | "issuer" => setting(address()),
        "team" => pattern(&pattern::label()),
        "scopes" => list(pattern(pattern::SCOPE)),
        "client_auth" => choice(identity::CLIENT_AUTHS.map(|(name, _)| name)),
        "prompt" => choice(Prompt::ALL.map(|(name, _)| name)),
        "groups_claim" | "groups_member" => line(),
        "groups_format" => choice(identity::GROUPS_FORMATS.map(|(name, _)| name)),
        "leeway" => duration(identity::LEEWAY),
        _ => return None,
    })
}

fn storage(key: &str) -> Option<Value> {
    Some(match key {
        "kind" => choice(storage::KINDS.map(|(name, ..)| name)),
        "binding" => pattern(&pattern::variable()),
        "id" => pattern(pattern::STORAGE_ID),
        "database_name" => pattern(pattern::DATABASE_NAME),
        "seal_state" => boolean(),
        "jurisdiction" => choice(Jurisdiction::ALL.map(Jurisdiction::name)),
        _ => return None,
    })
}

fn registration(key: &str) -> Option<Value> {
    Some(match key {
        "metadata_documents" | "dynamic" => boolean(),
        "allowed_domains" => list(pattern(&pattern::client_domain())),
        "redirect_schemes" => list(pattern(pattern::SCHEME)),
        _ => return None,
    })
}

fn client(key: &str) -> Option<Value> {
    Some(match key {
        "id" => with(pattern(pattern::CLIENT_ID), "maxLength", clients::LONGEST_ID),
        "name" => line(),
        "redirect_uris" => list(with(uri(), "maxLength", redirect_uri::LONGEST_REDIRECT_URI)),
        "secret" => secret(),
        _ => return None,
    })
}

fn transport(key: &str) -> Option<Value> {
    Some(match key {
        "sse" | "notifications" => boolean(),
        "allowed_origins" => list(address()),
        "allowed_hosts" => list(domain()),
        "max_body_bytes" => integer(transport::MAX_BODY_BYTES),
        "session_idle" => duration(transport::SESSION_IDLE),
        "page_size" => integer(transport::PAGE_SIZE),
        _ => return None,
    })
}

fn tokens(key: &str) -> Option<Value> {
    Some(match key {
        "encryption_key" => secret(),
        "access_token_ttl" => duration(sections::ACCESS_TOKEN_TTL),
        "refresh_token_ttl" => duration(sections::REFRESH_TOKEN_TTL),
        "code_ttl" => duration(sections::CODE_TTL),
        "refresh_grace" => duration(sections::REFRESH_GRACE),
        "revocation_max_age" => duration(sections::REVOCATION_MAX_AGE),
        "max_unconfirmed" => duration(sections::MAX_UNCONFIRMED),
        "recheck" => choice(sections::RECHECKS.map(|(name, _)| name)),
        _ => return None,
    })
}

fn consent(key: &str) -> Option<Value> {
    Some(match key {
        "name" => line(),
        "logo_url" => picture(),
        "color" | "color_dark" => pattern(pattern::COLOR),
        "remember_for" => duration(consent::REMEMBER_FOR),
        "privacy_policy_url" | "terms_of_service_url" => address(),
        _ => return None,
    })
}

fn limits(key: &str) -> Option<Value> {
    Some(match key {
        "register" | "authorize" | "token" | "callback" => integer(limits::PER_MINUTE),
        "tool_timeout" => duration(limits::TOOL_TIMEOUT),
        "task_ttl" => duration(limits::TASK_TTL),
        "sessions_per_person" | "streams_per_person" => integer(limits::PER_PERSON),
        "hosted" => json!({
            "type": "object",
            "propertyNames": { "pattern": pattern::label() },
            "additionalProperties": list(pattern(pattern::NETWORK)),
        }),
        _ => return None,
    })
}

fn audit(key: &str) -> Option<Value> {
    Some(match key {
        "include" => list(choice(audit::PARTS)),
        "required" => boolean(),
        sink => {
            let sink =
                AuditSink::ALL.into_iter().map(AuditSink::facts).find(|known| known.key == sink);
            match sink?.target {
                Target::DataSet => {
                    with(pattern(pattern::DATASET), "maxLength", audit::LONGEST_DATASET)
                }
                Target::Label { .. } => pattern(&pattern::label()),
            }
        }
    })
}

fn policy(schema: &Schema, key: &str) -> Option<Value> {
    Some(match key {
        "description" | "deny_message" => prose(),
        "scope" => condition::policy_scope(),
        "on_deny" => choice(["hide", "challenge"]),
        "tests" => list_of_tables(schema.section("policies.*.tests", &["user", "expect"])),
        key => return condition::shape(key),
    })
}

fn test(schema: &Schema, key: &str) -> Option<Value> {
    Some(match key {
        "user" => schema.section("policies.*.tests.user", &[]),
        "args" => free(),
        "vars" => json!({
            "type": "object",
            "propertyNames": { "pattern": pattern::variable() },
            "additionalProperties": { "type": "string" },
        }),
        "expect" => choice(["allow", "deny"]),
        _ => return None,
    })
}

fn test_user(key: &str) -> Option<Value> {
    Some(match key {
        // Also one that no policy could ever match.
        "email" => prose(),
        "email_verified" => boolean(),
        "subject" => line(),
        "groups" | "scopes" => with(list(line()), "minItems", 0),
        "claims" => free(),
        _ => return None,
    })
}

fn user(key: &str) -> Option<Value> {
    Some(match key {
        "email" => email(),
        "name" => line(),
        "groups" => list(line()),
        "claims" => free(),
        _ => return None,
    })
}
