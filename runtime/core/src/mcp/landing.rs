//! The page at `/`, as far as it tells of functions.

use super::server::Server;
use crate::page::{self, Offer};
use crate::reply::Reply;
use toolgate_policy::EVERYONE;

/// The landing page of a server at this origin, made of this package. It names what everybody who
/// signs in may use.
#[must_use]
pub fn landing(server: &Server<'_>, package: &str, origin: &str) -> Reply {
    let tools = server.tools.iter().map(|it| (it.policy, it.name, it.title, it.description));
    let prompts = server.prompts.iter().map(|it| (it.policy, it.name, it.title, it.description));
    let resources =
        server.resources.iter().map(|it| (it.policy, it.name, it.title, it.description));
    let all = tools.chain(prompts).chain(resources);
    let offers = all.filter(|(policy, ..)| *policy == EVERYONE).map(|(_, name, title, words)| {
        Offer { title: title.unwrap_or(name), description: words.unwrap_or_default() }
    });
    page::landing(server.config, package, origin, offers)
}
