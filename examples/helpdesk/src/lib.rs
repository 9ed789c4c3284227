//! The help desk of a company, with what a server is made of: tools behind policies, rows in D1, a request in
//! the caller's own name, an account of the caller's elsewhere, a webhook, a cron, a queue, a quota and a task. Who may do what is in `mcp.toml`.

mod alerts;
mod directory;
mod escalation;
mod export;
mod notices;
mod tickets;
mod tracker;

toolgate::serve!();
