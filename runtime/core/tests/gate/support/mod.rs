//! A server, a client, a browser and an identity provider, all values.

mod browser;
mod configuration;
mod exchange;
mod idp;
mod world;

pub use self::browser::*;
pub use self::configuration::*;
pub use self::exchange::*;
pub use self::idp::*;
pub use self::world::*;

pub const ORIGIN: &str = "https://mcp.example.com";
pub const ISSUER: &str = "https://acme.cloudflareaccess.com/cdn-cgi/access/sso/oidc/app";
pub const REDIRECT: &str = "https://client.example/cb";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
pub const NOW: u64 = 1_800_000_000;
