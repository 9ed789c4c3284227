//! Check that the new Worker finds the objects of the live one: objects of one jurisdiction are not
//! those of another.

use serde_json::Value;
use toolgate_config::deploy::JURISDICTION;
use toolgate_config::{Checked, StorageKind};

use super::wrangler::Wrangler;
use crate::{Error, Result};

/// Name for having no jurisdiction.
const NONE: &str = "none";

impl Wrangler<'_> {
    /// Refuses a Worker that would find nothing of what the live one has kept.
    ///
    /// # Errors
    ///
    /// The live Worker has another jurisdiction, or which it has cannot be told.
    pub fn require_jurisdiction(&self, checked: &Checked) -> Result<()> {
        let storage = &checked.config.storage;
        let wanted = storage.jurisdiction.map_or(NONE, |jurisdiction| jurisdiction.name());
        if wanted != NONE && storage.kind == StorageKind::D1 && checked.storage.id.is_none() {
            return Err(Error::new(format!("the D1 database would not be kept in `{wanted}`")).help(
                "wrangler makes databases without a jurisdiction: `cargo toolgate setup` makes it where \
                 [storage] says, and writes its id there",
            ));
        }
        let live = match self.live_jurisdictions() {
            Ok(live) => live,
            // Nothing can be lost by a Worker that names none and cannot be compared, unless one was
            // taken out of mcp.toml just now.
            Err(_) if wanted == NONE => return Ok(()),
            Err(error) => {
                return Err(Error::new("the jurisdiction of the live Worker cannot be told")
                    .output(error.program_output().to_owned())
                    .help(self.way_out()));
            }
        };
        match live.iter().find(|live| *live != wanted) {
            None => Ok(()),
            Some(live) => {
                let message = format!(
                    "the live Worker keeps its objects in jurisdiction `{live}`, and `[storage]` says \
                     `{wanted}`: every grant, session, task and value of state would be left behind"
                );
                Err(Error::new(message).help(self.way_out()))
            }
        }
    }

    fn way_out(&self) -> String {
        let deploy = self.deploy(" --lose-grants");
        format!("set `jurisdiction` in [storage] back, or, to begin with nothing, run `{deploy}`")
    }

    /// The jurisdictions of the versions that get requests now; none where there is no Worker yet.
    fn live_jurisdictions(&self) -> Result<Vec<String>> {
        let status = match self.json(&["deployments", "status"]) {
            Ok(status) => status,
            Err(error) if says_no_worker(error.program_output()) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let versions = status["versions"].as_array();
        let ids = versions.into_iter().flatten().filter_map(|one| one["version_id"].as_str());
        ids.map(|id| Ok(jurisdiction(&self.json(&["versions", "view", id])?))).collect()
    }
}

/// The jurisdiction that a version has among its variables.
fn jurisdiction(version: &Value) -> String {
    let bindings = version["resources"]["bindings"].as_array();
    let named = bindings.into_iter().flatten().find(|binding| binding["name"] == JURISDICTION);
    named.and_then(|binding| binding["text"].as_str()).unwrap_or(NONE).to_owned()
}

/// Error 10007 of Cloudflare's interface, and what wrangler says by itself.
fn says_no_worker(output: &str) -> bool {
    ["10007", "has no deployments", "does not exist"].iter().any(|words| output.contains(words))
}
