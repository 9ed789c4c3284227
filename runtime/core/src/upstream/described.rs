//! Callers that somebody describes: accounts of `[[dev.users]]`, people of the command line and of the
//! tests of policies. What is said of them is read as a provider's claims are, so that a review judges
//! the caller that the Worker would see.

use serde_json::{Map, Value};
use toolgate_config::Config;
use toolgate_policy::known::Known;
use toolgate_policy::{Caller, is_of_machine};

use crate::secret::Secret;
use crate::upstream::claims::{put_groups, read_caller};
use crate::upstream::kept::Kept;
use crate::upstream::provider::Provider;
use crate::upstream::rejection::Rejection;

/// `sub` of somebody of whom it is not said.
const SUBJECT: &str = "somebody";

/// The client of everybody who is described.
const CLIENT: &str = "described";

/// A person as a provider would describe them.
#[derive(Debug, Clone, Default)]
pub struct Described {
    /// `sub`; empty where it is not said.
    pub subject: String,
    /// E-mail address.
    pub email: Option<String>,
    /// True if the provider says that the address is proven to be theirs.
    pub email_verified: bool,
    /// Entries of the groups claim, whatever that is called.
    pub groups: Vec<String>,
    /// Further claims. One that is also made from a field above is as it is here.
    pub claims: Map<String, Value>,
    /// OAuth scopes of the access token.
    pub scopes: Vec<String>,
    /// The client that they use; empty where it is not said, and then none that a policy names.
    pub client: String,
}

/// The caller that the Worker would see.
///
/// # Errors
/// The Worker would refuse the claims.
pub fn caller(config: &Config, described: Described) -> Result<Caller, Rejection> {
    let Described { subject, email, email_verified, groups, claims: further, scopes, client } =
        described;
    if is_of_machine(&subject) {
        let client_id = CLIENT.to_owned();
        return Ok(Caller {
            subject,
            scopes,
            client_id,
            client: Some(client),
            known: Known::nothing(),
            ..Caller::default()
        });
    }
    let mut claims = Map::new();
    let subject = if subject.is_empty() { SUBJECT.to_owned() } else { subject };
    claims.insert("sub".to_owned(), subject.into());
    if let Some(email) = email {
        claims.insert("email".to_owned(), email.into());
        claims.insert("email_verified".to_owned(), email_verified.into());
    }
    if !groups.is_empty() {
        put_groups(config, &mut claims, groups.into());
    }
    claims.extend(further);
    let provider = Provider {
        client_id: String::new(),
        client_secret: Secret::new(Vec::new()),
        client_auth: None,
        issuer: String::new(),
        endpoints: None,
        kept: Kept::default(),
        peculiarities: None,
    };
    let caller = read_caller(config, &provider, claims)?;
    Ok(Caller { scopes, client_id: CLIENT.to_owned(), client: Some(client), ..caller })
}
