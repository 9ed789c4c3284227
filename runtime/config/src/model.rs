//! What a checked `mcp.toml` says, in a form that can stand in a `static`.

use std::borrow::Cow;

/// Text: borrowed in generated code, owned when it was read from a file.
pub type Str = Cow<'static, str>;

/// A sequence: borrowed in generated code, owned when it was read from a file.
pub type List<T> = Cow<'static, [T]>;

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

/// A value that is written in `mcp.toml`, or read from a Worker variable or secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Written in the file.
    Literal(Str),
    /// `{ var = "NAME" }`: the Worker variable or secret of this name.
    Var(Str),
}

/// Which kind of identity provider signs people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Cloudflare Access for SaaS, as an OpenID Connect application.
    CloudflareAccess,
    /// Cloudflare Access in front of the Worker: its `Cf-Access-Jwt-Assertion` says who calls.
    CloudflareAccessJwt,
    /// Any OpenID provider, found by OpenID Connect Discovery.
    Oidc,
    /// GitHub, as an OAuth application.
    GitHub,
    /// The identity provider of `cargo toolgate dev`; such a build refuses to be deployed.
    Dev,
    /// Nobody: every program on this very machine is let in; such a build refuses to be deployed.
    None,
}

/// Where the identity provider's endpoints are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoints {
    /// Each address by itself.
    Urls {
        /// The OAuth authorization endpoint.
        authorization_url: Setting,
        /// The OAuth token endpoint.
        token_url: Setting,
        /// The JSON Web Key Set of the id_token's signer.
        jwks_url: Setting,
    },
    /// `team = "acme"`: the Access addresses of that team.
    Team(Str),
    /// `issuer` of `provider = "oidc"`: its discovery document lists them.
    Discovery(Setting),
    /// The addresses of GitHub.
    GitHub,
    /// There is no provider.
    None,
}

/// `[identity]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The kind of provider.
    pub provider: Provider,
    /// OAuth client id at the provider; with `cloudflare-access-jwt` the application's audience
    /// tag, which its assertions have as `aud`.
    pub client_id: Setting,
    /// Name of the Worker secret that holds the client secret. A literal is refused;
    /// `cloudflare-access-jwt` has none.
    pub client_secret: Option<Str>,
    /// Where the provider's endpoints are.
    pub endpoints: Endpoints,
    /// Expected `iss`. When absent it is the authorization URL without its last path segment,
    /// which is how Cloudflare Access builds it.
    pub issuer: Option<Setting>,
    /// Scopes asked of the provider.
    pub scopes: List<Str>,
    /// The id_token claim that lists a person's groups.
    pub groups_claim: Str,
    /// Clock difference tolerated in `exp`, `nbf` and `iat`, in seconds.
    pub leeway: u32,
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

/// `[limits]`: requests per minute from one network address, more are answered with 429; and how
/// long one call may take.
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
}

/// `[audit]`. Every event goes to the Worker's log in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Analytics Engine data set that events are written to, by the binding `TOOLGATE_AUDIT`.
    pub analytics_engine: Option<Str>,
    /// Queue that events are sent to, by the binding `TOOLGATE_AUDIT_QUEUE`.
    pub queue: Option<Str>,
    /// Write the person's e-mail address, too.
    pub email: bool,
    /// Write the arguments of tool calls, too.
    pub arguments: bool,
}

/// `[policies.<name>]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The name that `allow = "…"` uses.
    pub name: Str,
    /// For people who review access.
    pub description: Option<Str>,
    /// Who passes.
    pub rule: Condition,
}

/// A condition on the caller. Several keys in one TOML table mean all of them; several values in
/// one list mean any of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Any signed-in user.
    Everyone,
    /// The verified e-mail address is one of these.
    Emails(List<Str>),
    /// The verified e-mail address is at one of these domains, sub-domains excluded.
    Domains(List<Str>),
    /// The groups claim contains one of these.
    Groups(List<Str>),
    /// The claim equals one of the values, or is a list that contains one of them.
    Claim {
        /// Name of the claim.
        name: Str,
        /// Accepted values.
        values: List<ClaimValue>,
    },
    /// As [`Condition::Emails`], with the list in a Worker variable, separated by commas,
    /// white space or line breaks.
    EmailsFrom(Str),
    /// The policy of this name passes.
    Policy(Str),
    /// At least one passes.
    Any(List<Condition>),
    /// Every one passes.
    All(List<Condition>),
    /// The one condition in the list does not pass.
    Not(List<Condition>),
}

/// A value that a claim is compared with; types must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimValue {
    /// Text.
    Str(Str),
    /// A whole number.
    Int(i64),
    /// A boolean.
    Bool(bool),
}
