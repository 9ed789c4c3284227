//! The dev identity provider of `cargo toolgate dev` alone, for end-to-end tests that bring their
//! own Worker: says its issuer, and ends with its stdin.
//!
//!   local-idp CLIENT_ID CLIENT_SECRET EMAIL…

use std::process::ExitCode;

use cargo_toolgate::dev_provider::{self, Client, Purpose, Server, User};
use cargo_toolgate::{Doing, Error, Result};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(id), Some(secret)) = (arguments.next(), arguments.next()) else {
        return Err(Error::new("usage: local-idp CLIENT_ID CLIENT_SECRET EMAIL…"));
    };
    let users = arguments.map(|email| User { email, ..User::default() }).collect();
    let purpose = Purpose {
        client: Client { id, secret },
        users,
        groups_claim: "groups".to_owned(),
        // Nobody looks at its page, where the key tells whose pseudonyms are whose.
        server: Server { encryption_key: "0123456789abcdef".repeat(4), ..Server::default() },
    };
    let mut running = dev_provider::start(0, purpose).await?;
    println!("{}", running.issuer());
    let ended =
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    ended.await.doing(|| "wait".to_owned())?.doing(|| "read stdin".to_owned())?;
    running.stop().await;
    Ok(())
}
