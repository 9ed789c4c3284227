//! Failures of wrangler, with their meaning and remedies.

use super::wrangler::Wrangler;
use crate::Error;

/// Words that come before the names of secrets.
const SECRETS: &str = "required secrets have not been set: ";

/// The failure in our words; in wrangler's own where it is none that is known.
pub(super) fn explained(error: Error, wrangler: &Wrangler<'_>) -> Error {
    let output = error.program_output().to_owned();
    let says = |words: &[&str]| words.iter().any(|words| output.contains(words));
    if says(&[SECRETS]) {
        return secrets(&output, wrangler);
    }
    if says(&[
        "not authenticated",
        "CLOUDFLARE_API_TOKEN environment variable",
        "\"loggedIn\":false",
    ]) {
        return Error::new("wrangler is not signed in to Cloudflare").help(
            "run `cargo toolgate wrangler -- login`, or set CLOUDFLARE_API_TOKEN where nobody can sign in by a \
             browser; `--dry-run` needs neither",
        );
    }
    if says(&["pending Durable Object migration"]) {
        return Error::new(format!("{} has to create its Durable Objects first", wrangler.worker))
            .help(format!("a version cannot do that: run `{}` once", wrangler.deploy("")));
    }
    if says(&["More than one account", "specify an account ID"]) {
        return Error::new("wrangler is signed in to several accounts")
            .output(output)
            .help("set CLOUDFLARE_ACCOUNT_ID, or `account_id` in [wrangler] of mcp.toml");
    }
    if says(&["limits are not supported for the Free plan", "code: 100328"]) {
        return Error::new("Workers Free takes no `limits`")
            .output(output)
            .help("use Workers Paid, or leave out `[wrangler.limits]` and `notifications = true`, whose streams \
                   Workers Free does not hold for more than a few people");
    }
    if says(&["fetch failed", "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT"]) {
        return Error::new("Cloudflare cannot be reached")
            .output(output)
            .help("look at the network and HTTPS_PROXY, then run this again");
    }
    // Of a build that failed, the error has the compiler's first complaints and nothing else.
    if output.starts_with("error") || says(&["Running custom build", "[custom build]"]) {
        return Error::new("the Worker cannot be built").output(output);
    }
    error
}

fn secrets(output: &str, wrangler: &Wrangler<'_>) -> Error {
    let rest = output.split(SECRETS).nth(1).unwrap_or_default();
    let names: Vec<_> = rest
        .split([' ', ',', '\n'])
        .filter(|word| !word.is_empty())
        .take_while(|word| !word.contains(|c: char| c.is_ascii_lowercase()))
        .collect();
    let message = format!("{} lacks secrets: {}", wrangler.worker, names.join(", "));
    let help = if output.contains("does not exist yet") {
        format!(
            "the first time they come with the Worker: write a line NAME=\"value\" for each into a file \
             that git ignores, then `{}`",
            wrangler.deploy(" -- --secrets-file FILE")
        )
    } else {
        let commands = names.iter().map(|name| {
            let command = wrangler.typed(&format!("secret put {name}"));
            format!("`{command}`")
        });
        format!("set them: {}", commands.collect::<Vec<_>>().join(", "))
    };
    Error::new(message).help(help)
}
