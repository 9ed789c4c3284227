//! The configuration as a constant: every value of the model as the tokens that make it.
//!
//! Each structure is taken apart whole, so that a new field cannot be forgotten here.

use std::borrow::Cow;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use toolgate_config::{
    Audit, AuditSink, ClientAuth, Condition, Config, Consent, Endpoints, GroupsFormat, HostedRange,
    Identity, Jurisdiction, KnownClient, Limits, OnDeny, Policy, PolicyTest, Prompt, Provider,
    Recheck, Registration, Scalar, Scope, Server, Setting, Storage, StorageKind, Test, TestUser,
    Tokens, Transport,
};

/// Tokens of a value, in a scope where `config` is the crate of the model and `Borrowed` makes a
/// `Cow`.
pub(crate) trait Constant {
    fn constant(&self) -> TokenStream;
}

impl Constant for Cow<'static, str> {
    fn constant(&self) -> TokenStream {
        let text: &str = self;
        quote!(Borrowed(#text))
    }
}

impl<T: Constant> Constant for Option<T> {
    fn constant(&self) -> TokenStream {
        match self.as_ref().map(Constant::constant) {
            Some(value) => quote!(Some(#value)),
            None => quote!(None),
        }
    }
}

/// A list. Not a `Constant`, because the list and the text would overlap.
fn list<T: Constant>(items: &[T]) -> TokenStream {
    let items = items.iter().map(Constant::constant);
    quote!(Borrowed(&[#(#items),*]))
}

/// Structures whose fields are all constants of their own.
macro_rules! structures {
    ($($name:ident { $($field:ident $(: $by:ident)?),* })*) => {$(
        impl Constant for $name {
            fn constant(&self) -> TokenStream {
                let Self { $($field),* } = self;
                $(let $field = structures!(@ $field $($by)?);)*
                quote!(config::$name { $($field: #$field),* })
            }
        }
    )*};
    (@ $field:ident) => { Constant::constant($field) };
    (@ $field:ident list) => { list($field) };
    (@ $field:ident copy) => { quote!(#$field) };
}

structures! {
    Config {
        server, identity, storage, registration, clients: list, transport, tokens, consent, limits,
        audit, scopes: list, policies: list
    }
    Server { name, title, version, description, instructions, website_url, icon }
    Identity {
        provider, client_id, client_secret, endpoints, issuer, scopes: list, client_auth, prompt,
        groups_claim, groups_format, groups_member, leeway: copy
    }
    Registration {
        metadata_documents: copy, dynamic: copy, allowed_domains: list, redirect_schemes: list
    }
    KnownClient { id, name, redirect_uris: list, secret }
    Transport {
        sse: copy, allowed_origins: list, allowed_hosts: list, notifications: copy,
        max_body_bytes: copy, session_idle: copy, page_size: copy
    }
    Tokens {
        encryption_key, access_token_ttl: copy, refresh_token_ttl: copy, code_ttl: copy,
        refresh_grace: copy, revocation_max_age: copy, max_unconfirmed: copy, recheck
    }
    Consent {
        name, logo_url, color, color_dark, remember_for: copy, privacy_policy_url,
        terms_of_service_url
    }
    Limits {
        register: copy, authorize: copy, token: copy, callback: copy, tool_timeout: copy,
        task_ttl: copy, sessions_per_person: copy, streams_per_person: copy, hosted: list
    }
    HostedRange { name, first: copy, last: copy }
    Audit { sinks: list, email: copy, arguments: copy, required: copy }
    Scope { name, meaning }
    Policy { name, description, scope, on_deny, deny_message, rule }
    PolicyTest { policy, user, arguments, vars: list, allows: copy, line: copy, column: copy }
}

fn variant(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// Choices whose variants have no values.
macro_rules! choices {
    ($($name:ident { $($variant:ident),* })*) => {$(
        impl Constant for $name {
            fn constant(&self) -> TokenStream {
                match self {
                    $(Self::$variant => quote!(config::$name::$variant),)*
                }
            }
        }
    )*};
}

impl Constant for Storage {
    fn constant(&self) -> TokenStream {
        let Self { kind, binding, seal_state, jurisdiction } = self;
        let (kind, binding) = (kind.constant(), binding.constant());
        let jurisdiction = match jurisdiction {
            // The workerd of a developer's machine has no jurisdictions, and fails where one is named.
            Some(jurisdiction) => {
                let jurisdiction = jurisdiction.constant();
                quote! {
                    if ::toolgate::__private::is_one(::core::option_env!("TOOLGATE_DEV")) {
                        None
                    } else {
                        Some(#jurisdiction)
                    }
                }
            }
            None => quote!(None),
        };
        quote! {
            config::Storage {
                kind: #kind,
                binding: #binding,
                seal_state: #seal_state,
                jurisdiction: #jurisdiction,
            }
        }
    }
}

choices! {
    StorageKind { DurableObject, Kv, D1 }
    Jurisdiction { Eu, Us, FedRamp }
    OnDeny { Hide, Challenge }
    Recheck { BestEffort, Required }
    ClientAuth { Post, Basic }
    Prompt { None, Consent, Login, SelectAccount }
    GroupsFormat { List, Text }
}

// As `Debug` writes them, so that their lists stand in one place.
impl Constant for Provider {
    fn constant(&self) -> TokenStream {
        let name = variant(&format!("{self:?}"));
        quote!(config::Provider::#name)
    }
}

impl Constant for AuditSink {
    fn constant(&self) -> TokenStream {
        let name = variant(&format!("{self:?}"));
        quote!(config::AuditSink::#name)
    }
}

impl Constant for Setting {
    fn constant(&self) -> TokenStream {
        let (name, text) = match self {
            Self::Literal(text) => (variant("Literal"), text.constant()),
            Self::Var(text) => (variant("Var"), text.constant()),
        };
        quote!(config::Setting::#name(#text))
    }
}

impl Constant for Endpoints {
    fn constant(&self) -> TokenStream {
        match self {
            Self::GitHub => quote!(config::Endpoints::GitHub),
            Self::None => quote!(config::Endpoints::None),
            Self::Team(team) => {
                let team = team.constant();
                quote!(config::Endpoints::Team(#team))
            }
            Self::Discovery(issuer) => {
                let issuer = issuer.constant();
                quote!(config::Endpoints::Discovery(#issuer))
            }
            Self::Urls { authorization_url, token_url, jwks_url } => {
                let authorization_url = authorization_url.constant();
                let token_url = token_url.constant();
                let jwks_url = jwks_url.constant();
                quote! {
                    config::Endpoints::Urls {
                        authorization_url: #authorization_url,
                        token_url: #token_url,
                        jwks_url: #jwks_url,
                    }
                }
            }
        }
    }
}

impl Constant for Condition {
    fn constant(&self) -> TokenStream {
        let (name, value) = match self {
            Self::Everyone => return quote!(config::Condition::Everyone),
            Self::Claim { path, test } => return tested("Claim", path, test),
            Self::Argument { path, test } => return tested("Argument", path, test),
            Self::Emails(values) => ("Emails", list(values)),
            Self::Domains(values) => ("Domains", list(values)),
            Self::Groups(values) => ("Groups", list(values)),
            Self::Subjects(values) => ("Subjects", list(values)),
            Self::Scopes(values) => ("Scopes", list(values)),
            Self::Identity(providers) => ("Identity", list(providers)),
            Self::EmailsFrom(name) => ("EmailsFrom", name.constant()),
            Self::Policy(name) => ("Policy", name.constant()),
            Self::Any(conditions) => ("Any", list(conditions)),
            Self::All(conditions) => ("All", list(conditions)),
            Self::Not(conditions) => ("Not", list(conditions)),
        };
        let name = variant(name);
        quote!(config::Condition::#name(#value))
    }
}

/// A condition on a claim or an argument.
fn tested(name: &str, path: &[Cow<'static, str>], test: &Test) -> TokenStream {
    let name = variant(name);
    let path = list(path);
    let test = match test {
        Test::OneOf(values) => {
            let values = list(values);
            quote!(OneOf(#values))
        }
        Test::Contains(values) => {
            let values = list(values);
            quote!(Contains(#values))
        }
        Test::Exists(wanted) => quote!(Exists(#wanted)),
        Test::Min(least) => quote!(Min(#least)),
        Test::Max(most) => quote!(Max(#most)),
    };
    quote!(config::Condition::#name { path: #path, test: config::Test::#test })
}

impl Constant for Scalar {
    fn constant(&self) -> TokenStream {
        match self {
            Self::Str(text) => {
                let text = text.constant();
                quote!(config::Scalar::Str(#text))
            }
            Self::Int(number) => quote!(config::Scalar::Int(#number)),
            Self::Bool(flag) => quote!(config::Scalar::Bool(#flag)),
        }
    }
}

impl Constant for (Cow<'static, str>, Cow<'static, str>) {
    fn constant(&self) -> TokenStream {
        let (name, value) = (self.0.constant(), self.1.constant());
        quote!((#name, #value))
    }
}

impl Constant for TestUser {
    fn constant(&self) -> TokenStream {
        let Self { email, email_verified, subject, groups, claims, scopes } = self;
        let (email, subject, claims) = (email.constant(), subject.constant(), claims.constant());
        let groups = list(groups);
        let scopes = match scopes {
            Some(scopes) => {
                let scopes = list(scopes);
                quote!(Some(#scopes))
            }
            None => quote!(None),
        };
        quote! {
            config::TestUser {
                email: #email,
                email_verified: #email_verified,
                subject: #subject,
                groups: #groups,
                claims: #claims,
                scopes: #scopes,
            }
        }
    }
}
