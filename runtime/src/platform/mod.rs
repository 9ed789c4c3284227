//! Clock, randomness and variables of the Workers platform, behind the core's traits.

pub mod bindings;
pub(crate) mod console;
pub mod host;
#[cfg_attr(not(target_arch = "wasm32"), path = "native/instance.rs")]
pub(crate) mod instance;
#[cfg_attr(not(target_arch = "wasm32"), path = "native/mail.rs")]
pub(crate) mod mail;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod native;
pub(crate) mod outgoing;
pub(crate) mod params;
pub(crate) mod signature;
#[cfg_attr(not(target_arch = "wasm32"), path = "native/span.rs")]
pub(crate) mod span;
#[cfg_attr(not(target_arch = "wasm32"), path = "native/timer.rs")]
pub(crate) mod timer;
pub(crate) mod within;

use toolgate_core::seal::Entropy;
use toolgate_policy::Vars;

use crate::platform::bindings::Env;

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
    crate::platform::native::clock::now().as_secs()
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
        let filled = getrandom::getrandom(buffer);
        assert!(filled.is_ok(), "the Workers platform provides randomness");
    }
}

/// The Worker's variables and secrets.
pub struct EnvVars<'a>(pub &'a Env);

impl Vars for EnvVars<'_> {
    fn var(&self, name: &str) -> Option<String> {
        self.0.var(name).ok().map(|value| value.to_string())
    }
}
