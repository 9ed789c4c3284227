//! `[identity]`: who signs people in.

use super::{List, Setting, Str};
use crate::provider::{Protocol, Provider};

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
    /// The issuer whose discovery document lists them.
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
    /// How we prove who we are at the token endpoint; `None`: as the provider wants it.
    pub client_auth: Option<ClientAuth>,
    /// `prompt` of the sign-in; `None`: what the provider needs for the scopes that are asked for.
    pub prompt: Option<Prompt>,
    /// The id_token claim that lists a person's groups.
    pub groups_claim: Str,
    /// The form of that claim.
    pub groups_format: GroupsFormat,
    /// The member that names a group, where the claim lists objects.
    pub groups_member: Option<Str>,
    /// Clock difference tolerated in `exp`, `nbf` and `iat`, in seconds.
    pub leeway: u32,
}

impl Identity {
    /// Whether the provider can be asked again, by what it is asked for at the sign-in.
    #[must_use]
    pub fn askable(&self) -> Askable {
        match self.provider.protocol() {
            Protocol::AccessAssertion | Protocol::Nobody => Askable::Never,
            Protocol::GitHub => Askable::Always,
            Protocol::Access | Protocol::OpenIdConnect => {
                if self.scopes.iter().any(|scope| scope == "offline_access") {
                    Askable::Always
                } else {
                    Askable::Briefly
                }
            }
        }
    }
}

/// Whether the identity provider can be asked again about somebody who signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Askable {
    /// As long as the grant lives.
    Always,
    /// While its access token lives, if it tells for how long that is.
    Briefly,
    /// Never.
    Never,
}

/// Where the client secret goes (OpenID Connect Core section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// `client_secret_post`.
    Post,
    /// `client_secret_basic`.
    Basic,
}

/// What the provider does before it lets somebody in (OpenID Connect Core section 3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// What it does by itself: the parameter is not sent.
    None,
    /// It asks for consent.
    Consent,
    /// It asks for the password again.
    Login,
    /// It asks for the account.
    SelectAccount,
}

impl Prompt {
    /// Every one, by its name in the file, which is the parameter's value but for `none`.
    pub const ALL: [(&'static str, Self); 4] = [
        ("none", Self::None),
        ("consent", Self::Consent),
        ("login", Self::Login),
        ("select_account", Self::SelectAccount),
    ];

    /// The value that is sent.
    #[must_use]
    pub fn value(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Consent => Some("consent"),
            Self::Login => Some("login"),
            Self::SelectAccount => Some("select_account"),
        }
    }
}

/// The form of the groups claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupsFormat {
    /// A list.
    List,
    /// A list, or one text where there is one group.
    Text,
}
