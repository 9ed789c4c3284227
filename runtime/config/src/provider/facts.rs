//! The facts of an identity provider.

use std::borrow::Cow;

use crate::model::Prompt;

/// The facts of one provider, for whatever reads `mcp.toml` and for the command line.
#[derive(Debug, Clone, Copy)]
pub struct ProviderFacts {
    /// Its name for people.
    pub title: &'static str,
    /// The least lines of `[identity]` that name it, after `provider`.
    pub example: &'static str,
    /// The keys of `[identity]` that it has and not every provider has.
    pub keys: &'static [&'static str],
    /// An entry for one server in its dashboard.
    pub application: &'static str,
    /// The client id, where it has clients.
    pub client_id: Option<ClientId>,
    /// The variable of the client secret by default, where it has one.
    pub client_secret: Option<&'static str>,
    /// The way to its endpoints, which `doctor` takes, too.
    pub addresses: Addresses,
    /// Scopes that are asked for by default; none where it knows no scopes.
    pub scopes: &'static [Cow<'static, str>],
    /// The place for the redirect URI.
    pub redirect_uri: RedirectUri,
    /// The claims that policies may look at.
    pub claims: Claims,
    /// Its knowledge of people, where that is known.
    pub tells: Option<Tells>,
    /// The things to do in its dashboard.
    pub setup: &'static [Step],
    /// The peculiarities of its sign-in and its id_tokens, where it speaks OpenID Connect.
    pub id_tokens: IdTokens,
    /// True where its [`Issuer`] may be one of [`KNOWN_ISSUERS`](super::KNOWN_ISSUERS), which then say more.
    pub has_known_issuers: bool,
}

/// The client id of a server at its provider.
#[derive(Debug, Clone, Copy)]
pub struct ClientId {
    /// The key of `[identity]`.
    pub key: &'static str,
    /// Its name in the provider's dashboard.
    pub title: &'static str,
    /// Its variable by default.
    pub variable: &'static str,
}

/// The way to the endpoints of a provider.
#[derive(Debug, Clone, Copy)]
pub enum Addresses {
    /// `team`, or each address by itself: the keys, and the variable of each by default.
    Each([(&'static str, &'static str); 3]),
    /// `team` alone.
    Team,
    /// The discovery document of an issuer.
    Discovery(Issuer),
    /// Those of GitHub.
    GitHub,
    /// There are none.
    None,
}

/// The issuer whose discovery document has the endpoints.
#[derive(Debug, Clone, Copy)]
pub enum Issuer {
    /// The key `issuer`.
    Named {
        /// An address, for the help.
        example: &'static str,
        /// A name of a variable, for the help.
        variable: &'static str,
    },
    /// The same for everybody.
    Fixed(&'static str),
    /// Built from other keys, or else the key `issuer`.
    Built {
        /// The address, with the name of a key in braces for its value.
        template: &'static str,
        /// The keys, in the order in which a file has them.
        keys: &'static [IssuerKey],
    },
}

/// A key of `[identity]` that is a part of the issuer.
#[derive(Debug, Clone, Copy)]
pub struct IssuerKey {
    /// The key.
    pub name: &'static str,
    /// Its value where it is absent; it is required where there is none.
    pub default: Option<&'static str>,
    /// What it is, for the help.
    pub help: &'static str,
}

/// Peculiarities of a provider's sign-in and of its id_tokens.
#[derive(Debug, Clone, Copy)]
pub struct IdTokens {
    /// The claim that lists groups, or the members on the way to it.
    pub groups: &'static [&'static str],
    /// `prompt` by default: some give a refresh token only after they have asked for consent, and others need
    /// no such question.
    pub prompt: Option<Prompt>,
    /// Further parameters of the sign-in: a name and a value in each line, with a blank between them.
    pub parameters: &'static str,
}

impl IdTokens {
    /// As OpenID Connect has them.
    pub const PLAIN: Self = Self { groups: &["groups"], prompt: None, parameters: "" };
}

/// The place for the redirect URI at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectUri {
    /// It is entered there: the rest of a sentence that begins with "enter it".
    Entered(&'static str),
    /// There is none, and why.
    None(&'static str),
}

/// The claims of a provider's people that policies may look at.
#[derive(Debug, Clone, Copy)]
pub enum Claims {
    /// Those of its tokens, but for the one that lists groups.
    Any,
    /// These alone.
    Only {
        /// Their names.
        names: &'static [&'static str],
        /// The conditions for everything else.
        instead: &'static str,
    },
    /// Nobody has any.
    None,
}

/// A provider's knowledge of the people whom it signs in.
#[derive(Debug, Clone, Copy)]
pub struct Tells {
    /// That an address is proven to be the person's.
    pub addresses: Told,
    /// Groups.
    pub groups: Told,
    /// True where it knows the scope `offline_access`.
    pub has_offline_access: bool,
}

/// When a provider tells something.
#[derive(Debug, Clone, Copy)]
pub enum Told {
    /// Whenever it knows it.
    Always,
    /// When one of these scopes is asked for; the first is the one to recommend.
    WithScope(&'static [&'static str]),
    /// Never, whatever is asked.
    Never,
}

/// One thing to do in a provider's dashboard.
///
/// A text has the values of a server in braces, such as `{redirect_uri}`. One with a value that the server
/// does not have is left out.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// For every server.
    Always(&'static str),
    /// By what is asked for at the sign-in.
    ByScope {
        /// The scope.
        scope: &'static str,
        /// The text where it is asked for.
        asked: &'static str,
        /// The text where it is not.
        otherwise: &'static str,
    },
}
