//! The approval page.

use http::StatusCode;
use toolgate_config::Config;
use url::Url;

use crate::page::target::{Target, address, host_of};
use crate::page::text::name;
use crate::page::{Document, brand, date, escape};
use crate::paths::AUTHORIZE_PATH;
use crate::reply::Reply;

/// The server's own knowledge of a client, beyond the client's claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust<'a> {
    /// The server's owner listed it in `mcp.toml`.
    Known,
    /// Its metadata document came from this host (Client ID Metadata Document section 6).
    Domain(&'a str),
    /// It registered itself (RFC 7591): nothing it says of itself is proven.
    Unverified,
}

/// Contents of the page and of its form.
#[derive(Debug)]
pub struct ConsentPage<'a> {
    /// The client's own name; anyone can claim any name.
    pub client_name: &'a str,
    /// The client's web site, when it gave one.
    pub client_uri: Option<&'a str>,
    /// The person who is signed in and has not approved this yet; nobody is, as a rule.
    pub person: Option<&'a str>,
    /// Knowledge about the client.
    pub trust: Trust<'a>,
    /// Address to which this very request will send the person back.
    pub redirect_uri: &'a str,
    /// Scopes in words.
    pub scopes: Vec<&'a str>,
    /// Longest lifetime, in seconds.
    pub longest: u32,
    /// Handle of the attempt; names the cookie that holds the request.
    pub attempt: &'a str,
    /// Proof that the form comes from this page.
    pub csrf: &'a str,
}

/// The page that asks a person to allow or deny a client.
#[must_use]
pub fn consent(config: &Config, page: &ConsentPage<'_>) -> Reply {
    let server = brand::title(config);
    let target = Target::of(page.redirect_uri);
    let main = format!(
        "<h1 id=\"ask\">Allow {client} to use {server}?</h1>\n{description}{person}<dl>\n\
         <div><dt>Application</dt><dd>{client}{trust}{site}</dd></div>\n\
         <div><dt>It will be able to</dt><dd><ul>{scopes}</ul></dd></div>\n\
         <div><dt>For how long</dt><dd>It stays connected until you revoke it, at most \
         {longest}</dd></div>\n\
         <div><dt>You will be sent to</dt><dd>{target}<span class=\"soft\">{uri}</span></dd></div>\n\
         </dl>\n{warning}{form}\
         <p class=\"soft\">If you allow it you sign in next. What it may do here is decided by your \
         account, and you can end it at any time.</p>\n",
        client = name(page.client_name),
        server = name(server),
        description = config
            .server
            .description
            .as_ref()
            .map(|text| format!("<p class=\"soft\">{}</p>\n", escape(text)))
            .unwrap_or_default(),
        person = page.person.map(signed_in).unwrap_or_default(),
        longest = date::span(page.longest),
        trust = trust(page.trust),
        site = page.client_uri.and_then(|uri| site(uri, page.trust)).unwrap_or_default(),
        scopes = page.scopes.iter().map(|s| format!("<li>{}</li>", escape(s))).collect::<String>(),
        target = target.in_words(),
        uri = address(page.redirect_uri),
        warning = warning(page.trust, &target),
        form = form(page),
    );
    Document {
        status: StatusCode::OK,
        title: &format!("Allow access to {server}"),
        config: Some(config),
        main,
        has_form: true,
    }
    .into_reply()
}

fn signed_in(person: &str) -> String {
    format!("<p>You are signed in as {}, who has not allowed this yet.</p>\n", name(person))
}

fn trust(trust: Trust<'_>) -> String {
    match trust {
        Trust::Known => "<span class=\"tag good\">Listed by this server’s owner</span>".to_owned(),
        Trust::Domain(host) => {
            format!("<span class=\"tag good\">Verified: <b>{}</b></span>", escape(&host_of(host)))
        }
        Trust::Unverified => "<span class=\"tag bad\">Not verified</span>".to_owned(),
    }
}

/// The site a client names is only ever a claim: by its host, and not as a link. Nothing of it is
/// needed where its owner, or this server's, is known to have named it.
fn site(uri: &str, trust: Trust<'_>) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    let host = url.host_str()?;
    let is_claim = match trust {
        Trust::Known => false,
        Trust::Domain(domain) => host_of(domain) != host,
        Trust::Unverified => true,
    };
    is_claim.then(|| format!("<span class=\"soft\">Says its web site is {}</span>", escape(host)))
}

/// Warning about what the person alone can judge (MCP authorization, "Client ID Metadata Document
/// security"; RFC 8252 section 8.6): nothing for a web site that is known or verified.
fn warning(trust: Trust<'_>, target: &Target) -> String {
    let claim = match trust {
        Trust::Unverified => "It registered itself: its name is its own claim. ",
        Trust::Known | Trust::Domain(_) => "",
    };
    let reason = match (target, trust) {
        (Target::Web(_), Trust::Known | Trust::Domain(_)) => return String::new(),
        (Target::Web(host), Trust::Unverified) => {
            format!("Allow it only if you know <b>{}</b> and", escape(host))
        }
        (Target::Loopback(_), _) => "It runs on this computer, where any program can pretend to \
                                     be it. Allow it only if you"
            .to_owned(),
        (Target::Private(scheme), _) => format!(
            "Any application on this device can claim <b>{}:</b> addresses and so receive the \
             answer. Allow it only if you",
            escape(scheme)
        ),
    };
    let heading = match trust {
        Trust::Unverified => "This application is not verified",
        Trust::Known | Trust::Domain(_) => "Is it you who started this?",
    };
    format!(
        "<section class=\"warn\" aria-labelledby=\"warning\">\n<h2 id=\"warning\">{heading}</h2>\n\
         <p>{claim}{reason} have just started to connect from there.</p>\n</section>\n"
    )
}

/// Deny comes first: the first button is the one that Enter presses where a form has a field to
/// press it in (HTML, "implicit submission").
fn form(page: &ConsentPage<'_>) -> String {
    format!(
        "<form method=\"post\" action=\"{AUTHORIZE_PATH}\">\n\
         <input type=\"hidden\" name=\"attempt\" value=\"{}\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\">\n\
         <button name=\"decision\" value=\"deny\" aria-describedby=\"ask\">Deny</button>\n\
         {}</form>\n",
        escape(page.attempt),
        escape(page.csrf),
        allow(page.trust)
    )
}

/// Nobody answers for an unverified client, so allowing it takes two presses at different places. A
/// page that has people double-click, and puts this one under their second press, gets no further than
/// the first.
fn allow(trust: Trust<'_>) -> String {
    let button = |text: &str| {
        format!(
            "<button name=\"decision\" value=\"approve\" aria-describedby=\"ask\">{text}</button>\n"
        )
    };
    match trust {
        Trust::Known | Trust::Domain(_) => button("Allow"),
        Trust::Unverified => format!(
            "<details class=\"allow\">\n<summary>Allow&hellip;</summary>\n\
             <p>Are you sure that you started this?</p>\n{}</details>\n",
            button("Yes, allow it")
        ),
    }
}
