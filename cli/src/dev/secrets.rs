//! Secrets that stay the same from one start to the next, so that people stay signed in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toolgate_config::KnownClient;

use crate::dev_provider::random_token;
use crate::project::Project;
use crate::{Doing, Result, files};

/// The values that `cargo toolgate dev` invents. They lie in `.toolgate`, which git ignores, and
/// are good for nothing but the server on this machine.
#[derive(Serialize, Deserialize)]
pub(super) struct Secrets {
    pub(super) client_secret: String,
    pub(super) encryption_key: String,
    /// The secrets of `[[clients]]`, by the variable that each comes from.
    #[serde(default)]
    pub(super) known_clients: BTreeMap<String, String>,
}

impl Secrets {
    /// Those of the last start, or new ones.
    pub(super) fn load(project: &Project, clients: &[KnownClient]) -> Result<Self> {
        let folder = project.private_folder();
        files::create_ignored_folder(&folder)?;
        let path = folder.join("dev-secrets.json");
        // A file that cannot be read is replaced: all it costs is signing in again.
        let found = files::read_if_present(&path)?;
        let found: Option<Self> = found.and_then(|text| serde_json::from_str(&text).ok());
        let is_complete = found.is_some();
        let mut secrets = found.unwrap_or_else(Self::new);
        let missing: Vec<&str> = clients
            .iter()
            .filter_map(|client| client.secret.as_deref())
            .filter(|name| !secrets.known_clients.contains_key(*name))
            .collect();
        if is_complete && missing.is_empty() {
            return Ok(secrets);
        }
        for name in missing {
            secrets.known_clients.insert(name.to_owned(), random_token());
        }
        let text = serde_json::to_string(&secrets).doing(|| "write secrets".to_owned())?;
        files::write_secret(&path, &text)?;
        Ok(secrets)
    }

    fn new() -> Self {
        Self {
            client_secret: random_token(),
            encryption_key: random_token(),
            known_clients: BTreeMap::new(),
        }
    }
}
