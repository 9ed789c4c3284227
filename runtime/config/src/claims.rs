//! Claims that policies never see, whatever an identity provider sends.

/// Claims about the token rather than the person. They are taken out before anything looks at the
/// claims.
pub const TECHNICAL_CLAIMS: [&str; 15] = [
    "iss",
    "aud",
    "azp",
    "exp",
    "nbf",
    "iat",
    "nonce",
    "jti",
    "at_hash",
    "c_hash",
    "s_hash",
    "auth_time",
    "sid",
    "type",
    "identity_nonce",
];

/// All claims of an account at GitHub, which has no id_token: its user name, and its number.
pub const GITHUB_CLAIMS: [&str; 2] = ["login", "id"];

/// Scopes of GitHub, of which one is needed to read the person's addresses.
pub const GITHUB_EMAIL_SCOPES: [&str; 2] = ["user:email", "user"];

/// Scopes of GitHub, of which one is needed to read organizations and teams.
pub const GITHUB_GROUP_SCOPES: [&str; 3] = ["read:org", "write:org", "admin:org"];
