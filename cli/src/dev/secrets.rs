//! What has to stay the same from one start to the next, so that people stay signed in.

use serde::{Deserialize, Serialize};

use crate::idp::random_token;
use crate::tools::Tools;
use crate::{Doing, Result, files};

/// The values that `cargo toolgate dev` invents. They lie in `.toolgate`, which git ignores, and
/// are good for nothing but the server on this machine.
#[derive(Serialize, Deserialize)]
pub(super) struct Secrets {
    pub(super) client_secret: String,
    pub(super) encryption_key: String,
}

impl Secrets {
    /// Those of the last start, or new ones.
    pub(super) fn load(tools: &Tools) -> Result<Self> {
        let path = tools.folder().join("dev-secrets.json");
        // A file that cannot be read is replaced: all it costs is signing in again.
        if let Some(text) = files::read_if_present(&path)?
            && let Ok(found) = serde_json::from_str(&text)
        {
            return Ok(found);
        }
        let secrets = Self { client_secret: random_token(), encryption_key: random_token() };
        let text = serde_json::to_string(&secrets).doing(|| "write secrets".to_owned())?;
        files::write_secret(&path, &text)?;
        Ok(secrets)
    }
}
