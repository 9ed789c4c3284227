//! The pages people see: static pieces with escaped slots, no script.

mod accounts;
mod admin;
mod brand;
mod connections;
mod consent;
pub(crate) mod date;
mod landing;
mod message;
pub(crate) mod personal;
mod target;
mod text;

use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use sha2::{Digest, Sha256};
use toolgate_config::Config;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::reply::{Reply, set, with_body};

pub use accounts::{ConnectPage, ConnectedAccount, accounts, connect};
pub use admin::{AdminForm, AdminGrant, AdminPage, AdminPerson, admin, confirm_end};
pub use connections::{Connection, ConnectionsPage, connections};
pub use consent::{ConsentPage, Trust, consent};
pub use landing::{Offer, landing};
pub use message::{CANNOT_GO_ON, message, refusal, way_back};
pub use text::escape;

/// The style of every page.
pub const STYLE: &str = include_str!("style.css");

/// Parts of one page, put into the document that all share. Markup is complete: its slots are
/// escaped.
struct Document<'a> {
    status: StatusCode,
    title: &'a str,
    /// Whose page it is; absent where it is not known, or does not matter.
    config: Option<&'a Config>,
    /// Markup of `<main>`.
    main: String,
    /// True if there is a form.
    has_form: bool,
}

impl Document<'_> {
    fn into_reply(self) -> Reply {
        let title = escape(self.title);
        let colors = self.config.and_then(brand::style);
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <style>{STYLE}</style>\n{colors}</head>\n<body>\n{header}<main>\n{main}</main>\n\
             {footer}</body>\n</html>\n",
            colors = colors.as_ref().map(|s| format!("<style>{s}</style>\n")).unwrap_or_default(),
            header = self.config.map(brand::header).unwrap_or_default(),
            main = self.main,
            footer = self.config.map(brand::footer).unwrap_or_default(),
        );
        let mut reply = with_body(self.status, "text/html; charset=utf-8", html.into_bytes());
        if let Ok(policy) = HeaderValue::try_from(self.policy(colors.as_deref())) {
            reply.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
        set(&mut reply, X_FRAME_OPTIONS, "DENY");
        set(&mut reply, X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(&mut reply, CACHE_CONTROL, "no-store");
        // No other site learns an address of ours from either. A form needs the second one: under
        // `no-referrer` browsers send `Origin: null` with it, which is also what a sandboxed frame
        // of an attacker sends, and so could not be told from it (Fetch standard, "append a request
        // `Origin` header").
        let referrer = if self.has_form { "same-origin" } else { "no-referrer" };
        set(&mut reply, REFERRER_POLICY, referrer);
        set(&mut reply, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        reply
    }

    /// Content-Security-Policy (CSP Level 3): the styles of this page, the owner's logo, nothing
    /// else.
    ///
    /// A page with a form has no `form-action`. Chrome holds every redirect that follows a form to it,
    /// which are those of the identity provider, of the client and of whatever the client goes on to:
    /// nobody can list them. Our pages have no forms but their own, and all their slots are escaped.
    fn policy(&self, colors: Option<&str>) -> String {
        let hash = |style: &str| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(style)));
        let image = self.config.and_then(brand::image_source);
        format!(
            "default-src 'none'; style-src{}{}; {}base-uri 'none'; frame-ancestors 'none'{}",
            hash(STYLE),
            colors.map(hash).unwrap_or_default(),
            image.map(|source| format!("img-src {source}; ")).unwrap_or_default(),
            if self.has_form { "" } else { "; form-action 'none'" },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_cannot_be_framed_cached_or_scripted() {
        let document = Document {
            status: StatusCode::OK,
            title: "t",
            config: None,
            main: String::new(),
            has_form: false,
        };
        let reply = document.into_reply();
        let csp = reply.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(csp.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(csp.contains("frame-ancestors 'none'") && csp.ends_with("form-action 'none'"));
        assert_eq!(reply.headers()[X_FRAME_OPTIONS], "DENY");
        assert_eq!(reply.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(reply.headers()[REFERRER_POLICY], "no-referrer");
    }

    #[test]
    fn the_style_stays_small() {
        assert!(STYLE.len() < 4096, "{}", STYLE.len());
        assert!(!STYLE.contains('<') && !STYLE.contains("url("));
    }
}
