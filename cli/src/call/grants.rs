//! `cargo toolgate grants`: whose grants there are at a deployed server, and their end.

use clap::{Args, Subcommand};
use serde_json::Value;
use toolgate_core::seal::sha256;
use url::{Url, form_urlencoded};

use super::challenge::Challenge;
use super::failure::{Failure, Result};
use super::http::{Http, HttpAnswer};
use super::sign_in;
use super::store::Grant;
use crate::connect::address::Address;
use crate::{Error, terminal};

/// Text at the end of `--help`.
pub const HELP: &str = "\
You sign in each time, and nothing of it is kept: the server takes a sign-in of the last 15 minutes, of somebody
whom the policy of [admin] lets.

Exit status: 0 done, 1 the server refuses it or there is nobody, 2 wrong usage, 3 no connection or not signed in

Examples:
    cargo toolgate grants list --url https://my-server.acme.workers.dev
    cargo toolgate grants list --user ada@acme.com --url https://my-server.acme.workers.dev
    cargo toolgate grants end --user ada@acme.com --url https://my-server.acme.workers.dev
    cargo toolgate grants end --user ada@acme.com --client https://app.example/client.json --url …
    cargo toolgate grants end --everybody --yes --url https://my-server.acme.workers.dev";

/// The server has this length of a client's key.
const KEY_LENGTH: usize = 22;

/// Pages of a list, at most: a server that never comes to an end is broken.
const MOST_PAGES: usize = 10_000;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List people with live grants
    List {
        /// Whose
        #[command(flatten)]
        whose: Whose,
        /// Where
        #[command(flatten)]
        server: Server,
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
    },
    /// End grants: of a person, of a client, of a person with a client, or everybody's
    End {
        /// Whose
        #[command(flatten)]
        whose: Whose,
        /// End everybody's grants
        #[arg(long, conflicts_with_all = ["user", "subject", "client"])]
        everybody: bool,
        /// End your own as well, without being asked
        #[arg(long)]
        yes: bool,
        /// Where
        #[command(flatten)]
        server: Server,
    },
}

/// Whose grants.
#[derive(Debug, Default, Args)]
pub struct Whose {
    /// The person's proven e-mail address
    #[arg(long, value_name = "EMAIL", conflicts_with = "subject")]
    user: Option<String>,
    /// The person's subject at the identity provider
    #[arg(long, value_name = "SUBJECT")]
    subject: Option<String>,
    /// The client's id, or its key as the audit trail has it
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
}

/// The server.
#[derive(Debug, Args)]
pub struct Server {
    /// Address of the server
    #[arg(long, value_parser = Address::parse)]
    url: Address,
    /// Sign in as an account of `cargo toolgate dev`, without a browser
    #[arg(long = "as", value_name = "EMAIL")]
    account: Option<String>,
}

/// Does it, says what went wrong, and gives the exit status.
pub fn run(action: &Action) -> u8 {
    match perform(action) {
        Ok(status) => status,
        Err(Failure { status, error }) => {
            terminal::note(&format!("error: {error}"));
            status
        }
    }
}

fn perform(action: &Action) -> Result<u8> {
    let server = match action {
        Action::List { server, .. } | Action::End { server, .. } => server,
    };
    if let Action::End {
        whose: Whose { user: None, subject: None, client: None },
        everybody: false,
        ..
    } = action
    {
        return Err(Failure::usage(Error::new("nobody is named whose grants are to end").help(
            "add `--user EMAIL`, `--subject SUBJECT` or `--client CLIENT`, or `--everybody`",
        )));
    }
    let url = Url::parse(server.url.as_str()).map_err(|error| Error::new(error.to_string()))?;
    if server.account.is_some() && !server.url.is_local() {
        return Err(Failure::usage(
            Error::new("`--as` is for `cargo toolgate dev`")
                .help("leave it out to sign in with the browser"),
        ));
    }
    let http = Http::new(server.url.is_local());
    let challenge = Challenge { scope: Some("mcp admin".to_owned()), ..Challenge::default() };
    let grant = sign_in::sign_in(&http, &url, server.account.as_deref(), &challenge)?;
    let mut address = url;
    address.set_path("/admin");
    let desk = Desk { http: &http, url: address, grant: &grant };
    let done = match action {
        Action::List { whose, json, .. } => desk.list(whose, *json),
        Action::End { whose, everybody, yes, .. } => desk.end(whose, *everybody, *yes),
    };
    // Nothing of the sign-in is of use any more, unless it has just ended itself.
    let _ = sign_in::revoke(&http, &grant);
    done
}

/// The server's page, by the token.
struct Desk<'a> {
    http: &'a Http,
    url: Url,
    grant: &'a Grant,
}

