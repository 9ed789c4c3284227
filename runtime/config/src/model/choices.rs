//! Values of which a file names one. Each is listed once, with its name in the file.

/// Hands all choices to a macro: the model makes enumerations of them, `parse` reads their names, and
/// the macros write them as constants.
#[doc(hidden)]
#[macro_export]
macro_rules! choices {
    ($with:ident) => {
        $with! {
            /// Where the client secret goes (OpenID Connect Core section 9).
            ClientAuth {
                /// `client_secret_basic`.
                Basic = "basic",
                /// `client_secret_post`.
                Post = "post",
            }

            /// A step of the provider's before it lets somebody in (OpenID Connect Core section 3.1.2.1).
            Prompt {
                /// Its own choice: the parameter is not sent.
                None = "none",
                /// It asks for consent.
                Consent = "consent",
                /// It asks for the password again.
                Login = "login",
                /// It asks for the account.
                SelectAccount = "select_account",
            }

            /// The way in which the provider exchanges a person's access token for one of an API.
            Exchange {
                /// OAuth 2.0 Token Exchange, RFC 8693.
                Rfc8693 = "rfc8693",
                /// The on-behalf-of flow of Microsoft Entra ID.
                EntraObo = "entra-obo",
            }

            /// The form of the groups claim.
            GroupsFormat {
                /// A list.
                List = "list",
                /// A list, or one text where there is one group.
                Text = "text",
            }

            /// The storage of grants.
            StorageKind {
                /// A Durable Object with SQLite: strongly consistent, nothing to create.
                DurableObject = "durable-object",
                /// Workers KV: eventually consistent, so single use is best effort.
                Kv = "kv",
                /// D1: one SQLite database for everybody; strongly consistent by compare-and-set.
                D1 = "d1",
            }

            /// A jurisdiction of Durable Objects and D1, by its name in the file and at Cloudflare.
            Jurisdiction {
                /// The European Union.
                Eu = "eu",
                /// The United States.
                Us = "us",
                /// Data centres that FedRAMP has authorised.
                FedRamp = "fedramp",
            }

            /// The outcome of a refresh that the identity provider did not confirm.
            Recheck {
                /// It gives tokens with the claims known so far, within `max_unconfirmed`.
                BestEffort = "best-effort",
                /// It gives none, and can be tried again.
                Required = "required",
            }

            /// The answer to a call that a policy refuses.
            OnDeny {
                /// As if there were no such function.
                Hide = "hide",
                /// With HTTP 403 `insufficient_scope`, so that a person can sign in as somebody else.
                Challenge = "challenge",
            }

            /// The answer to a call that a quota cannot count, since its object does not answer.
            OnFailure {
                /// It is refused.
                Deny = "deny",
                /// It runs, and is not counted.
                Allow = "allow",
            }
        }
    };
}

macro_rules! enumerations {
    ($(
        $(#[$about:meta])*
        $name:ident { $($(#[$doc:meta])* $value:ident = $text:literal,)* }
    )*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $value,)* }

        impl $name {
            /// Every one, in the order of the documentation.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$value),*];

            /// Its name in the file.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)*
                }
            }
        }
    )*};
}

choices!(enumerations);
