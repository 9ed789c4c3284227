//! What a checked `mcp.toml` says, in a form that can stand in a `static`.

mod identity;
mod policy;
mod value;

pub use identity::{Askable, ClientAuth, Endpoints, GroupsFormat, Identity, Prompt};
pub use policy::{
    Condition, MAX_POLICY_DEPTH, MAX_POLICY_STEPS, OnDeny, Policy, PolicyTest, Scalar, Scope, Test,
    TestUser,
};
pub use value::{List, Setting, Str};

use crate::audit_sinks::AuditSink;
pub use crate::provider::{Protocol, Provider};

/// The whole of `mcp.toml`, checked and with its defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// `[server]`: how the server presents itself.
    pub server: Server,
    /// `[identity]`: who signs people in.
    pub identity: Identity,
    /// `[storage]`: where grants are kept.
    pub storage: Storage,
    /// `[registration]`: which clients may come.
    pub registration: Registration,
    /// `[[clients]]`: clients that are known beforehand.
    pub clients: List<KnownClient>,
    /// `[transport]`: what the MCP endpoints accept.
    pub transport: Transport,
    /// `[tokens]`: lifetimes and the key that seals everything.
    pub tokens: Tokens,
    /// `[consent]`: the approval page.
    pub consent: Consent,
    /// `[limits]`: how often one address may ask.
    pub limits: Limits,
    /// `[audit]`: where security decisions are written to besides the log.
    pub audit: Audit,
    /// The OAuth scopes that policies ask for, besides those that every server has.
    pub scopes: List<Scope>,
    /// `[policies.*]`, in the order of the file. `everyone` is built in and not listed.
    pub policies: List<Policy>,
}

/// `[server]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// Shown to people and sent to clients as `serverInfo.name`.
    pub name: Str,
    /// `serverInfo.title` (MCP 2025-06-18 and later).
    pub title: Option<Str>,
    /// `serverInfo.version`; the version of the user's crate when absent.
    pub version: Option<Str>,
    /// One or two sentences for people.
    pub description: Option<Str>,
    /// `instructions` of MCP: what a model should know about this server.
    pub instructions: Option<Str>,
    /// Where people read more.
    pub website_url: Option<Str>,
    /// `serverInfo.icons` (MCP 2025-11-25 and later): an https address, or a `data:image/` URI.
    pub icon: Option<Str>,
}

/// What keeps grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageKind {
    /// A Durable Object with SQLite: strongly consistent, nothing to create.
    DurableObject,
    /// Workers KV: eventually consistent, so single use is best effort.
    Kv,
    /// D1: one SQLite database for everybody; strongly consistent by compare-and-set.
    D1,
}

/// `[storage]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// What keeps grants.
    pub kind: StorageKind,
    /// Name of the Worker binding: `TOOLGATE` for the Durable Object; by default `OAUTH_KV` for KV
    /// and `OAUTH_DB` for D1.
    pub binding: Str,
    /// Seal the values of `ctx.state` and `ctx.server_state`.
    pub seal_state: bool,
    /// Where Cloudflare may keep and run the Durable Objects; anywhere when absent.
    pub jurisdiction: Option<Jurisdiction>,
}

/// A jurisdiction of Durable Objects and D1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jurisdiction {
    /// The European Union.
    Eu,
    /// The United States.
    Us,
    /// Data centres that FedRAMP has authorised.
    FedRamp,
}

impl Jurisdiction {
    /// Every jurisdiction.
    pub const ALL: [Self; 3] = [Self::Eu, Self::Us, Self::FedRamp];

    /// What it is called in the file, and at Cloudflare.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eu => "eu",
            Self::Us => "us",
            Self::FedRamp => "fedramp",
        }
    }
}

/// `[registration]`: which clients may come without being known beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Accept a `client_id` that is the address of a Client ID Metadata Document.
    pub metadata_documents: bool,
    /// Accept dynamic registrations (RFC 7591) at `/register`.
    pub dynamic: bool,
    /// Domains whose clients may come, sub-domains included; empty: any. A client's domain is the
    /// host of its metadata document, or else that of each of its redirect URIs.
    pub allowed_domains: List<Str>,
    /// Private-use URI schemes that redirect URIs may have (RFC 8252 section 7.1), for example
    /// `cursor`; in lower case.
    pub redirect_schemes: List<Str>,
}

/// `[[clients]]`: a client that is known beforehand, with a `client_id` of its owner's choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownClient {
    /// `client_id`.
    pub id: Str,
    /// Shown on the approval page.
    pub name: Str,
    /// Where it may be sent back to; at least one.
    pub redirect_uris: List<Str>,
    /// Name of the Worker secret that holds its `client_secret`; without one it is public.
    pub secret: Option<Str>,
}

