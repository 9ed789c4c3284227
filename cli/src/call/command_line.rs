//! Command line of `cargo toolgate call`.

use std::path::PathBuf;

use clap::Args;

use crate::connect::address::Address;

/// Text at the end of `--help`.
pub const HELP: &str = "\
KEY=VALUE becomes what the tool's schema wants; KEY:=JSON is JSON in any case; KEY=@FILE is what a file
says, with KEY=@@TEXT for a text that begins with @. The shell takes quotes away: KEY=\"@FILE\" reads the
file too. Values from elsewhere belong into `--args`, which reads no file. Whoever is not signed in is sent to the browser; what comes back is kept in
~/.config/toolgate/tokens.json, for this user only, by server and account.

Exit status: 0 answered, 1 the tool failed or is not allowed, 2 wrong usage, 3 no connection or not
signed in

Examples:
    cargo toolgate call --list --as employee1@mycompany.com
    cargo toolgate call add a=23 b=19 --as employee1@mycompany.com
    cargo toolgate call --prompt review topic=parsers
    cargo toolgate call --resource 'repo://{project}/{file}' project=public file=README.md
    cargo toolgate call --complete file=READ --resource 'repo://{project}/{file}' project=public
    cargo toolgate call generateImage prompt='a red boat' --output boat.jpg \\
        --url https://my-server.acme.workers.dev";

/// Arguments of `cargo toolgate call`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The tool
    #[arg(required_unless_present_any = ["list", "sign_out", "prompt", "resource", "complete"])]
    pub(super) tool: Option<String>,
    /// Its arguments
    #[arg(value_name = "KEY=VALUE")]
    pub(super) arguments: Vec<String>,
    /// Arguments as a JSON object, `-` being stdin; those written out come over them
    #[arg(long = "args", value_name = "JSON", requires = "tool")]
    pub(super) object: Option<String>,
    /// Get the messages of a prompt
    #[arg(long, value_name = "NAME", conflicts_with_all = ["list", "sign_out", "object"])]
    pub(super) prompt: Option<String>,
    /// Read a resource; `{name}` of a template takes the argument of that name
    #[arg(long, value_name = "URI", conflicts_with_all = ["list", "sign_out", "object", "prompt"])]
    pub(super) resource: Option<String>,
    /// List values that an argument of the prompt or template may have
    #[arg(long, value_name = "NAME=BEGINNING", conflicts_with_all = ["list", "sign_out"])]
    pub(super) complete: Option<String>,
    /// Address of the server, /mcp being added where it has no path; by default that of the `cargo
    /// toolgate dev` of this folder
    #[arg(long, value_parser = Address::parse)]
    pub(super) url: Option<Address>,
    /// Sign in as an account of `cargo toolgate dev`, without a browser
    #[arg(long = "as", value_name = "EMAIL")]
    pub(super) account: Option<String>,
    /// Print the whole result as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Save what is not text: to a file, or into a folder
    #[arg(long, value_name = "PATH", conflicts_with_all = ["list", "sign_out"])]
    pub(super) output: Option<PathBuf>,
    /// List the tools, prompts and resources that the account sees
    #[arg(long, conflicts_with_all = ["tool", "sign_out"])]
    pub(super) list: bool,
    /// Revoke and forget the tokens of the server and account
    #[arg(long, conflicts_with_all = ["tool", "no_store"])]
    pub(super) sign_out: bool,
    /// Neither use nor keep tokens of other calls
    #[arg(long)]
    pub(super) no_store: bool,
}
