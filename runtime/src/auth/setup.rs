//! The keys and the identity provider of a deployment.

use std::cell::RefCell;
use std::rc::Rc;

use http::StatusCode;
use serde_json::json;
use toolgate_core::host;
use toolgate_core::page;
use toolgate_core::reply::{self, Reply};
use toolgate_core::seal::Keyring;
use toolgate_core::upstream::kept::Kept;
use toolgate_core::upstream::provider::{self, Provider, SetupError};
use toolgate_policy::Vars;

use crate::platform::EnvVars;
use crate::platform::console::log_error;
use crate::ports::request_context::RequestContext;

/// The keys and the identity provider, which every request needs and no request changes.
pub(crate) struct Setup {
    pub(crate) keys: Keyring,
    /// The identity provider, as far as it is known without asking it.
    pub(crate) provider: Provider,
    origin: String,
    key_text: String,
}

thread_local! {
    /// The last setup, so that variables are resolved once per isolate and not once per request.
    static SETUP: RefCell<Option<Rc<Setup>>> = const { RefCell::new(None) };
}

/// The keys and the identity provider of this deployment.
///
/// # Errors
/// Everything that is missing, at once.
pub(crate) fn setup(request: &RequestContext<'_>) -> Result<Rc<Setup>, SetupError> {
    let vars = EnvVars(request.env);
    let key_text = vars.var(&request.app.config.tokens.encryption_key).unwrap_or_default();
    let known = SETUP.with_borrow(|setup| {
        setup.clone().filter(|s| s.origin == request.origin && s.key_text == key_text)
    });
    if let Some(setup) = known {
        return Ok(setup);
    }
    let setup = Rc::new(resolve(request, key_text)?);
    SETUP.set(Some(Rc::clone(&setup)));
    Ok(setup)
}

fn resolve(request: &RequestContext<'_>, key_text: String) -> Result<Setup, SetupError> {
    let RequestContext { app, origin, .. } = request;
    let mut problems = Vec::new();
    let keys = Keyring::parse(&key_text)
        .map_err(|error| problems.push(format!("{}: {error}", app.config.tokens.encryption_key)));
    let provider = app
        .identity
        .resolve(&app.config, &EnvVars(request.env), origin)
        .map_err(|error| problems.extend(error.0));
    match (keys, provider) {
        (Ok(keys), Ok(mut provider)) => {
            // Where names of functions clash, nothing is served.
            if let Some(named) = (request.named)() {
                provider.kept = Kept::new(&app.config, named.iter().copied());
            }
            Ok(Setup { keys, provider, origin: origin.clone(), key_text })
        }
        _ => Err(SetupError(problems)),
    }
}

/// The reply of a server that is not set up: nobody gets in, and its owner reads why.
pub(crate) fn not_configured(
    request: &RequestContext<'_>,
    error: &SetupError,
    is_page: bool,
) -> Reply {
    if provider::is_elsewhere(&request.app.config, &EnvVars(request.env), &request.origin) {
        return host::misdirected();
    }
    log_error!("the server is not set up: {error}");
    let status = StatusCode::SERVICE_UNAVAILABLE;
    if is_page {
        return page::message(
            status,
            "This server is not set up yet",
            &error.to_string(),
            "If it is yours, set what is missing and try again; until then nobody can sign in.",
        );
    }
    reply::json(
        status,
        &json!({ "error": "temporarily_unavailable", "error_description": error.to_string() }),
    )
}
