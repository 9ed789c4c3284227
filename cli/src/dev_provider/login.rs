//! The login page: the accounts of `[[dev.users]]`, one button each.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{escape, page};
use super::parameters::Parameters;
use super::provider::Provider;
use super::user::User;

/// The page. Its form carries the request along; the provider checks it again when it comes back.
pub(super) fn show(provider: &Provider, parameters: &Parameters) -> Response {
    let hidden: String = parameters
        .pairs()
        .map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
        })
        .collect();
    let accounts: String = provider.people().users.iter().enumerate().map(account).collect();
    let empty = "<p>mcp.toml lists nobody under <code>[[dev.users]]</code>.</p>";
    let accounts = if accounts.is_empty() { empty.to_owned() } else { accounts };
    let body = format!(
        "<h1>Sign in</h1><p>This is the dev identity provider of <code>cargo toolgate dev</code>. \
         Choose who you are; nobody asks for a password.</p>\
         <form method=\"post\" action=\"authorization\">{hidden}{accounts}\
         <button name=\"decision\" value=\"deny\">Cancel</button></form>"
    );
    page(StatusCode::OK, "Sign in", &body)
}

fn account((index, user): (usize, &Arc<User>)) -> String {
    let name = user.name.as_deref().unwrap_or(&user.email);
    let groups = if user.groups.is_empty() {
        String::new()
    } else {
        format!(" · {}", escape(&user.groups.join(", ")))
    };
    format!(
        "<button name=\"user\" value=\"{index}\">{}<small>{}{groups}</small></button>",
        escape(name),
        escape(&user.email)
    )
}
