//! Clock, randomness and variables of the Workers platform, behind the core's traits.

use toolgate_core::seal::{Entropy, Keyring};
use toolgate_policy::Vars;

use crate::app::App;
use crate::bindings::Env;

/// Seconds since 1970.
#[cfg(target_arch = "wasm32")]
#[must_use]
pub fn now() -> u64 {
    worker::Date::now().as_millis() / 1000
}

/// Seconds since 1970, by the clock of the test that runs, or of the machine.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn now() -> u64 {
    crate::testing::clock::now().as_secs()
}

/// Milliseconds since 1970, by the same clock.
#[cfg(target_arch = "wasm32")]
#[must_use]
pub(crate) fn millis() -> u64 {
    worker::Date::now().as_millis()
}

/// Milliseconds since 1970, by the same clock.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub(crate) fn millis() -> u64 {
    now() * 1000
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
