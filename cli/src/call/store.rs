//! Tokens that the command keeps between two calls, by server and account, in a file of the user's.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::secret::Secret;
use crate::{Doing, Error, Result, files};

/// One account at one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) server: String,
    /// The e-mail address of `--as`; none for whoever signs in in the browser.
    pub(super) account: Option<String>,
    /// Resource that the tokens are for (RFC 8707).
    pub(super) resource: String,
    pub(super) client_id: String,
    pub(super) token_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) revocation_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<String>,
    pub(super) access_token: Secret,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<Secret>,
    /// Seconds since 1970, where the server says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<u64>,
}

/// The file. While it is held, no other call changes it: a refresh token is good for one use.
pub(super) struct Store {
    path: PathBuf,
    _lock: File,
    content: Content,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    grants: Vec<Grant>,
}

/// Folder of the file: below `XDG_CONFIG_HOME`, else below `~/.config`.
pub(super) fn folder() -> Result<PathBuf> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CONFIG_HOME")
        .or_else(|| Some(absolute("HOME").or_else(|| absolute("USERPROFILE"))?.join(".config")))
        .map(|folder| folder.join("toolgate"))
        .ok_or_else(|| {
            Error::new("there is no folder to keep tokens in")
                .help("set HOME or XDG_CONFIG_HOME, or keep none with `--no-store`")
        })
}

impl Store {
    /// Waits until no other call holds it.
    pub(super) fn open(folder: &Path) -> Result<Self> {
        create_private(folder)?;
        let path = folder.join("tokens.json");
        let lock = folder.join("tokens.lock");
        let file = File::create(&lock).doing(|| format!("create {}", lock.display()))?;
        file.lock().doing(|| format!("lock {}", lock.display()))?;
        let content = match files::read_if_present(&path)? {
            None => Content::default(),
            Some(text) => serde_json::from_str(&text).map_err(|error| {
                Error::new(format!("{} is broken: {error}", path.display()))
                    .help("remove it; all it costs is signing in again")
            })?,
        };
        Ok(Self { path, _lock: file, content })
    }

    pub(super) fn find(&self, server: &str, account: Option<&str>) -> Option<&Grant> {
        self.content.grants.iter().find(|grant| is_of(grant, server, account))
    }

    pub(super) fn put(&mut self, grant: Grant) -> Result<()> {
        self.content.grants.retain(|old| !is_of(old, &grant.server, grant.account.as_deref()));
        self.content.grants.push(grant);
        self.save()
    }

    pub(super) fn remove(&mut self, server: &str, account: Option<&str>) -> Result<()> {
        self.content.grants.retain(|grant| !is_of(grant, server, account));
        self.save()
    }

    fn save(&self) -> Result<()> {
        let text =
            serde_json::to_string_pretty(&self.content).doing(|| "write tokens".to_owned())?;
        files::write_secret(&self.path, &format!("{text}\n"))
    }
}

fn is_of(grant: &Grant, server: &str, account: Option<&str>) -> bool {
    grant.server == server && grant.account.as_deref() == account
}

fn create_private(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        Error::new(format!("cannot create {}: {error}", folder.display()))
            .help("set XDG_CONFIG_HOME to a folder of yours, or keep no token with `--no-store`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(account: Option<&str>, token: &str) -> Grant {
        Grant {
            server: "https://a.example/mcp".to_owned(),
            account: account.map(str::to_owned),
            resource: "https://a.example/mcp".to_owned(),
            client_id: "client".to_owned(),
            token_endpoint: "https://a.example/token".to_owned(),
            revocation_endpoint: None,
            scope: None,
            access_token: Secret::new(token),
            refresh_token: None,
            expires_at: None,
        }
    }

    #[test]
    fn each_account_has_its_own_token_and_nobody_else_reads_the_file() {
        let folder = std::env::temp_dir().join(format!("toolgate-store-{}", std::process::id()));
        let server = "https://a.example/mcp";
        {
            let mut store = Store::open(&folder).expect("a store");
            store.put(grant(Some("a@x.example"), "one")).expect("written");
            store.put(grant(None, "two")).expect("written");
            store.put(grant(Some("a@x.example"), "three")).expect("written");
        }
        let mut store = Store::open(&folder).expect("a store");
        let token = |store: &Store, account| {
            store.find(server, account).map(|grant| grant.access_token.reveal().to_owned())
        };
        assert_eq!(token(&store, Some("a@x.example")).as_deref(), Some("three"));
        assert_eq!(token(&store, None).as_deref(), Some("two"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.join("tokens.json")).expect("it").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        store.remove(server, None).expect("written");
        assert_eq!(token(&store, None), None);
        assert_eq!(format!("{:?}", Secret::new("three")), "[redacted]");
        fs::remove_dir_all(&folder).expect("it is removed");
    }
}
