//! The section of connections, in the rows of `sections.rs`.

use super::sections::structures;
use super::{ClientAuth, List, Setting, Str};

/// Hands the section of connections to a macro, as `sections!` does with all others.
#[doc(hidden)]
#[macro_export]
macro_rules! connection_sections {
    ($with:ident) => {
        $with! {
            /// `[connections.<name>]`: a third party at which people connect an account of theirs.
            #[derive(Debug, Clone, PartialEq)]
            Connection in "connections.*", mixed {
                /// The name that `ctx.connection("…")` uses.
                name: Str;
                /// The third party, for people; the name when absent.
                title: Str => |_| shape::line();
                /// The issuer whose metadata lists the endpoints (RFC 8414).
                issuer: Option<Str> = sound(ISSUER);
                /// The authorization endpoint; set it if there is no `issuer`.
                authorization_url: Option<Str> = sound(ADDRESS);
                /// The token endpoint; set it if there is no `issuer`.
                token_url: Option<Str> = sound(ADDRESS);
                /// The revocation endpoint (RFC 7009), if there is no `issuer` and the third party has one.
                revocation_url: Option<Str> = sound(ADDRESS);
                /// OAuth client id at the third party.
                client_id: Setting => |_| shape::setting(shape::line());
                /// Name of the secret in `[secrets]` that holds the client secret; a public client has none.
                client_secret: Option<Str> => |_| shape::pattern(&pattern::variable());
                /// The place of the client secret at the token endpoint; `None`: as the third party wants it.
                client_auth: Option<ClientAuth> = optional_choice();
                /// Scopes asked of the third party.
                scopes: List<Str> = texts(IDENTITY_SCOPE);
                /// Hosts that may get a token of the connection, each perhaps with a port; at least one.
                hosts: List<Str> => |_| shape::list(shape::pattern(&pattern::host()));
                /// The policy that guards it; everybody may connect when absent.
                allow: Option<Str> = sound(LINE);
            }
        }
    };
}

connection_sections!(structures);
