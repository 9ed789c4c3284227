//! The configuration of a server, and the variables of its Worker.

use std::borrow::Cow;
use std::collections::BTreeMap;

use toolgate_config::{
    Audit, Condition, Config, Consent, Endpoints, GroupsFormat, Identity, Limits, OnDeny, Policy,
    Provider as Kind, Recheck, Registration, Server, Setting, Storage, StorageKind, Tokens,
    Transport,
};
use toolgate_policy::Vars;

use super::{ISSUER, KEY};

pub fn var(name: &'static str) -> Setting {
    Setting::Var(Cow::Borrowed(name))
}

pub fn config() -> Config {
    Config {
        server: Server {
            name: "Demo".into(),
            title: None,
            version: None,
            description: None,
            instructions: None,
            website_url: None,
            icon: None,
        },
        identity: identity(),
        storage: Storage {
            kind: StorageKind::DurableObject,
            binding: "TOOLGATE".into(),
            seal_state: false,
            jurisdiction: None,
        },
        registration: Registration {
            metadata_documents: true,
            dynamic: true,
            allowed_domains: vec![].into(),
            redirect_schemes: vec![].into(),
        },
        clients: vec![].into(),
        transport: transport(),
        tokens: lifetimes(),
        consent: consent(),
        limits: limits(),
        audit: Audit { sinks: vec![].into(), email: false, arguments: false, required: false },
        scopes: vec![].into(),
        policies: vec![].into(),
    }
}

fn identity() -> Identity {
    Identity {
        provider: Kind::CloudflareAccess,
        client_id: var("ACCESS_CLIENT_ID"),
        client_secret: Some("ACCESS_CLIENT_SECRET".into()),
        endpoints: Endpoints::Urls {
            authorization_url: var("ACCESS_AUTHORIZATION_URL"),
            token_url: var("ACCESS_TOKEN_URL"),
            jwks_url: var("ACCESS_JWKS_URL"),
        },
        issuer: None,
        scopes: vec!["openid".into(), "email".into()].into(),
        client_auth: None,
        prompt: None,
        groups_claim: "groups".into(),
        groups_format: GroupsFormat::List,
        groups_member: None,
        leeway: 60,
    }
}

/// A policy of nothing but a condition.
pub fn policy(name: impl Into<String>, rule: Condition) -> Policy {
    Policy {
        name: name.into().into(),
        description: None,
        scope: None,
        on_deny: OnDeny::Hide,
        deny_message: None,
        rule,
    }
}

fn lifetimes() -> Tokens {
    Tokens {
        encryption_key: "COOKIE_ENCRYPTION_KEY".into(),
        access_token_ttl: 3600,
        refresh_token_ttl: 30 * 86400,
        code_ttl: 600,
        refresh_grace: 60,
        revocation_max_age: 30,
        max_unconfirmed: 86_400,
        recheck: Recheck::BestEffort,
    }
}

fn consent() -> Consent {
    Consent {
        name: None,
        logo_url: None,
        color: None,
        color_dark: None,
        remember_for: 86400,
        privacy_policy_url: None,
        terms_of_service_url: None,
    }
}

fn limits() -> Limits {
    Limits {
        register: 10,
        authorize: 60,
        token: 120,
        callback: 60,
        tool_timeout: 300,
        task_ttl: 86_400,
        sessions_per_person: 64,
        streams_per_person: 16,
        hosted: vec![].into(),
    }
}

fn transport() -> Transport {
    Transport {
        sse: true,
        allowed_origins: vec![].into(),
        allowed_hosts: vec![].into(),
        notifications: false,
        max_body_bytes: 1 << 22,
        session_idle: 3600,
        page_size: 1000,
    }
}

/// Variables of the Worker.
#[derive(Clone)]
pub struct Variables(pub BTreeMap<&'static str, String>);

impl Default for Variables {
    fn default() -> Self {
        Self(BTreeMap::from([
            ("ACCESS_CLIENT_ID", "app".to_owned()),
            ("ACCESS_CLIENT_SECRET", "upstream-secret".to_owned()),
            ("ACCESS_AUTHORIZATION_URL", format!("{ISSUER}/authorization")),
            ("ACCESS_TOKEN_URL", format!("{ISSUER}/token")),
            ("ACCESS_JWKS_URL", format!("{ISSUER}/jwks")),
            ("COOKIE_ENCRYPTION_KEY", KEY.to_owned()),
        ]))
    }
}

impl Vars for Variables {
    fn var(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}
