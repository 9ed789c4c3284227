//! `cargo toolgate connect`: how to add the server to a client, and doing it.

pub(crate) mod address;
mod client;
mod client_file;
mod clients;
mod entry;
mod json_text;
mod merge;
mod recipe;
mod render;
mod text;
mod write;

use std::path::{Path, PathBuf};

use clap::Args;
use toolgate_config::Config;

use crate::project::Project;
use crate::{Error, Result};

use address::Address;
use client::Client;
use client_file::{ClientFile, Machine};
use clients::ALL;
use recipe::Recipe;
use write::{WriteOutcome, Written};

/// The end of `--help`.
pub const HELP: &str = "\
Without CLIENT the clients are listed, with the files that `--write` changes. Everything else in a file
stays as it is; the former file is kept beside it as FILE.backup. No token is written anywhere: clients
sign in by OAuth.

Exit status: 0 printed, written, or there already; 1 failed, and nothing was written; 2 wrong usage

Examples:
    cargo toolgate connect claude-code
    cargo toolgate connect cursor --url https://my-server.acme.workers.dev --write";

/// Arguments of `cargo toolgate connect`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The client to connect
    #[arg(value_enum)]
    client: Option<&'static Client>,
    /// Address of the server, /mcp being added where it has no path; by default that of the `cargo
    /// toolgate dev` of this folder
    #[arg(long, value_parser = Address::parse)]
    url: Option<Address>,
    /// The client's name for the server; by default the name of its package
    #[arg(long, value_parser = address::name)]
    name: Option<String>,
    /// Write it into the client's file
    #[arg(long, requires = "client")]
    write: bool,
    /// For all your projects, not for the one in this folder
    #[arg(long)]
    global: bool,
    /// Replace what the file says of another server of this name
    #[arg(long, requires = "write")]
    replace: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints how to add the server in or above `folder` to a client, or does it.
///
/// # Errors
///
/// When there is no server and no name is given, when the client cannot reach the address, and when
/// its file cannot be changed.
pub fn run(folder: &Path, arguments: &Arguments) -> Result<()> {
    let machine = Machine::this();
    let Arguments { json, global, replace, .. } = *arguments;
    let Some(client) = arguments.client else {
        print!("{}", if json { render::clients_json(machine)? } else { render::clients(machine) });
        return Ok(());
    };
    let (root, name) = server(folder, arguments.name.as_deref())?;
    let address = match &arguments.url {
        Some(address) => address.clone(),
        None => Address::of_dev(&root),
    };
    let mut recipe = Recipe::of(client, &name, &address, global)?;
    recipe.then.push_str(&scheme(client, folder));
    let place = (client.file)(global, machine);
    if !arguments.write {
        let shown = place.map(ClientFile::shown);
        let file = place.and_then(|place| place.resolve(&root, machine).ok());
        print!(
            "{}",
            if json {
                render::json(&recipe, file.as_deref(), None)?
            } else {
                render::text(&recipe, shown.as_deref())
            }
        );
        return Ok(());
    }
    let (Some(entry), Some(place)) = (&recipe.entry, place) else {
        return Err(no_file(client, global));
    };
    let file = place.resolve(&root, machine)?;
    let written = write::write(entry, &file, replace)?;
    if json {
        print!("{}", render::json(&recipe, Some(&file), Some(written.outcome))?);
    } else {
        report(&recipe, &file, &written);
    }
    Ok(())
}

/// The folder of the server, and what it is called.
fn server(folder: &Path, name: Option<&str>) -> Result<(PathBuf, String)> {
    match (Project::find(folder), name) {
        (Ok(project), Some(name)) => Ok((project.root, name.to_owned())),
        (Ok(Project { root, package, .. }), None) => match address::name(&package) {
            Ok(name) => Ok((root, name)),
            Err(error) => Err(Error::new(format!("`{package}` cannot be its name: {error}"))
                .help("choose one with `--name`")),
        },
        // Whoever only uses a server has no project of it.
        (Err(_), Some(name)) => Ok((folder.to_owned(), name.to_owned())),
        (Err(error), None) => Err(error),
    }
}

/// A client that is connected in a folder, and cannot sign in.
pub(crate) struct Refused {
    /// Its name for people.
    pub(crate) title: &'static str,
    /// Its file in the folder.
    pub(crate) file: String,
    /// The line that `mcp.toml` lacks.
    pub(crate) line: String,
}

/// The first client that is connected in this folder and comes back by a scheme that `mcp.toml` does not
/// list.
pub(crate) fn refused(config: &Config, root: &Path) -> Option<Refused> {
    let machine = Machine::this();
    ALL.iter().find_map(|client| {
        let line = needs_line(config, client.scheme?)?;
        let place = (client.file)(false, machine)?;
        let file = place.resolve(root, machine).ok()?;
        file.is_file().then(|| Refused { title: client.title, file: place.shown(), line })
    })
}

/// The line of `mcp.toml` by which a client with this scheme can sign in, where it is not there.
fn needs_line(config: &Config, scheme: &str) -> Option<String> {
    let schemes = &config.registration.redirect_schemes;
    if schemes.iter().any(|known| known == scheme) {
        return None;
    }
    let schemes = schemes.iter().map(AsRef::as_ref).chain([scheme]);
    let schemes: Vec<_> = schemes.map(|scheme| format!("\"{scheme}\"")).collect();
    Some(format!("`redirect_schemes = [{}]`", schemes.join(", ")))
}

/// The line that the server needs for the client to sign in; empty where it has it, or cannot be asked.
fn scheme(client: &Client, folder: &Path) -> String {
    let Some(scheme) = client.scheme else { return String::new() };
    let config = Project::find(folder).and_then(|project| project.config());
    let line = config.ok().and_then(|checked| needs_line(&checked.config, scheme));
    let text = |line| {
        format!(
            "\n\n{} comes back from the sign-in by a scheme of its own, which any program on a \
             computer can claim.\nAllow it first: write {line} into [registration] of mcp.toml.",
            client.title
        )
    };
    line.map(text).unwrap_or_default()
}

fn no_file(client: &Client, global: bool) -> Error {
    let title = client.title;
    let has_other = (client.file)(false, Machine::this()).is_some();
    let why = if global && has_other {
        format!("{title} keeps the servers for all projects by itself, with other things")
    } else {
        format!("{title} has no file to write")
    };
    let global = if global { " --global" } else { "" };
    Error::new(why).help(format!("do what `cargo toolgate connect {}{global}` prints", client.name))
}

fn report(recipe: &Recipe, file: &Path, written: &Written) {
    let (name, file) = (&recipe.name, file.display());
    match written.outcome {
        WriteOutcome::Unchanged => println!("`{name}` is in {file} already"),
        WriteOutcome::Added => println!("added `{name}` to {file}"),
        WriteOutcome::Replaced => println!("replaced `{name}` in {file}"),
    }
    if let Some(backup) = &written.backup {
        println!("the former file is {}", backup.display());
    }
    println!("\n{}", recipe.then);
}
