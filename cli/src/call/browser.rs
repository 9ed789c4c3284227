//! Signing in with the browser of this machine.

use std::env;
use std::io::{IsTerminal, stderr, stdin};

use url::Url;
use webbrowser::{Browser, BrowserOptions};

use super::failure::{Failure, Result};
use super::redirect::{Listener, Returned};
use crate::connect::address::is_loopback;
use crate::{Error, terminal};

/// Opens the browser, and says the address for those who have theirs elsewhere.
pub(super) fn sign_in(address: &Url, listener: &Listener, state: &str) -> Result<Returned> {
    if !stdin().is_terminal()
        && !stderr().is_terminal()
        && !has_browser(|name| env::var_os(name).is_some())
    {
        return Err(no_browser("there is none where nobody sits in front of a screen"));
    }
    terminal::note(&format!("Sign in with your browser, at\n{address}"));
    if is_loopback(address) {
        terminal::note(
            "`--as EMAIL` signs in as an account of `cargo toolgate dev`, without a browser.",
        );
    }
    let mut options = BrowserOptions::new();
    options.with_suppress_output(true);
    let opened =
        webbrowser::open_browser_with_options(Browser::Default, address.as_str(), &options);
    if let Err(error) = opened {
        if !stdin().is_terminal() {
            return Err(no_browser(&error.to_string()));
        }
        terminal::note(&format!("No browser could be opened: {error}"));
    }
    listener.wait(state)
}

/// True if a browser can be there: one that is named, or a desktop. Programs that open addresses
/// are on machines without a screen, too, and say nothing there.
fn has_browser(is_set: impl Fn(&str) -> bool) -> bool {
    const SIGNS: [&str; 4] = ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"];
    cfg!(any(target_os = "macos", windows)) || SIGNS.into_iter().any(is_set)
}

fn no_browser(why: &str) -> Failure {
    Failure::unreached(Error::new(format!("there is no browser to sign in with: {why}")).help(
        "against `cargo toolgate dev` use `--as EMAIL`; else set BROWSER to a program that opens an \
         address, or sign in once on a terminal",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_browser_is_named_or_on_a_desktop() {
        assert!(!has_browser(|_| false));
        for sign in ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"] {
            assert!(has_browser(|name| name == sign), "{sign}");
        }
    }

    #[test]
    fn who_has_no_browser_is_told_of_the_accounts_of_dev() {
        let error = no_browser("none").error.to_string();
        assert!(error.contains("= help: against `cargo toolgate dev` use `--as EMAIL`"), "{error}");
    }
}
