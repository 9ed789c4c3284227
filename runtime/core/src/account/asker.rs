//! The client that asks for an account.
//!
//! A person who connects an account does so for every client that they let use it, and the approval page is where they
//! did. A client that was approved before `mcp.toml` had the connection, or while its title or hosts were others, showed
//! them no such line, so it has to be approved again.

use http::StatusCode;
use toolgate_config::Connection;
use toolgate_policy::{Arguments, Vars};

use super::connect::refuse_for_client;
use crate::audit::Reason;
use crate::mcp::guard::{self, Asking};
use crate::oauth::callback::GrantSubject;
use crate::oauth::context::OAuthContext;
use crate::oauth::grant::Grant;
use crate::reply::Reply;

/// The client's grant as the storage has it now, with its id, and the variables that policies read.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// None where it is gone.
    pub grant: Option<(&'a str, &'a Grant)>,
    /// Source of lists in variables.
    pub vars: &'a dyn Vars,
}

/// True if the person approved the client of this grant with the connection as it is now.
#[must_use]
pub fn has_approved(subject: &GrantSubject, connection: &Connection) -> bool {
    subject.has_approved(&connection.power())
}

/// Judges whether the person may connect an account for this client.
///
/// # Errors
/// The page that says what to do.
pub(super) fn judge(
    oauth: &OAuthContext<'_>,
    connection: &Connection,
    asker: Asker<'_>,
) -> Result<(), Box<Reply>> {
    let title = &connection.title;
    let live = asker.grant.filter(|(_, grant)| grant.is_live(oauth.now));
    let subject = live.and_then(|(id, grant)| GrantSubject::open(oauth.keys, id, &grant.sealed));
    let Some(subject) = subject else {
        let what = "The application that asked is not connected to this server any more.";
        return Err(refuse_for_client(what, Reason::GrantOver));
    };
    if !has_approved(&subject, connection) {
        let what = format!(
            "You approved the application that asked before this server could use {title} accounts as it does now."
        );
        return Err(refuse_for_client(&what, Reason::AccountNotApproved));
    }
    // The arguments of the call are not known here; each use is judged with them.
    let asking = Asking { config: oauth.config, caller: &subject.caller, vars: asker.vars };
    let is_allowed = |policy| guard::allows(asking, policy, Arguments::Unknown);
    if connection.allow.as_deref().is_none_or(is_allowed) {
        return Ok(());
    }
    let what = format!("You may not use a {title} account at this server.");
    Err(super::connect::refuse_person(StatusCode::FORBIDDEN, &what, Reason::PolicyNotMatched))
}
