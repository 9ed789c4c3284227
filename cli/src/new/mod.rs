//! `cargo toolgate new`: a server from one of the templates, which this program has in itself.
//!
//! `cargo generate` makes the same folder of the same files (`tests/template.rs` compares them); it
//! takes minutes to install, and the network, which the first minute should not.

mod alias;
mod ask;
mod name;
mod place;
mod provider;
mod source;
mod template;
mod workspace;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;
use toolgate_config::Provider;

use crate::{Result, check};

use ask::Questions;
pub use source::Source;
pub use template::{File, Storage, Template};
use workspace::{Membership, Outer};

/// Text at the end of `--help`.
pub const HELP: &str = "\
Inside a workspace whose `members` take the new folder in, it asks whether the folder becomes a member or
is excluded there; elsewhere than on a terminal `--workspace` has to say it, and `--yes` excludes.
What is not named here is asked on a terminal; elsewhere, and with `--yes`, the template is `access` and
the storage `durable-object`. With `--yes` the name is `my-server` by default.

Exit status: 0 written; 1 failed, and then nothing is written; 2 wrong usage

Examples:
    cargo toolgate new my-server
    cargo toolgate new my-server --template github --storage d1 --yes
    cargo toolgate new my-server --provider entra --yes";

/// Name of a server that is given none.
const DEFAULT_NAME: &str = "my-server";

/// Arguments of `cargo toolgate new`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Name of the package, the Worker and the new folder
    name: Option<String>,
    /// Identity provider, and the functions to start with
    #[arg(long, value_enum)]
    template: Option<Template>,
    /// Identity provider in the place of the template's: cloudflare-access, oidc, entra, google, okta, auth0,
    /// keycloak, cognito, gitlab or github
    #[arg(long, value_parser = provider::parse, conflicts_with = "template")]
    provider: Option<Provider>,
    /// Storage for grants
    #[arg(long, value_enum)]
    storage: Option<Storage>,
    /// Ask nothing
    #[arg(long)]
    yes: bool,
    /// Folder of `toolgate`: its repository or `runtime` in it; by default the repository that this
    /// program was built from
    #[arg(long, value_name = "FOLDER")]
    toolgate: Option<PathBuf>,
    /// Address of Toolgate's repository, from where CI gets it too
    #[arg(long, value_name = "URL", requires = "rev", conflicts_with = "toolgate")]
    git: Option<String>,
    /// Commit of that repository, all 40 digits
    #[arg(long, value_name = "COMMIT", requires = "git")]
    rev: Option<String>,
    /// Relation to a workspace around the new folder
    #[arg(long, value_enum)]
    workspace: Option<Membership>,
}

/// Choices, by arguments or answers.
struct Choice {
    name: String,
    template: Template,
    /// The provider in the place of that of the template.
    provider: Option<Provider>,
    storage: Storage,
    /// A workspace that takes it in, and what becomes of that.
    outer: Option<(Outer, Membership)>,
}

/// Makes a server in a new folder of `parent`.
///
/// # Errors
///
/// When there is something of that name, the name cannot be a package's, `--toolgate` names no
/// repository of Toolgate, `cargo toolgate` is an alias in `parent`, or it cannot be written to. Then everything is as it was.
pub fn run(parent: &Path, arguments: &Arguments) -> Result<()> {
    alias::refuse(parent)?;
    let source = match (&arguments.toolgate, &arguments.git, &arguments.rev) {
        (Some(folder), ..) => Source::given(folder)?,
        (None, Some(url), Some(commit)) => Source::pinned(url, commit)?,
        _ => Source::of_this_program()?,
    };
    let choice = choose(parent, arguments)?;
    let mut files =
        choice.template.files(&choice.name, &source.of(parent), choice.storage, choice.provider)?;
    let of_the_root = match choice.outer {
        Some((_, Membership::Member)) => Some(Outer::adopt(&mut files)),
        _ => None,
    };
    let repository = place::place(parent, &choice.name, &files)?;
    if let Some((outer, Membership::Exclude)) = &choice.outer {
        outer.exclude()?;
    }
    report(&choice, &source, &repository, of_the_root.as_deref());
    Ok(())
}

fn choose(parent: &Path, arguments: &Arguments) -> Result<Choice> {
    let asks = !arguments.yes && std::io::stdin().is_terminal();
    let (input, output) = (std::io::stdin(), std::io::stderr());
    let mut questions = asks.then(|| Questions::new(input.lock(), output));
    let name = match (&arguments.name, &mut questions) {
        (Some(name), _) => name.clone(),
        (None, Some(questions)) => questions.text("Name of the server", DEFAULT_NAME)?,
        (None, None) if arguments.yes => DEFAULT_NAME.to_owned(),
        (None, None) => return Err(name::missing()),
    };
    name::check(&name)?;
    place::refuse_existing(&parent.join(&name))?;
    let given = arguments.provider.map(provider::template).or(arguments.template);
    let template = match (given, &mut questions) {
        (Some(template), _) => template,
        (None, Some(questions)) => questions.one_of("Template", "Who signs people in?")?,
        (None, None) => Template::default(),
    };
    let storage = match (arguments.storage, &mut questions) {
        (Some(storage), _) => storage,
        (None, Some(questions)) => questions.one_of("Storage", "Where are grants kept?")?,
        (None, None) => Storage::default(),
    };
    let outer = match Outer::around(&parent.join(&name)) {
        None => None,
        Some(outer) => {
            let membership = match (arguments.workspace, &mut questions) {
                (Some(membership), _) => membership,
                (None, Some(questions)) => questions.one_of("Workspace", &outer.question())?,
                (None, None) if arguments.yes => Membership::Exclude,
                (None, None) => return Err(outer.undecided()),
            };
            outer.check(membership)?;
            Some((outer, membership))
        }
    };
    Ok(Choice { name, template, provider: arguments.provider, storage, outer })
}

fn report(
    choice: &Choice,
    source: &Source,
    repository: &place::Repository,
    of_the_root: Option<&str>,
) {
    let Choice { name, template, provider, storage, outer } = choice;
    let provider = provider.map(|one| format!(", provider `{}`", one.name())).unwrap_or_default();
    println!("{name}: template `{}`{provider}, storage `{}`", template.name(), storage.name());
    if let place::Repository::Failed(why) = repository {
        println!("  no git repository was made: {why}");
    }
    if let Source::Folder(folder) = source {
        println!("  `toolgate` comes from {}, which only this machine has", folder.display());
        println!("  CI needs a commit: `--git URL --rev COMMIT`, or the same in Cargo.toml");
    }
    if let Some((outer, membership)) = outer {
        let manifest = outer.manifest().display();
        match (membership, of_the_root) {
            (Membership::Exclude, _) => println!("  {manifest} excludes it now"),
            (Membership::Member, root) => {
                println!("  it is a member of {manifest}, which needs for it:\n");
                println!("{}\n", root.unwrap_or_default());
                println!(
                    "  then: cargo update -p idna_adapter --precise {}",
                    check::SMALL_IDNA_ADAPTER
                );
            }
        }
    }
    println!("\nNext:");
    println!("    cd {name}");
    println!("    cargo toolgate dev        runs it here, with accounts to try");
    println!("    cargo toolgate connect    says how a client is added");
}
