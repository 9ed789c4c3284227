//! The secrets of a deployed server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toolgate_config::Checked;
use toolgate_config::deploy::{self, Variable};
use toolgate_core::seal::Keyring;

use super::wrangler::Wrangler;
use crate::ask::{self, Consent};
use crate::dev_provider::random_key;
use crate::project::Project;
use crate::{Doing, Error, Result, dotenv, files};

/// Sources of values.
pub(super) struct Sources<'a> {
    pub(super) project: &'a Project,
    /// `--env`.
    pub(super) environment: Option<&'a str>,
    /// `--vars`.
    pub(super) file: Option<&'a Path>,
    pub(super) consent: Consent,
}

/// Sets those that the Worker lacks, all of them by one request.
///
/// # Errors
///
/// When wrangler fails, or a value is missing and nobody can be asked; what is known is set then.
pub(super) fn set(wrangler: &Wrangler<'_>, checked: &Checked, sources: &Sources<'_>) -> Result<()> {
    let needed = deploy::variables(checked);
    let there = wrangler.secrets()?;
    let missing: Vec<_> =
        needed.iter().filter(|variable| !there.contains(&variable.name)).collect();
    if missing.is_empty() {
        println!("  all {} are set", needed.len());
        return Ok(());
    }
    let file = read(sources.file)?;
    let (mut values, mut left) = (serde_json::Map::new(), Vec::new());
    for variable in missing {
        match value(checked, variable, &file, sources)? {
            Some(value) => drop(values.insert(variable.name.clone(), value.into())),
            None => left.push(variable.name.as_str()),
        }
    }
    if !values.is_empty() {
        let names = values.keys().cloned().collect::<Vec<_>>().join(", ");
        if sources
            .consent
            .to(&format!("  Set {names} by `{}`", wrangler.typed(&["secret", "bulk"])))?
        {
            let text = serde_json::to_string(&values).doing(|| "write the secrets".to_owned())?;
            wrangler.tell(&["secret", "bulk"], &text)?;
            println!("  set: {names}");
        } else {
            println!("  not set: {names}");
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    let typed = wrangler.typed(&["secret", "put", "NAME"]);
    Err(Error::new(format!("no value for {}", left.join(", ")))
        .help(format!("name a file with them by `--vars FILE`, or run `{typed}` for each")))
}

fn read(file: Option<&Path>) -> Result<BTreeMap<String, String>> {
    let Some(path) = file else { return Ok(BTreeMap::new()) };
    let text = files::read_if_present(path)?.ok_or_else(|| {
        Error::new(format!("there is no {}", path.display()))
            .help("`cp .dev.vars.example FILE` and fill it in")
    })?;
    Ok(dotenv::parse(&text))
}

/// From the file, the person, or made here.
fn value(
    checked: &Checked,
    Variable { name, purpose, .. }: &Variable,
    file: &BTreeMap<String, String>,
    sources: &Sources<'_>,
) -> Result<Option<String>> {
    let is_key = *name == checked.config.tokens.encryption_key;
    let written = file.get(name).map(|value| value.trim().to_owned()).filter(|v| !v.is_empty());
    let value = match written {
        Some(value) => Some(value),
        None if is_key && sources.consent.to(&format!("  {name}: make a new key"))? => {
            return made(sources, name).map(Some);
        }
        None => ask::secret(&format!("  {name} ({purpose})"))?,
    };
    if let Some(value) = value.as_ref().filter(|_| is_key) {
        Keyring::parse(value).map_err(|error| Error::new(format!("{name}: {error}")))?;
    }
    Ok(value)
}

/// A new key, which is kept: Cloudflare shows it to nobody, and a rotation needs it. A run that ended
/// before the key was set finds it there.
fn made(sources: &Sources<'_>, name: &str) -> Result<String> {
    let folder = sources.project.private_folder();
    let path = kept(&folder, name, sources.environment);
    if let Some(key) = files::read_if_present(&path)? {
        return Ok(key.trim().to_owned());
    }
    files::create_ignored_folder(&folder)?;
    let key = random_key();
    files::write_secret(&path, &format!("{key}\n"))?;
    println!(
        "  the new key is in {}: move it to where you keep passwords, nobody can read it back",
        path.display()
    );
    Ok(key)
}

/// Two environments never share a key.
fn kept(folder: &Path, name: &str, environment: Option<&str>) -> PathBuf {
    match environment {
        Some(environment) => folder.join(format!("{name}.{environment}.key")),
        None => folder.join(format!("{name}.key")),
    }
}
