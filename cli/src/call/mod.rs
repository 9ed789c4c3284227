//! `cargo toolgate call`: signs in and calls a tool, for scripts and for trying a server out.
// What a server says reaches the terminal through `crate::terminal` only.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod arguments;
mod browser;
mod challenge;
mod command_line;
mod connection;
mod discovery;
mod failure;
pub mod grants;
mod http;
mod list;
mod local;
mod others;
mod output;
mod question;
mod redirect;
mod secret;
mod server;
mod session;
mod sign_in;
mod sse;
mod store;

use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value, json};
use toolgate_config::nearest;
use url::Url;

use crate::connect::address::Address;
use crate::{Doing, Error, terminal};

pub use command_line::{Arguments, HELP};

use connection::{Call, header_value};
use failure::{Failure, Result};
use http::Http;
use list::name_of;
use session::Session;
use store::Store;

/// Does it, says what went wrong, and gives the exit status.
pub fn run(folder: &Path, arguments: &Arguments) -> u8 {
    match answer(folder, arguments) {
        Ok(status) => status,
        Err(Failure { status, error }) => {
            terminal::note(&format!("error: {error}"));
            status
        }
    }
}

fn answer(folder: &Path, arguments: &Arguments) -> Result<u8> {
    if arguments.complete.is_some() && arguments.prompt.is_none() && arguments.resource.is_none() {
        return Err(Failure::usage(
            Error::new("`--complete` needs to know of what")
                .help("add `--prompt NAME` or `--resource TEMPLATE`"),
        ));
    }
    let address = match &arguments.url {
        Some(address) => address.clone(),
        None => Address::of_dev(folder),
    };
    let account = arguments.account.as_deref();
    if account.is_some() && !address.is_local() {
        return Err(Failure::usage(
            Error::new(format!("`--as` is for `cargo toolgate dev`, and {address} is not here"))
                .help("leave out `--as` to sign in with the browser"),
        ));
    }
    let url = Url::parse(address.as_str()).map_err(|error| Error::new(error.to_string()))?;
    let http = Http::new(address.is_local());
    if arguments.url.is_none() {
        server::require_own(&http, &url, folder)?;
    }
    if arguments.sign_out {
        return sign_out(&http, &url, account).map(|()| 0);
    }
    let store = if arguments.no_store { None } else { Some(store::folder()?) };
    let base = base(arguments.object.as_deref())?;
    let mut session = Session::open(&http, &url, account, store)?;
    let status = match arguments {
        Arguments { complete: Some(typed), .. } => others::complete(&mut session, typed, arguments),
        Arguments { prompt: Some(name), .. } => others::prompt(&mut session, name, arguments),
        Arguments { resource: Some(uri), .. } => others::resource(&mut session, uri, arguments),
        Arguments { tool: Some(tool), .. } => call(&mut session, tool, arguments, base),
        _ => list(&mut session, arguments.json),
    };
    session.close();
    status
}

fn list(session: &mut Session<'_>, as_json: bool) -> Result<u8> {
    let lists = list::all(session)?;
    if as_json {
        terminal::json(&Value::Object(lists))?;
    } else {
        terminal::line(&list::text(&lists))?;
    }
    Ok(0)
}

fn call(
    session: &mut Session<'_>,
    name: &str,
    arguments: &Arguments,
    base: Map<String, Value>,
) -> Result<u8> {
    let tools = session.tools()?;
    // A server does not list what an account may not call. It is asked nevertheless: it alone knows
    // why, and it alone decides.
    let tool = tools.iter().find(|tool| name_of(tool) == name);
    let schema = tool.map(|tool| &tool["inputSchema"]);
    let values = arguments::build(schema, &arguments.arguments, base)?;
    let mut headers = Vec::new();
    if let Some(schema) = schema {
        mirrored(schema, &values, &mut headers);
    }
    let params = json!({"name": name, "arguments": values, "_meta": {"progressToken": 1}});
    let Value::Object(params) = params else { return Ok(1) };
    let result =
        session.call(Call { method: "tools/call", params, headers }).map_err(|failure| {
            if tool.is_none() && failure.status == 1 {
                unlisted(failure, name, &tools)
            } else {
                failure
            }
        })?;
    let failed = result["isError"] == true;
    if arguments.json {
        terminal::json(&result)?;
    } else if failed {
        terminal::note(&output::text(&result));
    } else {
        output::content(&result, arguments.output.as_deref())?;
    }
    Ok(u8::from(failed))
}

/// Adds what the account could have meant.
fn unlisted(failure: Failure, name: &str, tools: &[Value]) -> Failure {
    let names = tools.iter().map(name_of);
    let help = match nearest(name, names.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if tools.is_empty() => "this account sees no tools".to_owned(),
        None => format!("this account sees {}", names.collect::<Vec<_>>().join(", ")),
    };
    Failure { error: failure.error.help(help), ..failure }
}

/// The headers that repeat arguments (`x-mcp-header` of the schema).
fn mirrored(schema: &Value, values: &Map<String, Value>, headers: &mut Vec<(String, String)>) {
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        match (values.get(key), field["x-mcp-header"].as_str()) {
            (Some(Value::Object(values)), _) => mirrored(field, values, headers),
            (None | Some(Value::Null), _) | (_, None) => {}
            (Some(value), Some(header)) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                headers.push((format!("mcp-param-{header}"), header_value(&text)));
            }
        }
    }
}

/// The arguments of `--args`.
fn base(object: Option<&str>) -> Result<Map<String, Value>> {
    let text = match object {
        None => return Ok(Map::new()),
        Some("-") => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .doing(|| "read stdin".to_owned())
                .map_err(Failure::usage)?;
            text
        }
        Some(text) => text.to_owned(),
    };
    serde_json::from_str(&text)
        .map_err(|error| Failure::usage(Error::new(format!("`--args` is no JSON object: {error}"))))
}

fn sign_out(http: &Http, url: &Url, account: Option<&str>) -> Result<()> {
    let mut store = Store::open(&store::folder()?)?;
    let Some(grant) = store.find(url.as_str(), account).cloned() else {
        terminal::note(&format!("nobody is signed in at {url}"));
        return Ok(());
    };
    let revoked = sign_in::revoke(http, &grant);
    store.remove(url.as_str(), account)?;
    revoked.map_err(|Failure { status, error }| Failure {
        status,
        error: Error::new(format!(
            "the tokens are forgotten, but not revoked: {}",
            error.message()
        ))
        .help("end the connection at the server's page /connections"),
    })?;
    terminal::note(&format!("signed out at {url}"));
    Ok(())
}
