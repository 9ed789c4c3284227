//! Identity providers: what follows from the choice of one.

use super::{Identity, IdentityUpstream, Prompt, Protocol, Setting, Str};

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

/// The power to see the token, beside the hosts: no host has such a name.
const SEES_TOKEN: &str = "token";

impl IdentityUpstream {
    /// The powers that it gives tools, one in each line: the hosts, that functions see the token, and what a token is
    /// exchanged for.
    #[must_use]
    pub fn powers(&self) -> String {
        let token = self.expose.then_some(SEES_TOKEN);
        let hosts = self.hosts.iter().map(AsRef::as_ref);
        let powers: Vec<&str> = hosts.chain(token).chain(self.target.lines()).collect();
        powers.join("\n")
    }
}

impl Identity {
    /// The members on the way to the groups, from the outermost claim.
    pub fn groups_path(&self) -> impl Iterator<Item = &str> {
        self.groups_claim.split('\n')
    }

    /// The claim that lists groups, with a full stop between the members on the way to it.
    #[must_use]
    pub fn groups_name(&self) -> String {
        self.groups_claim.replace('\n', ".")
    }

    /// The time for which the provider can be asked again, by what it is asked for at the sign-in.
    #[must_use]
    pub fn askable(&self) -> Askable {
        match self.provider.protocol() {
            Protocol::AccessAssertion | Protocol::Nobody => Askable::Never,
            Protocol::GitHub => Askable::Always,
            Protocol::Access | Protocol::OpenIdConnect => {
                let always = self.provider.always_refreshes();
                if always || self.scopes.iter().any(|scope| scope == "offline_access") {
                    Askable::Always
                } else {
                    Askable::Briefly
                }
            }
        }
    }
}

/// The time for which the identity provider can be asked again about somebody who signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Askable {
    /// As long as the grant lives.
    Always,
    /// While its access token lives, if it tells for how long that is.
    Briefly,
    /// Never.
    Never,
}

impl Prompt {
    /// The value that is sent: its name, but for `none`.
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
