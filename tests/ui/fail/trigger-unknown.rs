use toolgate::prelude::*;

#[cron("nihgtly", config = "../config/triggers.toml")]
fn clean() {}

#[queue("mails", config = "../config/triggers.toml")]
fn send(message: String) {
    drop(message);
}

#[email(config = "../config/good.toml")]
fn receive(mail: Email) {
    drop(mail);
}

#[cron("nightly", config = "../config/good.toml")]
fn clean_elsewhere() {}

fn main() {}
