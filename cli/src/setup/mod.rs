//! `cargo toolgate setup`: the tools, then what has to be there before a server is deployed.

mod insert;
mod provider;
mod resource;
mod secrets;
mod wrangler;

use std::cell::Cell;
use std::path::PathBuf;

use clap::Args;
use toolgate_config::{Checked, Made, check};

use crate::ask::Consent;
use crate::doctor::ServerUrl;
use crate::migrations::{Database, databases, pending};
use crate::project::Project;
use crate::{Doing, Error, Result, files, sync, toolchain};

use resource::{Owner, Resource};
use secrets::Sources;
use wrangler::Wrangler;

/// Text at the end of `--help`.
pub const HELP: &str = "\
Installs the tools, once for all servers; says what to enter at the identity provider; then lets wrangler make
what storage, [audit] and [wrangler] need, writes the ids into mcp.toml, and sets the secrets. It asks
before each change. Without a terminal and without `--yes` it prints the commands and changes nothing.
What is there already is not made again; an interrupted run is taken up by the next one. Secrets are
neither printed nor on any command line.

Exit status: 0 done, or printed; 1 failed, or a secret has no value; 2 wrong usage

Examples:
    cargo toolgate setup --tools-only
    cargo toolgate setup --print --url https://mcp.example.com
    cargo toolgate setup --env preview
    cargo toolgate setup --yes --vars .prod.vars";

/// Arguments of `cargo toolgate setup`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Install the tools, and stop
    #[arg(long)]
    tools_only: bool,
    /// Address of the deployed server; by default that of its Worker at workers.dev
    #[arg(long, value_name = "https://HOST")]
    url: Option<ServerUrl>,
    /// Environment: `[env.NAME]` of mcp.toml
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// File with the values of secrets, as .dev.vars.example has them
    #[arg(long, value_name = "FILE")]
    vars: Option<PathBuf>,
    /// Answer every question with yes
    #[arg(long)]
    yes: bool,
    /// Print the steps, and do nothing
    #[arg(long, conflicts_with_all = ["yes", "tools_only"])]
    print: bool,
}

/// Does it, or says how it is done.
///
/// # Errors
///
/// When a tool cannot be installed, `mcp.toml` has faults, nobody is logged in, or wrangler fails.
pub fn run(project: &Project, arguments: &Arguments) -> Result<()> {
    if !arguments.tools_only {
        // A fault is told before minutes are spent on tools.
        project.config_in(arguments.env.as_deref())?;
    }
    if !arguments.print {
        project.ensure_lockfile()?;
        toolchain::ensure(&project.workspace)?;
    }
    if arguments.tools_only {
        return Ok(());
    }
    let consent = if arguments.print { Consent::Withheld } else { Consent::of(arguments.yes) };
    let tools = toolchain::tools(&project.workspace);
    let environment = arguments.env.as_deref();
    let has_environments = !project.config()?.environments.is_empty();
    let wrangler = Wrangler { project, tools: &tools, environment, has_environments };
    let changed_settings = Cell::new(false);
    Guide { project, arguments, consent, wrangler, changed_settings }.run()
}

struct Guide<'a> {
    project: &'a Project,
    arguments: &'a Arguments,
    consent: Consent,
    wrangler: Wrangler<'a>,
    /// True once an id was written that `mcp.lock` has, too.
    changed_settings: Cell<bool>,
}

