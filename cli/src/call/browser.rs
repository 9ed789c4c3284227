//! Signing in with the browser of this machine.

use std::io::{IsTerminal, stdin};

use url::Url;
use webbrowser::{Browser, BrowserOptions};

use super::failure::{Failure, Result};
use super::redirect::{Listener, Returned};
use crate::{Error, terminal};

/// Opens the browser, and says the address for those who have theirs elsewhere.
pub(super) fn sign_in(address: &Url, listener: &Listener, state: &str) -> Result<Returned> {
    terminal::note(&format!("Sign in with your browser, at\n{address}"));
    let mut options = BrowserOptions::new();
    options.with_suppress_output(true);
    let opened =
        webbrowser::open_browser_with_options(Browser::Default, address.as_str(), &options);
    if let Err(error) = opened {
        if !stdin().is_terminal() {
            return Err(Failure::unreached(
                Error::new(format!("there is no browser to sign in with: {error}")).help(
                    "set BROWSER to a program that opens an address, or sign in once on a terminal; \
                     against `cargo toolgate dev` use `--as EMAIL`",
                ),
            ));
        }
        terminal::note(&format!("No browser could be opened: {error}"));
    }
    listener.wait(state)
}