impl Desk<'_> {
    fn headers(&self) -> String {
        format!("Bearer {}", self.grant.access_token.reveal())
    }

    /// All people that are meant.
    fn people(&self, whose: &Whose) -> Result<Vec<Value>> {
        let search = match whose {
            Whose { user: Some(user), .. } => Some(("address", user)),
            Whose { subject: Some(subject), .. } => Some(("subject", subject)),
            Whose { client: Some(client), .. } => Some(("client", client)),
            _ => None,
        };
        let (mut people, mut after) = (Vec::new(), String::new());
        for _ in 0..MOST_PAGES {
            let mut url = self.url.clone();
            if let Some((by, text)) = search {
                url.query_pairs_mut().append_pair("by", by).append_pair("q", text);
            }
            url.query_pairs_mut().append_pair("after", &after);
            let answer = self
                .http
                .get(&url, &[("authorization", &self.headers()), ("accept", "application/json")])?;
            let page = read(answer)?;
            people.extend(page["people"].as_array().into_iter().flatten().cloned());
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut after),
                None => return Ok(people),
            }
        }
        Err(Failure::refused(Error::new("the pages of people do not end")))
    }

    fn list(&self, whose: &Whose, as_json: bool) -> Result<u8> {
        let mut people = self.people(whose)?;
        people.iter_mut().for_each(|one| keep(one, whose.client.as_deref()));
        people.retain(|one| one["grants"].as_array().is_some_and(|grants| !grants.is_empty()));
        if as_json {
            terminal::json(&Value::Array(people))?;
            return Ok(0);
        }
        for one in &people {
            terminal::line(&format!("{}  {}", text(one, "label"), text(one, "person")))?;
            for grant in one["grants"].as_array().into_iter().flatten() {
                terminal::line(&format!("    {}  {}", text(grant, "name"), text(grant, "client")))?;
            }
        }
        if people.is_empty() {
            terminal::note("nobody is connected, or nobody who is meant");
        }
        Ok(u8::from(people.is_empty()))
    }

    fn end(&self, whose: &Whose, everybody: bool, yes: bool) -> Result<u8> {
        let is_of_person = whose.user.is_some() || whose.subject.is_some();
        if everybody {
            self.act(&[("action", "end-all")], yes)?;
            terminal::note("everybody has to sign in again");
            return Ok(0);
        }
        if let (false, Some(client)) = (is_of_person, &whose.client) {
            self.act(&[("action", "end-client"), ("client", client)], yes)?;
            terminal::note("all connections of the client were ended");
            return Ok(0);
        }
        let mut people = self.people(whose)?;
        people.iter_mut().for_each(|one| keep(one, whose.client.as_deref()));
        let mut count = 0;
        for one in &people {
            let person = one["person"].as_str().unwrap_or_default();
            if whose.client.is_none() {
                self.act(&[("action", "end-person"), ("person", person)], yes)?;
                count += one["grants"].as_array().map_or(0, Vec::len);
                continue;
            }
            for grant in one["grants"].as_array().into_iter().flatten() {
                let id = grant["grant"].as_str().unwrap_or_default();
                self.act(&[("action", "end-grant"), ("person", person), ("grant", id)], yes)?;
                count += 1;
            }
        }
        terminal::note(&format!("ended: {count}"));
        Ok(u8::from(count == 0))
    }

    fn act(&self, fields: &[(&str, &str)], yes: bool) -> Result<()> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        if yes {
            form.append_pair("confirm", "yes");
        }
        let headers = [
            ("authorization", &*self.headers()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        read(self.http.post(&self.url, &headers, form.finish())?).map(drop)
    }
}

/// Leaves a person's grants of a client only, given by id or key.
fn keep(one: &mut Value, client: Option<&str>) {
    let Some(client) = client else { return };
    let mut key = sha256(client);
    key.truncate(KEY_LENGTH);
    if let Some(grants) = one["grants"].as_array_mut() {
        grants.retain(|grant| grant["client"] == client || grant["client"] == key.as_str());
    }
}

/// A text of the server's.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("?")
}

fn read(answer: HttpAnswer) -> Result<Value> {
    let status = answer.status;
    if status == 404 {
        return Err(Failure::refused(
            Error::new("the server has no page for this")
                .help("add `[admin]` to its mcp.toml, and deploy it"),
        ));
    }
    let body = answer.json().unwrap_or_default();
    if status == 200 {
        return Ok(body);
    }
    let said = body["error_description"].as_str().unwrap_or("it does not say why");
    let error = Error::new(format!("the server answers {status}: {said}"));
    Err(Failure::refused(match body["error"].as_str() {
        Some("confirmation_required") => error.help("add `--yes` if that is meant"),
        Some("insufficient_scope") => {
            error.help("sign in as somebody whom the policy of [admin] lets")
        }
        _ => error,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn grants_of_one_client_are_kept_by_its_id_and_by_its_key() {
        let mut key = sha256("https://app.example/client.json");
        key.truncate(KEY_LENGTH);
        for named in ["https://app.example/client.json", &key] {
            let mut one = json!({ "grants": [{ "client": key }, { "client": "other" }] });
            keep(&mut one, Some(named));
            assert_eq!(one["grants"], json!([{ "client": key }]), "{named}");
        }
    }
}
