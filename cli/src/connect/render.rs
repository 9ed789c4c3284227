//! A recipe as text and JSON.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::client::Client;
use super::client_file::Machine;
use super::clients::ALL;
use super::entry::Entry;
use super::recipe::Recipe;
use super::write::WriteOutcome;
use crate::{Doing, Result};

/// All ways, one below the other.
pub(super) fn text(recipe: &Recipe, file: Option<&str>) -> String {
    let Recipe { client, name, address, .. } = recipe;
    let mut out = format!("{}: {name} at {address}\n", client.title);
    if let Some(by_hand) = &recipe.by_hand {
        block(&mut out, "In its settings", by_hand);
    }
    for step in &recipe.commands {
        block(&mut out, &format!("In a terminal ({})", step.what), &step.command);
    }
    if let Some(link) = &recipe.link {
        block(&mut out, "As a link to open", link);
    }
    match (&recipe.entry, file) {
        (Some(entry), Some(file)) => {
            block(&mut out, &format!("In {file}, where `--write` puts it"), &entry.fragment());
        }
        (Some(entry), None) if client.is_started => {
            block(&mut out, "In the client's own file", &entry.fragment());
        }
        _ => {}
    }
    let _ = writeln!(out, "\n{}", recipe.then);
    out
}

fn block(out: &mut String, what: &str, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\n{what}:\n");
    for line in text.lines() {
        let _ = writeln!(out, "    {line}");
    }
}

#[derive(Serialize)]
struct Report<'a> {
    client: &'static Client,
    url: &'a str,
    name: &'a str,
    commands: Vec<&'a str>,
    file: Option<&'a Path>,
    fragment: Option<String>,
    link: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<WriteOutcome>,
}

/// One object; what a client does not have is null.
pub(super) fn json(
    recipe: &Recipe,
    file: Option<&Path>,
    outcome: Option<WriteOutcome>,
) -> Result<String> {
    let report = Report {
        client: recipe.client,
        url: recipe.address.as_str(),
        name: &recipe.name,
        commands: recipe.commands.iter().map(|step| step.command.as_str()).collect(),
        file,
        fragment: recipe.entry.as_ref().map(Entry::fragment),
        link: recipe.link.as_deref(),
        outcome,
    };
    let text = serde_json::to_string_pretty(&report).doing(|| "write the recipe".to_owned())?;
    Ok(format!("{text}\n"))
}

#[derive(Serialize)]
struct Known {
    client: &'static Client,
    title: &'static str,
    files: Vec<String>,
}

fn known(machine: Machine) -> Vec<Known> {
    let files = |client: &Client| {
        let places = [false, true].map(|global| (client.file)(global, machine));
        let mut files: Vec<_> = places.into_iter().flatten().map(|place| place.shown()).collect();
        files.dedup();
        files
    };
    let known =
        |client: &&'static Client| Known { client, title: client.title, files: files(client) };
    ALL.iter().map(known).collect()
}

/// The clients, for people.
pub(super) fn clients(machine: Machine) -> String {
    let mut out = "cargo toolgate connect CLIENT, with one of\n\n".to_owned();
    for Known { client, title, files } in known(machine) {
        let files = match files.as_slice() {
            [] => String::new(),
            files => format!("  {}", files.join(", ")),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}", format!("  {:<15} {title:<15}{files}", client.name).trim_end());
    }
    out.push_str("\nsays how to add this server to it; with `--write`, the file says so.\n");
    out
}

/// The clients, for machines.
pub(super) fn clients_json(machine: Machine) -> Result<String> {
    let text =
        serde_json::to_string_pretty(&known(machine)).doing(|| "write the list".to_owned())?;
    Ok(format!("{text}\n"))
}
