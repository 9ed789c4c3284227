//! Requests with whatever signing in they take.

use std::path::PathBuf;

use serde_json::{Map, Value};
use url::Url;

use super::challenge::Challenge;
use super::connection::{Call, Connection, Reply};
use super::failure::{Failure, Result};
use super::http::Http;
use super::store::{Grant, Store};
use super::{question, sign_in};
use crate::{Error, terminal};

/// Rounds of questions of one call.
const MOST_ROUNDS: usize = 10;
/// A server asks for that which the client has not said that it can.
const MISSING_CAPABILITY: i64 = -32021;

pub(super) struct Session<'a> {
    http: &'a Http,
    url: &'a Url,
    account: Option<&'a str>,
    /// File for tokens, unless they are not kept.
    store: Option<PathBuf>,
    connection: Connection<'a>,
    grant: Option<Grant>,
}

impl<'a> Session<'a> {
    /// With the token of an earlier call, if there is one.
    pub(super) fn open(
        http: &'a Http,
        url: &'a Url,
        account: Option<&'a str>,
        store: Option<PathBuf>,
    ) -> Result<Self> {
        let connection = Connection::new(http, url, None);
        let mut session = Self { http, url, account, store, connection, grant: None };
        if let Some(folder) = &session.store {
            let known = Store::open(folder)?.find(url.as_str(), account).cloned();
            session.take(known);
            if session.grant.as_ref().is_some_and(|grant| !sign_in::is_fresh(grant)) {
                session.renew()?;
            }
        }
        Ok(session)
    }

    /// All tools that this account sees.
    pub(super) fn tools(&mut self) -> Result<Vec<Value>> {
        self.all("tools/list", "tools")
    }

    /// Everything of a list, page by page.
    fn all(&mut self, method: &str, key: &str) -> Result<Vec<Value>> {
        /// A server that never comes to an end is broken.
        const MOST_PAGES: usize = 1000;
        let mut found = Vec::new();
        let mut params = Map::new();
        for _ in 0..MOST_PAGES {
            let call = Call { method, params: params.clone(), headers: Vec::new() };
            let result = self.request(&call)?;
            found.extend(result[key].as_array().into_iter().flatten().cloned());
            let Some(cursor) = result["nextCursor"].as_str() else { return Ok(found) };
            params.insert("cursor".to_owned(), cursor.into());
        }
        Err(Failure::refused(Error::new(format!("the answers to {method} do not end"))))
    }

    /// All prompts that this account sees; none where the server has no such thing.
    pub(super) fn prompts(&mut self) -> Result<Vec<Value>> {
        match self.all("prompts/list", "prompts") {
            Err(failure) if failure.is_refusal() => Ok(Vec::new()),
            listed => listed,
        }
    }

    /// The first page of a list that a server need not have, or that the token may not see: then it is
    /// empty. Nobody is sent to the browser for it.
    pub(super) fn listed(&mut self, method: &str, key: &str) -> Result<Vec<Value>> {
        let call = Call { method, params: Map::new(), headers: Vec::new() };
        let Reply::Result(result) = self.connection.request(&call)? else { return Ok(Vec::new()) };
        Ok(result[key].as_array().cloned().unwrap_or_default())
    }

    /// Calls a function, and answers its questions.
    pub(super) fn call(&mut self, mut call: Call<'_>) -> Result<Value> {
        for _ in 0..MOST_ROUNDS {
            let result = self.request(&call)?;
            if result["resultType"] != "input_required" {
                return Ok(result);
            }
            let mut responses = Map::new();
            for (key, asked) in result["inputRequests"].as_object().into_iter().flatten() {
                let method = asked["method"].as_str().unwrap_or_default();
                responses.insert(key.clone(), question::answer(method, &asked["params"])?);
            }
            call.params.insert("inputResponses".to_owned(), responses.into());
            match result.get("requestState") {
                Some(state) => drop(call.params.insert("requestState".to_owned(), state.clone())),
                None => drop(call.params.remove("requestState")),
            }
        }
        Err(Failure::refused(Error::new("the tool does not stop asking")))
    }

