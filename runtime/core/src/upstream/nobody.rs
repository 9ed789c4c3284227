//! `provider = "none"`: a server for the programs on one machine.

use toolgate_policy::Caller;

use super::kept::Kept;
use super::provider::{Provider, SetupError, is_local_server};
use crate::secret::Secret;

/// [`Caller::subject`] and [`Caller::client_id`] of everyone.
const LOCAL: &str = "local";

/// Lets nobody be asked, on this very machine only.
///
/// # Errors
/// The server was reached under any other name.
pub fn resolve(origin: &str) -> Result<Provider, SetupError> {
    if !is_local_server(origin) {
        let problem = "mcp.toml says `provider = \"none\"`, which serves this very machine only; \
                       set [identity] provider";
        return Err(SetupError(vec![problem.to_owned()]));
    }
    Ok(Provider {
        client_id: String::new(),
        client_secret: Secret::new(Vec::new()),
        client_auth: None,
        issuer: String::new(),
        endpoints: None,
        kept: Kept::default(),
        peculiarities: None,
    })
}

/// Whoever calls. Only policies that ask for nothing, like `everyone`, let them pass.
#[must_use]
pub fn caller() -> Caller {
    Caller { subject: LOCAL.to_owned(), client_id: LOCAL.to_owned(), ..Caller::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_provider_only_this_machine_is_served() {
        assert!(resolve("http://localhost:8788").is_ok());
        assert!(resolve("http://[::1]:8788").is_ok());
        for origin in ["https://mcp.example.com", "http://localhost.example.com", "http://10.0.0.1"]
        {
            assert!(resolve(origin).is_err(), "{origin}");
        }
    }
}
