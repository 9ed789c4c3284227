//! One run of a server on this machine: the identity provider and the Worker.

use std::net::{Ipv4Addr, TcpListener};

use toolgate_config::{Checked, Config, DevUser};

use super::build::Profile;
use super::secrets::Secrets;
use super::variables;
use super::worker::{Surroundings, Worker};
use crate::dev_provider::{self, Client, Purpose, Running, Server, User};
use crate::project::Project;
use crate::tools::Tools;
use crate::{Error, Result, running};

/// Options for running a server on this machine.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Port of the server.
    pub port: u16,
    /// Profile that the Worker is compiled with.
    pub profile: Profile,
}

/// A server that is up.
pub struct Session {
    provider: Running,
    worker: Worker,
    url: String,
    name: String,
    users: Vec<User>,
    /// Configuration that the Worker's variables were made for.
    config: Config,
}

impl Session {
    /// Starts the identity provider, then the Worker that was built before.
    ///
    /// # Errors
    ///
    /// When the port is taken, or workerd does not start.
    pub async fn start(project: &Project, tools: &Tools, options: Options) -> Result<Self> {
        let Options { port, profile } = options;
        require_free_port(port)?;
        let checked = project.config()?;
        let secrets = Secrets::load(project, &checked.config.clients)?;
        let identity = &checked.config.identity;
        let client = Client {
            id: variables::client_id(identity).to_owned(),
            secret: secrets.client_secret.clone(),
        };
        let users: Vec<_> = checked.dev.users.iter().map(user).collect::<Result<_>>()?;
        let name = worker_name(project, &checked);
        let url = format!("http://localhost:{port}");
        let server = Server {
            commands: commands(&name, &url),
            name: name.clone(),
            url: url.clone(),
            encryption_key: secrets.encryption_key.clone(),
        };
        let groups_claim = identity.groups_claim.to_string();
        let purpose = Purpose { client, users: users.clone(), groups_claim, server };
        // The next port if it is free, so that a restart keeps the issuer.
        let provider = dev_provider::start(port.saturating_add(1), purpose).await?;
        let vars = variables::variables(&checked.config, &provider, &secrets);
        let ai = checked.wrangler.contains_key("ai");
        let surroundings = Surroundings { port, vars: &vars, ai, profile };
        let worker = Worker::start(project, tools, &surroundings, provider.activity()).await?;
        Ok(Self { provider, worker, url, name, users, config: checked.config })
    }

    /// Address of the server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The record of it for other commands.
    pub(crate) fn running(&self) -> running::Running {
        running::Running { url: self.url.clone(), control: self.worker.control().cloned() }
    }

    /// Address of the identity provider.
    pub fn issuer(&self) -> &str {
        self.provider.issuer()
    }

    /// Accounts that can sign in.
    pub fn users(&self) -> &[User] {
        &self.users
    }

    /// Loads the Worker that was built last, and lets the accounts of now sign in. False where what the
    /// Worker's variables are made of has changed, which needs a restart.
    ///
    /// # Errors
    ///
    /// When workerd cannot run it.
    pub async fn reload(&mut self, project: &Project) -> Result<bool> {
        let Checked { config, dev, .. } = project.config()?;
        let users = dev.users.iter().map(user).collect::<Result<Vec<_>>>()?;
        if config.identity != self.config.identity
            || config.clients != self.config.clients
            || config.tokens != self.config.tokens
        {
            return Ok(false);
        }
        if users != self.users {
            self.provider.replace_users(users.clone())?;
            self.users = users;
        }
        self.worker.reload().await?;
        Ok(true)
    }

    /// Starts both again, for what `mcp.toml` says now. What was stored stays.
    ///
    /// # Errors
    ///
    /// As [`Self::start`]; then nothing runs any more.
    pub async fn restart(
        &mut self,
        project: &Project,
        tools: &Tools,
        options: Options,
    ) -> Result<()> {
        self.end().await;
        *self = Self::start(project, tools, options).await?;
        Ok(())
    }

    /// Waits until workerd ends by itself, which it should not.
    ///
    /// # Errors
    ///
    /// Always: why it ended.
    pub async fn ended(&mut self) -> Result<()> {
        self.worker.ended().await
    }

    /// Stops the Worker, then the identity provider.
    pub async fn stop(mut self) {
        self.end().await;
    }

    async fn end(&mut self) {
        self.worker.stop().await;
        self.provider.stop().await;
    }

    /// Text that says where it is and how to connect to it.
    pub fn introduction(&self) -> String {
        let Self { url, name, .. } = self;
        let accounts: Vec<_> = self.users.iter().map(|user| user.email.as_str()).collect();
        let accounts = if accounts.is_empty() {
            "nobody yet: add [[dev.users]]".to_owned()
        } else {
            accounts.join(", ")
        };
        let commands = commands(name, url).join("\n              ");
        let page = self.provider.page();
        let example = self.users.first().map(|user| {
            format!("  Call        cargo toolgate call TOOL key=value --as {}\n", user.email)
        });
        let remote = if variables::is_remote() {
            "  Attention   TOOLGATE_DEV_REMOTE=1: whoever reaches this port, also through a tunnel, \
             is served like you\n"
        } else {
            ""
        };
        format!(
            "\n  Server      {url}/mcp\n  Activity    {page}\n  Accounts    {accounts}\n{remote}\n  \
             Connect     {commands}\n{}\n  Ctrl-C stops it.\n",
            example.unwrap_or_default()
        )
    }
}

/// Commands that add the server to clients.
fn commands(name: &str, url: &str) -> Vec<String> {
    vec![
        format!("claude mcp add --transport http {name} {url}/mcp"),
        format!("npx @modelcontextprotocol/inspector --transport http --server-url {url}/mcp"),
        format!("npx mcp-remote {url}/mcp"),
    ]
}

/// Makes sure that nothing listens on a port of this machine.
///
/// # Errors
///
/// When something does.
pub fn require_free_port(port: u16) -> Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop).map_err(|error| {
        Error::new(format!("port {port} cannot be used: {error}"))
            .help("stop the program that listens there, or choose another port with `--port`")
    })
}

fn user(user: &DevUser) -> Result<User> {
    let describe = |error| Error::new(format!("claims of {}: {error}", user.email));
    let claims = serde_json::to_value(&user.claims).map_err(describe)?;
    Ok(User {
        email: user.email.clone(),
        name: user.name.clone(),
        groups: user.groups.clone(),
        claims: claims.as_object().cloned().unwrap_or_default(),
    })
}

fn worker_name(project: &Project, checked: &Checked) -> String {
    let own = checked.wrangler.get("name").and_then(toml::Value::as_str);
    own.unwrap_or(&project.package).to_owned()
}
