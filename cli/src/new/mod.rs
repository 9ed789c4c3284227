//! `cargo toolgate new`: a server from one of the templates, which this program has in itself.
//!
//! `cargo generate` makes the same folder of the same files (`tests/template.rs` compares them); it
//! takes minutes to install, and the network, which the first minute should not.

mod ask;
mod name;
mod place;
mod source;
mod template;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::Result;

use ask::Questions;
pub use source::Source;
pub use template::{File, Storage, Template};

/// What `--help` ends with.
pub const HELP: &str = "\
What is not named here is asked on a terminal; elsewhere, and with `--yes`, the template is `access` and
the storage `durable-object`. `cargo generate --path templates/access` makes the same folder.

Exit status: 0 written; 1 failed, and then nothing is written; 2 wrong usage

Examples:
    cargo toolgate new my-server
    cargo toolgate new my-server --template github --storage d1 --yes";

/// What `cargo toolgate new` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Name of the package, the Worker and the new folder
    name: Option<String>,
    /// Who signs people in, and what the server starts with
    #[arg(long, value_enum)]
    template: Option<Template>,
    /// Where grants are kept
    #[arg(long, value_enum)]
    storage: Option<Storage>,
    /// Ask nothing
    #[arg(long)]
    yes: bool,
    /// Where `toolgate` is: its repository or the folder `runtime` in it; by default the repository
    /// that this program was built from, and crates.io where that is gone
    #[arg(long, value_name = "FOLDER")]
    toolgate: Option<PathBuf>,
}

/// What was chosen, by arguments or answers.
struct Choice {
    name: String,
    template: Template,
    storage: Storage,
}

/// Makes a server in a new folder of `parent`.
///
/// # Errors
///
/// When there is something of that name, the name cannot be a package's, `--toolgate` names no
/// repository of Toolgate, or the folder cannot be written to. Then everything is as it was.
pub fn run(parent: &Path, arguments: &Arguments) -> Result<()> {
    let source = match &arguments.toolgate {
        Some(folder) => Source::given(folder)?,
        None => Source::of_this_program(),
    };
    let choice = choose(parent, arguments)?;
    let files = choice.template.files(&choice.name, &source.of(parent), choice.storage)?;
    let repository = place::place(parent, &choice.name, &files)?;
    report(&choice, &source, &repository);
    Ok(())
}

fn choose(parent: &Path, arguments: &Arguments) -> Result<Choice> {
    let asks = !arguments.yes && std::io::stdin().is_terminal();
    let (input, output) = (std::io::stdin(), std::io::stderr());
    let mut questions = asks.then(|| Questions::new(input.lock(), output));
    let name = match (&arguments.name, &mut questions) {
        (Some(name), _) => name.clone(),
        (None, Some(questions)) => questions.text("Name of the server", "my-server")?,
        (None, None) => return Err(name::missing()),
    };
    name::check(&name)?;
    place::refuse_existing(&parent.join(&name))?;
    let template = match (arguments.template, &mut questions) {
        (Some(template), _) => template,
        (None, Some(questions)) => questions.one_of("Template", "Who signs people in?")?,
        (None, None) => Template::default(),
    };
    let storage = match (arguments.storage, &mut questions) {
        (Some(storage), _) => storage,
        (None, Some(questions)) => questions.one_of("Storage", "Where are grants kept?")?,
        (None, None) => Storage::default(),
    };
    Ok(Choice { name, template, storage })
}

fn report(choice: &Choice, source: &Source, repository: &place::Repository) {
    let Choice { name, template, storage } = choice;
    println!("{name}: template `{}`, storage `{}`", template.name(), storage.name());
    if let place::Repository::Failed(why) = repository {
        println!("  no git repository was made: {why}");
    }
    if let Source::Folder(folder) = source {
        println!("  `toolgate` comes from {}, which only this machine has", folder.display());
    }
    println!("\nNext:");
    println!("    cd {name}");
    println!("    cargo toolgate dev        runs it here, with accounts to try");
    println!("    cargo toolgate connect    says how a client is added");
}
