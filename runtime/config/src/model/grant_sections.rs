//! The sections of clients that are known beforehand, and of grants without a consent page, in the rows of
//! `sections.rs`.

use super::sections::structures;
use super::{Condition, List, Str};

/// Hands the sections of grants without a consent page to a macro, as `sections!` does with all others.
#[doc(hidden)]
#[macro_export]
macro_rules! grant_sections {
    ($with:ident) => {
        $with! {
            /// `[[clients]]`: a client that is known beforehand, with a `client_id` of its owner's choice.
            #[derive(Debug, Clone, Default, PartialEq, Eq)]
            KnownClient in "clients", mixed {
                /// `client_id`.
                id: Str = required(
                    CLIENT_ID, "the client sends it as its `client_id`: `id = \"acme-desktop\"`"
                );
                /// Shown on the approval page.
                name: Str = required(
                    LINE, "people approve the client by it: `name = \"Acme Desktop\"`"
                );
                /// Where it may be sent back to; at least one where people sign in for it.
                redirect_uris: List<Str> => |_| shape::list(
                    shape::with(shape::uri(), "maxLength", LONGEST_REDIRECT_URI)
                );
                /// Name of the Worker secret that holds its `client_secret`; without one it is public.
                secret: Option<Str> = optional_secret("ACME_CLIENT_SECRET");
                /// Name of the Worker secret that holds the `client_secret` before this one.
                previous_secret: Option<Str> = optional_secret("ACME_PREVIOUS_SECRET");
                /// Its public keys, as the text of a JSON Web Key Set, for `private_key_jwt`.
                jwks: Option<Str> = sound(JWKS);
                /// Address of its public keys, for `private_key_jwt`.
                jwks_uri: Option<Str> = sound(ADDRESS);
                /// Each of its assertions is good for one request.
                single_use: bool = flag(true);
                /// It may have tokens of its own, without a person (`client_credentials`).
                machine: bool = flag(false);
                /// Scopes that those tokens may have, next to `mcp`.
                scopes: List<Str> = texts(POLICY_SCOPE);
            }

            /// `[[enterprise]]`: an issuer of ID-JAGs, by which a company's identity provider connects its people.
            #[derive(Debug, Clone, Default, PartialEq, Eq)]
            Enterprise in "enterprise", mixed {
                /// `iss` of its ID-JAGs.
                issuer: Str = required(
                    ISSUER, "its ID-JAGs are accepted: `issuer = \"https://acme.okta.com\"`"
                );
                /// The clients that may present them: ids of `[[clients]]`, or addresses of metadata documents.
                clients: List<Str> => |_| shape::list(shape::line());
                /// Address of its keys; found by its discovery document when absent.
                jwks_uri: Option<Str> = sound(ADDRESS);
                /// Algorithms that it signs with; RS256 when empty.
                algorithms: List<Str> = texts(ALGORITHM);
                /// Scopes that its ID-JAGs may give, next to `mcp`.
                scopes: List<Str> = texts(POLICY_SCOPE);
                /// The policy that a person has to pass for a token; everybody may have one when absent.
                allow: Option<Str> = sound(LINE);
                /// The tenant that an ID-JAG has to name.
                tenant: Option<Str> = sound(LINE);
                /// Domains whose e-mail addresses it vouches for.
                domains: List<Str> = texts(DOMAIN);
                /// Its groups and other claims count in policies, though another issuer signs people in.
                claims: bool = flag(false);
                /// Lifetime of an access token, in seconds.
                // The issuer can only stop the next exchange.
                token_ttl: u32 = duration(10 * MINUTE, (MINUTE, HOUR));
                /// Clients that cannot prove themselves may present ID-JAGs.
                allow_public_clients: bool = flag(false);
                /// An `aud` with one more slash is this server, too.
                trailing_slash: bool = flag(false);
                /// MCP clients get access in no other way.
                require: bool = flag(false);
            }

            /// `[[workloads]]`: jobs that prove themselves by the token of the platform that runs them.
            #[derive(Debug, Clone, PartialEq)]
            Workload in "workloads", mixed {
                /// The name that policies use.
                name: Str = required(WORKLOAD_NAME, "policies name it: `name = \"deploy\"`");
                /// `iss` of the platform's tokens.
                issuer: Str = required(
                    ISSUER,
                    "it signs the tokens: `issuer = \"https://token.actions.githubusercontent.com\"`"
                );
                /// `aud` of its tokens: one of these.
                audience: List<Str> => |_| shape::one_or_more(shape::line());
                /// Address of its keys; found by its discovery document when absent.
                jwks_uri: Option<Str> = sound(ADDRESS);
                /// Algorithms that it signs with; RS256 when empty.
                algorithms: List<Str> = texts(ALGORITHM);
                /// What the claims of the token have to be.
                when: Condition => |schema| schema.section("workloads.when", &["claims"]);
                /// Scopes that it may have, next to `mcp`.
                scopes: List<Str> = texts(POLICY_SCOPE);
                /// Lifetime of an access token, in seconds.
                token_ttl: u32 = duration(10 * MINUTE, (MINUTE, HOUR));
                /// Each token of the platform is good for one exchange.
                single_use: bool = flag(false);
            }
        }
    };
}

grant_sections!(structures);
