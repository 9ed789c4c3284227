//! The identity providers: one list, and the facts of each.
//!
//! A Worker contains the list alone. The facts are for the host: what reads `mcp.toml`, and the command line.

#[cfg(feature = "parse")]
mod access;
#[cfg(feature = "parse")]
mod facts;
#[cfg(feature = "parse")]
mod github;
#[cfg(feature = "parse")]
mod known_issuers;
#[cfg(feature = "parse")]
mod local;
#[cfg(feature = "parse")]
mod openid;
#[cfg(feature = "parse")]
mod presets;

#[cfg(feature = "parse")]
pub use facts::{
    Addresses, Claims, ClientId, IdTokens, Issuer, IssuerKey, ProviderFacts, RedirectUri, Step,
    Tells, Told,
};
#[cfg(feature = "parse")]
pub use known_issuers::{KNOWN_ISSUERS, KnownIssuer};

/// Which kind of identity provider signs people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Cloudflare Access for SaaS, as an OpenID Connect application.
    CloudflareAccess,
    /// Cloudflare Access in front of the Worker: its `Cf-Access-Jwt-Assertion` says who calls.
    CloudflareAccessJwt,
    /// Any OpenID provider, found by OpenID Connect Discovery.
    Oidc,
    /// Microsoft Entra ID.
    Entra,
    /// Google, and Google Workspace.
    Google,
    /// Okta.
    Okta,
    /// Auth0.
    Auth0,
    /// Keycloak.
    Keycloak,
    /// Amazon Cognito.
    Cognito,
    /// GitLab.
    GitLab,
    /// GitHub, as an OAuth application.
    GitHub,
    /// The identity provider of `cargo toolgate dev`; such a build refuses to be deployed.
    Dev,
    /// Nobody: every program on this very machine is let in; such a build refuses to be deployed.
    None,
}

/// The implementation that a provider is spoken to by: a Worker links one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// OpenID Connect as Cloudflare Access for SaaS has it, with each address in the file.
    Access,
    /// The assertion of Cloudflare Access in front of the Worker.
    AccessAssertion,
    /// OpenID Connect, with the addresses in the provider's discovery document.
    OpenIdConnect,
    /// The OAuth and the API of GitHub.
    GitHub,
    /// Nobody is asked.
    Nobody,
}

impl Provider {
    /// Every provider.
    pub const ALL: [Self; 13] = [
        Self::CloudflareAccess,
        Self::CloudflareAccessJwt,
        Self::Oidc,
        Self::Entra,
        Self::Google,
        Self::Okta,
        Self::Auth0,
        Self::Keycloak,
        Self::Cognito,
        Self::GitLab,
        Self::GitHub,
        Self::Dev,
        Self::None,
    ];

    /// Its name in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CloudflareAccess => "cloudflare-access",
            Self::CloudflareAccessJwt => "cloudflare-access-jwt",
            Self::Oidc => "oidc",
            Self::Entra => "entra",
            Self::Google => "google",
            Self::Okta => "okta",
            Self::Auth0 => "auth0",
            Self::Keycloak => "keycloak",
            Self::Cognito => "cognito",
            Self::GitLab => "gitlab",
            Self::GitHub => "github",
            Self::Dev => "dev",
            Self::None => "none",
        }
    }

    /// The implementation that it is spoken to by.
    #[must_use]
    pub const fn protocol(self) -> Protocol {
        match self {
            Self::CloudflareAccess | Self::Dev => Protocol::Access,
            Self::CloudflareAccessJwt => Protocol::AccessAssertion,
            Self::Oidc
            | Self::Entra
            | Self::Google
            | Self::Okta
            | Self::Auth0
            | Self::Keycloak
            | Self::Cognito
            | Self::GitLab => Protocol::OpenIdConnect,
            Self::GitHub => Protocol::GitHub,
            Self::None => Protocol::Nobody,
        }
    }

    /// True where it gives refresh tokens without the scope `offline_access`.
    #[must_use]
    pub const fn always_refreshes(self) -> bool {
        matches!(self, Self::Google | Self::Keycloak | Self::Cognito | Self::GitLab)
    }

    /// True where it is a certain OpenID provider, whose peculiarities are known.
    #[must_use]
    pub const fn is_preset(self) -> bool {
        matches!(self.protocol(), Protocol::OpenIdConnect) && !matches!(self, Self::Oidc)
    }

    /// True where the server is for this very machine, and refuses to be deployed.
    #[must_use]
    pub const fn is_local(self) -> bool {
        matches!(self, Self::Dev | Self::None)
    }

    /// True where people sign in by the server's own OAuth, which gives access tokens their scopes.
    #[must_use]
    pub const fn has_scopes(self) -> bool {
        !matches!(self.protocol(), Protocol::AccessAssertion | Protocol::Nobody)
    }

    /// Everything else that is particular to it.
    #[cfg(feature = "parse")]
    #[must_use]
    pub const fn facts(self) -> &'static ProviderFacts {
        match self {
            Self::CloudflareAccess => &access::FOR_SAAS,
            Self::CloudflareAccessJwt => &access::IN_FRONT,
            Self::Oidc => &openid::ANY,
            Self::Entra => &presets::ENTRA,
            Self::Google => &presets::GOOGLE,
            Self::Okta => &presets::OKTA,
            Self::Auth0 => &presets::AUTH0,
            Self::Keycloak => &presets::KEYCLOAK,
            Self::Cognito => &presets::COGNITO,
            Self::GitLab => &presets::GITLAB,
            Self::GitHub => &github::GITHUB,
            Self::Dev => &local::DEV,
            Self::None => &local::NOBODY,
        }
    }
}
