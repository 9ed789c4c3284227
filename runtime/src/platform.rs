//! Clock, randomness and variables of the Workers platform, behind the core's traits.

use toolgate_core::caller::Vars;
use toolgate_core::seal::{Entropy, Keyring};
use worker::{Date, Env};

use crate::app::App;

/// Seconds since 1970.
#[must_use]
pub fn now() -> u64 {
    Date::now().as_millis() / 1000
}

/// `crypto.getRandomValues` of the platform.
#[derive(Debug)]
pub struct PlatformEntropy;

impl Entropy for PlatformEntropy {
    fn fill(&mut self, buffer: &mut [u8]) {
        // Fails only where the platform has no crypto object, and then nothing here is safe to run.
        getrandom::getrandom(buffer).expect("the Workers platform provides randomness");
    }
}

/// The Worker's variables and secrets.
pub struct EnvVars<'a>(pub &'a Env);

impl Vars for EnvVars<'_> {
    fn var(&self, name: &str) -> Option<String> {
        self.0.var(name).ok().map(|value| value.to_string())
    }
}

/// The keys that seal.
pub(crate) fn keyring(app: &App, env: &Env) -> Option<Keyring> {
    Keyring::parse(&EnvVars(env).var(&app.config.tokens.encryption_key)?).ok()
}