impl Guide<'_> {
    fn run(&self) -> Result<()> {
        let environment = self.arguments.env.as_deref();
        let checked = self.project.config_in(environment)?;
        if checked.config.identity.provider.is_local() {
            let name = checked.config.identity.provider.name();
            println!(
                "Nothing more to set up: a server with `provider = \"{name}\"` is for this machine only."
            );
            println!("`cargo toolgate dev` runs it.");
            return Ok(());
        }
        let worker = self.project.worker(environment)?;
        println!("1. At the identity provider ({})", checked.config.identity.provider.name());
        for step in provider::steps(&checked.config, &self.origin(&worker)) {
            println!("   - {}", step.replace('\n', "\n     "));
        }
        let needed = resource::needed(&checked, Owner { worker: &worker, environment });
        if self.consent == Consent::Withheld {
            self.print(&checked, &needed);
            return Ok(());
        }
        println!("\n2. At Cloudflare");
        self.wrangler.require_login()?;
        self.synchronise()?;
        if needed.is_empty() {
            println!("  the storage needs nothing, and everything of mcp.toml has its id");
        }
        for resource in &needed {
            self.provide(resource)?;
        }
        self.migrate()?;
        note_sinks(&checked);
        note_mail(&checked);
        println!("\n3. Secrets");
        let sources = Sources {
            project: self.project,
            environment,
            file: self.arguments.vars.as_deref(),
            consent: self.consent,
        };
        secrets::set(&self.wrangler, &checked, &sources)?;
        let locked = if self.changed_settings.get() {
            "`cargo toolgate lock`, since mcp.lock has the ids of [wrangler]; then "
        } else {
            ""
        };
        println!(
            "\nNext: {locked}`{}`; `{}` looks at the result",
            self.typed("deploy"),
            self.typed("doctor --url … --vars …")
        );
        Ok(())
    }

    fn origin(&self, worker: &str) -> String {
        let default = || format!("https://{worker}.<your subdomain>.workers.dev");
        self.arguments.url.as_ref().map_or_else(default, ServerUrl::origin)
    }

    /// A command of ours, for the same environment.
    fn typed(&self, command: &str) -> String {
        let environment = self.arguments.env.as_ref().map(|name| format!(" --env {name}"));
        format!("cargo toolgate {command}{}", environment.unwrap_or_default())
    }

    /// The commands, for somebody else to run.
    fn print(&self, checked: &Checked, needed: &[Resource]) {
        println!("\n2. At Cloudflare, after `cargo toolgate wrangler -- login`");
        if needed.is_empty() {
            println!(
                "   - nothing: the storage needs nothing, and everything of mcp.toml has its id"
            );
        }
        for resource in needed {
            println!(
                "   - {}: {} {}",
                resource.typed(&self.wrangler),
                resource.title(),
                resource.purpose
            );
            if let Some(place) = &resource.place {
                println!(
                    "     then write its id as `{}` into {} of mcp.toml",
                    place.key,
                    place.shown()
                );
            }
        }
        if needed.iter().any(|resource| resource.place.is_some()) {
            println!("   - cargo toolgate sync");
        }
        for database in databases(self.project, checked) {
            let title = database.title(self.project);
            println!("   - {}: {title}", self.wrangler.typed(&database.apply()));
        }
        note_sinks(checked);
        note_mail(checked);
        println!("\n3. Secrets");
        for variable in toolgate_config::deploy::variables(checked) {
            let typed = self.wrangler.typed(&["secret", "put", &variable.name]);
            println!("   - {typed}: {}", variable.purpose);
        }
        println!(
            "   or all of them from a file NAME=\"…\": {}",
            self.wrangler.typed(&["secret", "bulk", "FILE"])
        );
        println!(
            "\nNothing was changed. On a terminal `{}` asks before each step; `--yes` does them all.",
            self.typed("setup")
        );
    }

    /// wrangler reads the name of the Worker from it.
    fn synchronise(&self) -> Result<()> {
        for file in sync::generated(self.project, &self.project.config()?)? {
            if !file.is_stale() {
                continue;
            }
            if !self.consent.to(&format!("  {} is not what mcp.toml says: write it", file.name))? {
                return Err(Error::new(format!("{} is not what mcp.toml says", file.name))
                    .help("run `cargo toolgate sync`, then run this again"));
            }
            file.write()?;
            println!("  {} written", file.name);
        }
        Ok(())
    }

    /// Takes what is there, or makes it; its id goes into `mcp.toml`.
    fn provide(&self, resource: &Resource) -> Result<()> {
        let title = resource.title();
        let found = resource.find(&self.wrangler)?;
        let id = match (found, &resource.place) {
            (Some(_), None) => {
                println!("  {title} is there");
                return Ok(());
            }
            (Some((name, id)), Some(_)) => {
                let title = resource.titled(&name);
                let question = format!("  {title} is there: write its id into mcp.toml");
                if !self.consent.to(&question)? {
                    println!("  mcp.toml is as it was");
                    return Ok(());
                }
                id
            }
            (None, _) => {
                let typed = resource.typed(&self.wrangler);
                let question = format!("  {title} {}: run `{typed}`", resource.purpose);
                if !self.consent.to(&question)? {
                    println!("  {title} is not made");
                    return Ok(());
                }
                let id = resource.create(&self.wrangler)?;
                println!("  {title} is made");
                id
            }
        };
        self.keep(resource, &id)
    }

    /// Applies the migrations that the databases lack.
    fn migrate(&self) -> Result<()> {
        let checked = self.project.config_in(self.arguments.env.as_deref())?;
        for database in databases(self.project, &checked) {
            let title = database.title(self.project);
            if !database.has_id {
                println!("  {title}: not applied, since the database is not made yet");
                continue;
            }
            match pending(&self.wrangler.run(&database.list())?) {
                Some(names) if names.is_empty() => println!("  {title}: all are applied"),
                Some(names) => self.apply(&database, &format!("{title}: {}", names.join(", ")))?,
                // Applying them says why.
                None => self.apply(&database, &format!("{title}: those that it lacks"))?,
            }
        }
        Ok(())
    }

    fn apply(&self, database: &Database, what: &str) -> Result<()> {
        let typed = self.wrangler.typed(&database.apply());
        if !self.consent.to(&format!("  {what}: run `{typed}`"))? {
            println!("  {what}: not applied");
            return Ok(());
        }
        self.wrangler.run(&database.apply())?;
        println!("  {what}: applied");
        Ok(())
    }

    /// Writes an id into `mcp.toml`, and what follows from it.
    fn keep(&self, resource: &Resource, id: &str) -> Result<()> {
        let Some(place) = &resource.place else { return Ok(()) };
        let path = self.project.config_file();
        let text = std::fs::read_to_string(&path).doing(|| format!("read {}", path.display()))?;
        let changed = insert::insert(&text, place, id).filter(|text| check(text).is_ok());
        let Some(changed) = changed else {
            println!("  write `{} = \"{id}\"` into {} of mcp.toml", place.key, place.shown());
            return Ok(());
        };
        files::write_like(&path, &changed, &path)?;
        println!("  mcp.toml: {} has {} = \"{id}\"", place.shown(), place.key);
        if place.table.iter().any(|table| table == "wrangler") {
            self.changed_settings.set(true);
        }
        for file in sync::generated(self.project, &self.project.config()?)? {
            if file.is_stale() {
                file.write()?;
            }
        }
        Ok(())
    }
}

/// Says what leads mail to the Worker, which wrangler cannot do.
fn note_mail(checked: &Checked) {
    if checked.triggers.has_email {
        println!(
            "  mail ([email]): after the first deployment, at https://dash.cloudflare.com under Email, Email \
             Routing, give an address the action \"Send to a Worker\""
        );
    }
}

/// Tells of the sinks of `[audit]` that nobody has to make.
fn note_sinks(checked: &Checked) {
    for (sink, target) in &checked.audit_targets {
        let facts = sink.facts();
        if let Made::ByTheFirstEvent(needs) = facts.made {
            let title = facts.kind.list().title;
            println!("  {title} `{target}`: the first event makes it; {needs}");
        }
    }
}