/// `[transport]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transport {
    /// Serve HTTP+SSE (MCP 2024-11-05) at `/sse` and `/messages`.
    pub sse: bool,
    /// Origins of browser clients besides the server's own, for example `https://app.example.com`.
    pub allowed_origins: List<Str>,
    /// Host names that the server answers to, besides those of this very machine; empty: any.
    pub allowed_hosts: List<Str>,
    /// Announce changes of lists and resources to clients that listen.
    pub notifications: bool,
    /// Largest request body in bytes.
    pub max_body_bytes: u32,
    /// How long a session of a legacy revision lives after its last request, in seconds.
    pub session_idle: u32,
    /// Most entries on one page of a list.
    pub page_size: u32,
}

/// `[tokens]`. All lifetimes are in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Name of the Worker secret whose value seals cookies, codes and tokens.
    pub encryption_key: Str,
    /// Lifetime of an access token.
    pub access_token_ttl: u32,
    /// Lifetime of a grant, and so of its refresh tokens.
    pub refresh_token_ttl: u32,
    /// Lifetime of an authorization code; 600 at most (OAuth 2.1 section 4.1.2).
    pub code_ttl: u32,
    /// How long the previous refresh token still gets the same successor.
    pub refresh_grace: u32,
    /// How long a revoked grant's access token may still be accepted.
    pub revocation_max_age: u32,
    /// How long a grant may be refreshed after the identity provider last confirmed the person,
    /// where it can be asked.
    pub max_unconfirmed: u32,
    /// What becomes of a refresh that the identity provider did not confirm.
    pub recheck: Recheck,
}

/// What becomes of a refresh that the identity provider did not confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recheck {
    /// It gives tokens with the claims known so far, within `max_unconfirmed`.
    BestEffort,
    /// It gives none, and can be tried again.
    Required,
}

/// `[consent]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Who asks, on the approval page; the server's title or name when absent.
    pub name: Option<Str>,
    /// An https address of a picture, or a `data:image/` URI.
    pub logo_url: Option<Str>,
    /// Colour of buttons and links as `#rrggbb`; readable on white.
    pub color: Option<Str>,
    /// The same in dark mode; readable on the dark background.
    pub color_dark: Option<Str>,
    /// How long an approval is remembered in the browser, in seconds; 0 asks every time.
    pub remember_for: u32,
    /// Link to the privacy policy.
    pub privacy_policy_url: Option<Str>,
    /// Link to the terms of service.
    pub terms_of_service_url: Option<Str>,
}

/// `[limits]`: requests per minute from one network address that belong to no sign-in and no grant,
/// more are answered with 429; how long one call may take; and how much one person may have open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// `POST /register`.
    pub register: u32,
    /// `/authorize` and `/connections`.
    pub authorize: u32,
    /// `POST /token` and `POST /revoke`.
    pub token: u32,
    /// `GET /callback`.
    pub callback: u32,
    /// How long a tool, prompt or resource may run, in seconds.
    pub tool_timeout: u32,
    /// How long a task is kept from its creation, and runs at most, in seconds.
    pub task_ttl: u32,
    /// Sessions of Streamable HTTP that one person may have.
    pub sessions_per_person: u32,
    /// Streams of each kind that one person may have open.
    pub streams_per_person: u32,
    /// Network ranges of hosted clients, which register for all their users.
    pub hosted: List<HostedRange>,
}

/// One network range of a hosted client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedRange {
    /// The client's name; ranges with the same name share a count.
    pub name: Str,
    /// First address, as IPv6; IPv4 addresses are mapped (RFC 4291 section 2.5.5.2).
    pub first: u128,
    /// Last address, in the same form.
    pub last: u128,
}

/// Requests per minute that prove what they belong to. They need no keys of `mcp.toml`: what one
/// person does is the same on every server.
impl Limits {
    /// Of one grant at `/token` and `/revoke`: a client refreshes once an hour, but programs that share
    /// a file of tokens do so all at once, and fifty of them are to get the same successor.
    pub const GRANT: u32 = 120;

    /// With one approval page, or one sign-in at `/connections`: a person who clicks a lot.
    pub const ATTEMPT: u32 = 20;

    /// Of one sign-in at `/callback`: it comes back once, and is reloaded now and then.
    pub const RETURN: u32 = 10;

    /// How many times `register` one hosted client may register: 50,000 people who all sign in again
    /// after an incident do so within half an hour, and each costs the server one sealed `client_id`.
    pub const HOSTED_FACTOR: u32 = 40;

    /// Registrations per minute from all ranges of one hosted client together.
    #[must_use]
    pub fn hosted_register(&self) -> u32 {
        self.register.saturating_mul(Self::HOSTED_FACTOR)
    }
}

/// `[audit]`. Every event goes to the Worker's log in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Sinks of events in addition to the log. The binding of each says what it is called.
    pub sinks: List<AuditSink>,
    /// Write the person's e-mail address, too.
    pub email: bool,
    /// Write the arguments of tool calls, too.
    pub arguments: bool,
    /// Write each decision before what it allows begins.
    pub required: bool,
}
