//! The sections of `mcp.toml`. A row is a key, and the field of the model that it becomes.
//!
//! | row | meaning |
//! |---|---|
//! | `name: Type = kind;` | A key of one of the kinds of `parse/kind.rs`, and its field. |
//! | `name: Type => shape;` | A key that the section's file of `parse` reads, and its field; the shape is for the JSON Schema. |
//! | `name: Type;` | A field that follows from other keys. |
//! | `(name): Type = kind;`, `(name) => shape;` | A key without a field of its own. |
//!
//! A `plain` section has rows of the first sort only, and nothing else is written to read it. What
//! stands behind `=` and `=>` is compiled in `parse/rows.rs` alone, so it reaches no Worker.

use super::{
    Admin, ClientAuth, Connection, Endpoints, Enterprise, Exchange, GroupsFormat, HostedRange,
    Jurisdiction, KnownClient, List, Policy, Prompt, Provider, Quota, Recheck, Scope, Setting,
    Signals, StorageKind, Str, Workload,
};
use crate::audit_sinks::AuditSink;

/// Hands all sections but those of policies to a macro: the model makes structures of them, `parse` the
/// lists of known keys, their reading and their shapes, and the macros write them as constants.
#[doc(hidden)]
#[macro_export]
macro_rules! sections {
    ($with:ident) => {
        $with! {
            /// The whole of `mcp.toml`, checked and with its defaults filled in.
            #[derive(Debug, Clone, PartialEq)]
            Config in "", mixed {
                (schema_version) => |_| shape::integer((1, SCHEMA_VERSION));
                /// `[server]`: how the server presents itself.
                server: Server => |schema| schema.section("server", &["name"]);
                /// `[identity]`: who signs people in.
                identity: Identity => |schema| schema.section("identity", &[]);
                /// `[storage]`: where grants are kept.
                storage: Storage => |schema| schema.section("storage", &[]);
                /// `[registration]`: which clients may come.
                registration: Registration => |schema| schema.section("registration", &[]);
                /// `[[clients]]`: clients that are known beforehand.
                clients: List<KnownClient> => |schema| shape::list_of_tables(
                    schema.section("clients", &["id", "name"])
                );
                /// `[[enterprise]]`: issuers of ID-JAGs, in the order of the file.
                enterprise: List<Enterprise> => |schema| shape::list_of_tables(
                    schema.section("enterprise", &["issuer", "clients"])
                );
                /// `[[workloads]]`, in the order of the file.
                workloads: List<Workload> => |schema| shape::list_of_tables(
                    schema.section("workloads", &["name", "issuer", "audience", "when"])
                );
                /// Beginnings of subjects that no sign-in may have: of machines, and of people whom another issuer
                /// names. None where there are none of them.
                reserved_subjects: List<Str>;
                /// `[transport]`: what the MCP endpoints accept.
                transport: Transport => |schema| schema.section("transport", &[]);
                /// `[tokens]`: lifetimes and the key that seals everything.
                tokens: Tokens => |schema| schema.section("tokens", &[]);
                /// `[consent]`: the approval page.
                consent: Consent => |schema| schema.section("consent", &[]);
                /// `[limits]`: how often one address may ask.
                limits: Limits => |schema| schema.section("limits", &[]);
                /// `[audit]`: where security decisions are written to, next to the log.
                audit: Audit => |schema| schema.section("audit", &[]);
                /// `[observability]`: what the platform records.
                observability: Observability => |schema| schema.section("observability", &[]);
                /// The OAuth scopes that policies ask for, without those that every server has.
                scopes: List<Scope>;
                /// `[policies.*]`, in the order of the file. `everyone` is built in and not listed.
                policies: List<Policy> => |schema| schema.policies();
                /// `[quotas.*]`, in the order of the file.
                quotas: List<Quota> => |schema| schema.quotas();
                /// `[connections.*]`, in the order of the file.
                connections: List<Connection> => |schema| schema.connections();
                (never) => |schema| shape::list_of_tables(schema.section("never", &["name", "who"]));
                (always) => |schema| shape::list_of_tables(schema.section("always", &["name", "who"]));
                /// `[admin]`, where somebody may end the grants of others.
                admin: Option<Admin> => |schema| schema.section("admin", &["policy"]);
                /// `[signals]`, where others tell of ends.
                signals: Option<Signals> => |schema| schema.section("signals", &[]);
                /// Actions that tools take at other servers as the person, as the approval page words them.
                acts: List<Str>;
                /// The same for the records of grants, a power in each line: what a client was approved with stays
                /// what it may do. A text costs servers without such actions the least.
                powers: Str;
                (dev) => |schema| schema.section("dev", &[]);
                // Only the names are in `wrangler.jsonc`, and a Worker has neither them nor their purposes.
                (secrets) => |_| shape::secrets();
                (cron) => |schema| schema.named("cron.*", &["schedule"]);
                (queues) => |schema| schema.named("queues.*", &[]);
                (email) => |_| shape::empty();
                // What may stand there is wrangler's matter.
                (wrangler) => |_| shape::free();
                (env) => |schema| schema.environments();
            }

            /// `[server]`.
            #[derive(Debug, Clone, PartialEq)]
            Server in "server", plain {
                /// Shown to people and sent to clients as `serverInfo.name`.
                name: Str = required(
                    LINE, "people see this name: `[server]` with `name = \"My server\"`"
                );
                /// `serverInfo.title` (MCP 2025-06-18 and later).
                title: Option<Str> = optional(PROSE);
                /// `serverInfo.version`; the version of the user's crate when absent.
                version: Option<Str> = optional(PROSE);
                /// One or two sentences for people.
                description: Option<Str> = optional(PROSE);
                /// `instructions` of MCP: what a model should know about this server.
                instructions: Option<Str> = optional(PROSE);
                /// Where people read more.
                website_url: Option<Str> = optional(ADDRESS);
                /// `serverInfo.icons` (MCP 2025-11-25 and later): `https:` or `data:image/` addresses.
                icon: Option<Str> = optional(PICTURE);
            }

            /// `[identity]`.
            #[derive(Debug, Clone, PartialEq)]
            Identity in "identity", mixed {
                /// The kind of provider.
                provider: Provider => |_| shape::one_of(&Provider::ALL.map(Provider::name));
                /// OAuth client id at the provider; with `cloudflare-access-jwt` the application's
                /// audience tag, which its assertions have as `aud`.
                client_id: Setting => |_| shape::setting(shape::line());
                /// Name of the Worker secret that holds the client secret. A literal is refused;
                /// `cloudflare-access-jwt` has none.
                client_secret: Option<Str> => |_| shape::secret();
                (authorization_url) => |_| shape::setting(shape::address());
                (token_url) => |_| shape::setting(shape::address());
                (jwks_url) => |_| shape::setting(shape::address());
                (team): Str = required(
                    TEAM,
                    "its team signs the assertions: `team = \"acme\"` for `acme.cloudflareaccess.com`"
                );
                (audience) => |_| shape::setting(shape::line());
                (tenant) => |_| shape::pattern(pattern::TENANT);
                (tenants) => |_| shape::list(shape::pattern(pattern::TENANT_ID));
                (hosted_domains) => |_| shape::list(shape::domain());
                (domain) => |_| shape::domain();
                (authorization_server) => |_| shape::pattern(pattern::SEGMENT);
                (realm) => |_| shape::pattern(pattern::SEGMENT);
                (user_pool) => |_| shape::pattern(pattern::USER_POOL);
                /// Where the provider's endpoints are.
                endpoints: Endpoints;
                /// Expected `iss`. When absent it is the authorization URL without its last path segment,
                /// which is how Cloudflare Access builds it.
                issuer: Option<Setting> => |_| shape::setting(shape::address());
                /// Scopes asked of the provider.
                scopes: List<Str> => |_| shape::list(shape::pattern(pattern::SCOPE));
                /// The place of the client secret at the token endpoint; `None`: as the provider wants it.
                client_auth: Option<ClientAuth> = optional_choice();
                /// `prompt` of the sign-in; `None`: what the provider needs for the scopes.
                prompt: Option<Prompt> = optional_choice();
                /// Further parameters of the sign-in: a name and a value in each line, with a blank between them.
                parameters: Str;
                /// Tenants at Microsoft Entra ID, or domains of Google Workspace, whose people may sign in; empty:
                /// those of the issuer.
                organizations: List<Str>;
                /// An address counts as proven unless the provider says that it is not.
                trust_email: bool = flag(false);
                /// The id_token claim that lists a person's groups; with members inside of it, each in a line.
                groups_claim: Str => |_| shape::path();
                /// The form of that claim.
                groups_format: GroupsFormat = choice(GroupsFormat::List);
                /// The member that names a group, where the claim lists objects.
                groups_member: Option<Str> = sound(LINE);
                /// Clock difference tolerated in `exp`, `nbf` and `iat`, in seconds.
                // Clocks of servers rarely differ by more than a minute; five minutes is the most that a
                // short-lived id_token can bear.
                leeway: u32 = duration(MINUTE, (0, 5 * MINUTE));
                /// `[identity.upstream]`: where tools may act as the person; nowhere when absent.
                upstream: Option<IdentityUpstream> => |schema| schema.section("identity.upstream", &["hosts"]);
            }

            /// `[identity.upstream]`: calls that tools make in the person's own name.
            #[derive(Debug, Clone, PartialEq, Eq)]
            IdentityUpstream in "identity.upstream", mixed {
                /// Hosts that may get the person's token, each perhaps with a port; at least one.
                hosts: List<Str> => |_| shape::list(shape::pattern(&pattern::host()));
                (scopes): List<Str> = texts(IDENTITY_SCOPE);
                /// `resource` of the sign-in and of refreshes (RFC 8707); `None` where the token is exchanged.
                resource: Option<Str> = optional(ADDRESS);
                /// `audience` of the sign-in, by which Auth0 knows an API; `None` where the token is exchanged.
                audience: Option<Str> = optional(LINE);
                /// The exchange of the person's token for one of the API; `None`: their own is sent.
                exchange: Option<Exchange> = optional_choice();
                /// The API of that exchange: a parameter of its request in each line, a blank between name and
                /// value. A text costs servers without exchange the least.
                target: Str;
                /// Functions may see the token as text.
                expose: bool = flag(false);
            }

            /// `[storage]`.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Storage in "storage", mixed {
                /// The storage of grants.
                kind: StorageKind = choice(StorageKind::DurableObject).unsupported("storage");
                /// Name of the Worker binding: `TOOLGATE` for the Durable Object; by default `OAUTH_KV` for
                /// KV and `OAUTH_DB` for D1.
                binding: Str => |_| shape::pattern(&pattern::variable());
                (id) => |_| shape::pattern(pattern::STORAGE_ID);
                (database_name): Option<Str> = sound(DATABASE_NAME);
                /// Have calls judged by the feed of revocations, and not by their grant's record.
                feed: bool = flag(false);
                /// Seal the values of `ctx.state` and `ctx.server_state`.
                seal_state: bool = flag(false);
                /// Where Cloudflare may keep and run the Durable Objects; anywhere when absent.
                jurisdiction: Option<Jurisdiction> = optional_choice().unsupported("jurisdiction");
            }

            /// `[registration]`: which clients may come without being known beforehand.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Registration in "registration", plain {
                /// Accept a `client_id` that is the address of a Client ID Metadata Document.
                metadata_documents: bool = flag(true);
                /// Accept dynamic registrations (RFC 7591) at `/register`.
                dynamic: bool = flag(true);
                /// Domains whose clients may come, sub-domains included; empty: any. A client's domain is the
                /// host of its metadata document, or else that of each of its redirect URIs.
                allowed_domains: List<Str> = texts(CLIENT_DOMAIN);
                /// Private-use URI schemes that redirect URIs may have (RFC 8252 section 7.1), for example
                /// `cursor`; in lower case.
                redirect_schemes: List<Str> = texts(SCHEME);
            }

            /// `[transport]`.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Transport in "transport", plain {
                /// Serve HTTP+SSE (MCP 2024-11-05) at `/sse` and `/messages`.
                sse: bool = flag(true);
                /// Announce changes of lists and resources to clients that listen.
                notifications: bool = flag(false);
                /// Origins of browser clients, next to the server's own, for example
                /// `https://app.example.com`.
                allowed_origins: List<Str> = texts(ORIGIN);
                /// Host names that the server answers to, next to those of this very machine; empty: any.
                allowed_hosts: List<Str> = texts(DOMAIN);
                /// Largest request body in bytes.
                // MCP messages need some room, and a Worker has 128 MB of memory.
                max_body_bytes: u32 = integer(4 * 1024 * 1024, (64 * 1024, 16 * 1024 * 1024));
                /// Life of a session of a legacy revision after its last request, in seconds.
                // A client that lost its connection comes back within seconds.
                session_idle: u32 = duration(HOUR, (10, 7 * DAY));
                /// Most entries on one page of a list.
                // Some clients read the first page only: it holds all of what nearly every server has.
                page_size: u32 = integer(1000, (1, 10_000));
            }

            /// `[tokens]`. All lifetimes are in seconds.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Tokens in "tokens", plain {
                /// Name of the Worker secret whose value seals cookies, codes and tokens.
                encryption_key: Str = secret("COOKIE_ENCRYPTION_KEY");
                /// Lifetime of an access token.
                // It lives long enough for a call, and a day at most since it is self-contained.
                access_token_ttl: u32 = duration(HOUR, (MINUTE, DAY));
                /// Lifetime of a grant, and so of its refresh tokens.
                // At most a year between two sign-ins.
                refresh_token_ttl: u32 = duration(30 * DAY, (HOUR, 365 * DAY));
                /// Lifetime of an authorization code; 600 at most (OAuth 2.1 section 4.1.2).
                // Workers KV keeps nothing for less than a minute.
                code_ttl: u32 = duration(10 * MINUTE, (MINUTE, 10 * MINUTE));
                /// Time in which the previous refresh token still gets the same successor.
                // Enough for a client that lost the answer and tries again.
                refresh_grace: u32 = duration(MINUTE, (0, 10 * MINUTE));
                /// Time in which a revoked grant's access token may still be accepted.
                // A revoked token is refused within the hour, whatever is chosen.
                revocation_max_age: u32 = duration(30, (0, HOUR));
                /// Longest lifetime of a personal token for scripts; 0: there are none.
                // As long as a grant may live.
                personal: u32 = duration(0, (0, 365 * DAY));
                /// Time in which a grant may be refreshed after the identity provider last confirmed the person,
                /// where it can be asked.
                // As long as a grant may live.
                max_unconfirmed: u32 = duration(DAY, (MINUTE, 365 * DAY));
                /// The outcome of a refresh that the identity provider did not confirm.
                recheck: Recheck = choice(Recheck::BestEffort).help(
                    "write `best-effort`, or `required` to give no tokens unless the identity \
                     provider confirms the person at each refresh"
                );
            }

            /// `[consent]`.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Consent in "consent", plain {
                /// Who asks, on the approval page; the server's title or name when absent.
                name: Option<Str> = optional(LINE);
                /// An https address of a picture, or a `data:image/` URI.
                logo_url: Option<Str> = optional(PICTURE);
                /// Colour of buttons and links as `#rrggbb`; readable on white.
                color: Option<Str> = optional(COLOR_ON_LIGHT);
                /// The same in dark mode; readable on the dark background.
                color_dark: Option<Str> = optional(COLOR_ON_DARK);
                /// Time for which the browser remembers an approval, in seconds; 0 asks every time.
                // Browsers keep a cookie for 400 days at most (RFC 6265bis).
                remember_for: u32 = duration(30 * DAY, (0, 365 * DAY));
                /// Link to the privacy policy.
                privacy_policy_url: Option<Str> = optional(ADDRESS);
                /// Link to the terms of service.
                terms_of_service_url: Option<Str> = optional(ADDRESS);
            }

            /// `[limits]`: requests per minute from one network address that belong to no sign-in and no
            /// grant, more are answered with 429; how long one call may take; and how much one person may
            /// have open.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Limits in "limits", plain {
                /// `POST /register`.
                // Hosted clients register for all their people: 7,500 behind one address within half an hour.
                register: u32 = per_minute(300);
                /// `/authorize` and `/connections`.
                // Each sign-in begins with one request: 15,000 people of an office within half an hour.
                authorize: u32 = per_minute(600);
                /// `POST /token` and `POST /revoke`.
                // What presents no code or token of ours is an error or junk.
                token: u32 = per_minute(600);
                /// `GET /callback`.
                // What comes back without the cookie of its attempt is an error or junk.
                callback: u32 = per_minute(120);
                /// The author's own routes.
                // A sender of webhooks has few addresses, and ten a second are many.
                routes: u32 = per_minute(600);
                /// Longest run of a tool, prompt or resource, in seconds.
                // Clients give up after a minute or a few, and for what takes hours there are tasks.
                tool_timeout: u32 = duration(5 * MINUTE, (1, HOUR));
                /// Life of a task from its creation, and so its longest run, in seconds.
                // A client that was closed overnight finds its result; `ctx.state` keeps things longer.
                task_ttl: u32 = duration(DAY, (MINUTE, 7 * DAY));
                /// Sessions of Streamable HTTP that one person may have.
                // A few clients on a few machines, each with a few windows.
                sessions_per_person: u32 = per_person(64);
                /// Streams of each kind that one person may have open.
                // Fewer than sessions: an open stream keeps an object in memory, which costs by the hour.
                streams_per_person: u32 = per_person(16);
                /// Network ranges of hosted clients, which register for all their users.
                hosted: List<HostedRange> = Networks;
            }

            /// `[audit]`. Every event goes to the Worker's log in any case.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Audit in "audit", mixed {
                /// Sinks of events in addition to the log. The binding of each says what it is called.
                // The keys that name them are among the facts of each.
                sinks: List<AuditSink>;
                (include): List<Str> = texts(AUDIT_PART);
                /// Write the person's e-mail address, too.
                email: bool;
                /// Write the arguments of tool calls, too.
                arguments: bool;
                /// Write each decision before what it allows begins.
                required: bool = flag(false);
            }

            /// `[observability]`.
            #[derive(Debug, Clone, PartialEq, Eq)]
            Observability in "observability", plain {
                /// Record the spans of calls.
                traces: bool = flag(false);
            }
        }
    };
}

macro_rules! structures {
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
        $(#[$about])*
        pub struct $name { $($(#[$doc])* pub $field: $type,)* }
    )*};
}

pub(super) use structures;

sections!(structures);
