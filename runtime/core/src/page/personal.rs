//! Personal tokens: the form that makes one, and the page that shows it.

use http::StatusCode;
use toolgate_config::Config;

use crate::page::text::name;
use crate::page::{Document, brand, date, escape};
use crate::paths::CONNECTIONS_PATH;
use crate::reply::Reply;

const DAY: u32 = 24 * 60 * 60;

/// The form, for a section of the page of connections. `scopes` are names, each with its meaning.
#[must_use]
pub fn form(csrf: &str, action: &str, lifetime: u32, scopes: &[(&str, &str)]) -> String {
    let scopes: String = scopes
        .iter()
        .map(|(scope, meaning)| {
            format!(
                "<p><label><input type=\"checkbox\" name=\"scope\" value=\"{}\"> {}</label></p>\n",
                escape(scope),
                escape(meaning)
            )
        })
        .collect();
    let lifetime = match lifetime / DAY {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    format!(
        "<details>\n<summary>Make a token for a script</summary>\n\
         <p>A script with the token may do what you may. It is good for {lifetime}, with the groups that you have \
         now, until you revoke it here.</p>\n\
         <form method=\"post\" action=\"{CONNECTIONS_PATH}\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\">\n\
         <p><label>Name of the script <input name=\"name\" maxlength=\"60\" required></label></p>\n{scopes}\
         <button name=\"action\" value=\"{action}\">Make a token</button>\n</form>\n</details>\n",
        escape(csrf)
    )
}

/// The page that shows a token, once.
#[must_use]
pub fn made(config: &Config, script: &str, token: &str, expires: u64) -> Reply {
    let main = format!(
        "<h1>A token for {script}</h1>\n\
         <p class=\"note\" role=\"status\">Copy it now: it is shown this once.</p>\n\
         <p><code id=\"token\">{token}</code></p>\n\
         <p>Send it as <code>Authorization: Bearer …</code> until {until}. Keep it like a password; you revoke it at \
         <a href=\"{CONNECTIONS_PATH}\">your connections</a>.</p>\n",
        script = name(script),
        token = escape(token),
        until = date::day(expires),
    );
    Document {
        status: StatusCode::OK,
        title: &format!("A token for {}", brand::title(config)),
        config: Some(config),
        main,
        has_form: false,
    }
    .into_reply()
}
