//! The approval page.

use http::StatusCode;
use toolgate_config::Config;
use url::Url;

use crate::host::is_loopback;
use crate::page::{document, escape};
use crate::reply::Reply;

/// What the page shows and what its form carries.
#[derive(Debug)]
pub struct ConsentPage<'a> {
    /// The client's own name; anyone can claim any name.
    pub client_name: &'a str,
    /// The client's web site, when it gave one.
    pub client_uri: Option<&'a str>,
    /// Where this very request will send the person back to.
    pub redirect_uri: &'a str,
    /// Scopes in words.
    pub scopes: Vec<&'a str>,
    /// Handle of the attempt; names the cookie that holds the request.
    pub attempt: &'a str,
    /// Proof that the form comes from this page.
    pub csrf: &'a str,
    /// Origin of the identity provider, where the form leads to.
    pub provider_origin: &'a str,
}

/// The page that asks a person to allow or deny a client.
#[must_use]
pub fn consent(config: &Config, page: &ConsentPage<'_>) -> Reply {
    let server = config.server.title.as_ref().unwrap_or(&config.server.name);
    let target = Url::parse(page.redirect_uri).ok();
    let host = target.as_ref().and_then(Url::host_str).unwrap_or(page.redirect_uri);
    let body = format!(
        "<h1>Allow {client} to use {server}?</h1>\n{description}\
         <dl>\n<dt>Application</dt><dd>{client}{site}</dd>\n\
         <dt>You will be sent to</dt><dd><strong>{host}</strong><br><span class=\"soft\">{uri}</span></dd>\n\
         <dt>It will be able to</dt><dd><ul>{scopes}</ul></dd>\n</dl>\n{warning}\
         <p class=\"soft\">After you allow it you sign in; what you may do here is decided by your \
         account.</p>\n{form}{links}",
        client = escape(page.client_name),
        server = escape(server),
        description = config
            .server
            .description
            .as_ref()
            .map(|text| format!("<p>{}</p>\n", escape(text)))
            .unwrap_or_default(),
        site = page
            .client_uri
            .map(|uri| format!("<br><span class=\"soft\">{}</span>", escape(uri)))
            .unwrap_or_default(),
        host = escape(host),
        uri = escape(page.redirect_uri),
        scopes = page.scopes.iter().map(|s| format!("<li>{}</li>", escape(s))).collect::<String>(),
        warning = warning(host),
        form = form(page),
        links = links(config),
    );
    document(StatusCode::OK, &format!("Allow access to {server}"), &body, &form_targets(page))
}

fn form(page: &ConsentPage<'_>) -> String {
    format!(
        "<form method=\"post\" action=\"/authorize\">\n\
         <input type=\"hidden\" name=\"attempt\" value=\"{}\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\">\n\
         <button name=\"decision\" value=\"deny\">Deny</button>\n\
         <button name=\"decision\" value=\"approve\">Allow</button>\n</form>\n",
        escape(page.attempt),
        escape(page.csrf)
    )
}

fn warning(host: &str) -> String {
    let text = if is_loopback(host) {
        "The application runs on this computer, and its name is its own claim. Allow it only if \
         you have just started signing in from it."
    } else {
        "The application registered itself, and its name is its own claim. Allow it only if you \
         know the address above and have just started signing in there."
    };
    format!("<p class=\"warn\">{text}</p>\n")
}

fn links(config: &Config) -> String {
    let links: Vec<String> = [
        (&config.consent.privacy_policy_url, "Privacy policy"),
        (&config.consent.terms_of_service_url, "Terms of service"),
        (&config.server.website_url, "About this server"),
    ]
    .into_iter()
    .filter_map(|(url, text)| {
        let url = url.as_ref()?;
        Some(format!("<a href=\"{}\" rel=\"noopener noreferrer\">{text}</a>", escape(url)))
    })
    .collect();
    if links.is_empty() {
        String::new()
    } else {
        format!("<p class=\"soft\">{}</p>\n", links.join(" · "))
    }
}

/// Chrome holds every redirect that follows a form to `form-action`, and an identity provider may
/// pass through others of its own that nobody can list. The page has no other form and all its slots
/// are escaped, so `https:` costs little; plain http only for the hosts of this very sign-in.
fn form_targets(page: &ConsentPage<'_>) -> String {
    let mut targets = "'self' https:".to_owned();
    for address in [page.provider_origin, page.redirect_uri] {
        if let Ok(url) = Url::parse(address)
            && url.scheme() != "https"
        {
            targets.push(' ');
            targets.push_str(&url.origin().ascii_serialization());
        }
    }
    targets
}
