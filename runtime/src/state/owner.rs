//! Which object keeps a person's state.

use serde_json::json;
use toolgate_core::seal;

use crate::platform::EnvVars;
use crate::tool::Context;
use toolgate_core::json::to_text;

/// The caller was let in already, so whether the identity provider is fit for the address of the
/// request is not judged again.
const ORIGIN: &str = "http://localhost";

/// The caller's pseudonym. Not their subject key: that one changes with the encryption key,
/// and grants are made anew while state is not. `None` without a caller, and when the settings of the
/// identity provider went missing in the middle of the call.
pub(super) fn of_caller(context: &Context) -> Option<String> {
    // A function that a trigger starts, or a route that asks for no person, has no caller; a person always has
    // a subject. The state of nobody would be everybody's.
    if context.caller().subject.is_empty() {
        return None;
    }
    #[cfg(not(target_arch = "wasm32"))]
    if context.env().bindings().is_some() {
        return Some(seal::sha256(&context.caller().subject));
    }
    let app = context.app()?;
    let provider = app.identity.resolve(&app.config, &EnvVars(context.env()), ORIGIN).ok()?;
    Some(seal::sha256(&to_text(&json!([provider.issuer, context.caller().subject]))))
}