    /// Ends what the server keeps of this conversation.
    pub(super) fn close(&self) {
        self.connection.close();
    }

    /// Sends a request; renews the token or signs in, once, where the server wants that.
    fn request(&mut self, call: &Call<'_>) -> Result<Value> {
        let (mut renewed, mut signed_in) = (false, false);
        loop {
            match self.connection.request(call)? {
                Reply::Result(result) => return Ok(result),
                Reply::Error { code: MISSING_CAPABILITY, message } => {
                    return Err(Failure::refused(
                        Error::new(format!("the tool needs what this client has not: {message}"))
                            .help("if it asks a question, run it on a terminal"),
                    ));
                }
                Reply::Error { message, .. } => {
                    return Err(Failure::refused(Error::new(message)));
                }
                Reply::Unauthorized(_) if !renewed && self.renewable() => {
                    renewed = true;
                    self.renew()?;
                }
                Reply::Unauthorized(challenge) if !signed_in => {
                    signed_in = true;
                    self.sign_in(&challenge)?;
                }
                Reply::Unauthorized(_) => {
                    return Err(Failure::unreached(
                        Error::new("the server refuses the token that was given just now").help(
                            "compare the clocks of both: `cargo toolgate doctor` does it for this one",
                        ),
                    ));
                }
                Reply::Forbidden(challenge) => {
                    if signed_in || challenge.error.as_deref() != Some("insufficient_scope") {
                        return Err(Failure::refused(Error::new("the server forbids it (403)")));
                    }
                    signed_in = true;
                    self.step_up(challenge)?;
                }
            }
        }
    }

    fn renewable(&self) -> bool {
        self.grant.as_ref().is_some_and(|grant| grant.refresh_token.is_some())
    }

    fn take(&mut self, grant: Option<Grant>) {
        self.connection.token = grant.as_ref().map(|grant| grant.access_token.clone());
        self.grant = grant;
    }

    /// Renews the token. Another call may have done so meanwhile: a refresh token is good for one use,
    /// so the file stays locked until the new one is in it.
    fn renew(&mut self) -> Result<()> {
        let Some(mine) = self.grant.clone() else { return Ok(()) };
        let Some(folder) = &self.store else {
            let grant = sign_in::renew(self.http, &mine)?;
            self.take(grant);
            return Ok(());
        };
        let mut store = Store::open(folder)?;
        let grant = match store.find(self.url.as_str(), self.account).cloned() {
            Some(other) if other.access_token != mine.access_token => Some(other),
            _ => {
                let grant = sign_in::renew(self.http, &mine)?;
                match &grant {
                    Some(grant) => store.put(grant.clone())?,
                    None => store.remove(self.url.as_str(), self.account)?,
                }
                grant
            }
        };
        if grant.is_none() {
            terminal::note("The sign-in has expired.");
        }
        self.take(grant);
        Ok(())
    }

    fn sign_in(&mut self, challenge: &Challenge) -> Result<()> {
        let grant = sign_in::sign_in(self.http, self.url, self.account, challenge)?;
        if let Some(folder) = &self.store {
            Store::open(folder)?.put(grant.clone())?;
        }
        self.take(Some(grant));
        Ok(())
    }

    /// Signs in for the scopes that are lacking, in addition to those that are there.
    fn step_up(&mut self, mut challenge: Challenge) -> Result<()> {
        let had = self.grant.as_ref().and_then(|grant| grant.scope.clone()).unwrap_or_default();
        let lacking = challenge.scope.unwrap_or_default();
        terminal::note(&format!("The tool needs more: {lacking}"));
        let mut scopes: Vec<_> = had.split_whitespace().collect();
        scopes.extend(
            lacking.split_whitespace().filter(|scope| !had.split(' ').any(|s| s == *scope)),
        );
        challenge.scope = Some(scopes.join(" "));
        self.sign_in(&challenge)
    }
}
