//! Whose page it is: name, logo and colours of `[consent]`.

use toolgate_config::Config;
use url::Url;

use crate::page::text::{escape, name};

/// Name of the server, on every page of it.
pub(super) fn title(config: &Config) -> &str {
    config.consent.name.as_ref().or(config.server.title.as_ref()).unwrap_or(&config.server.name)
}

/// The top of a page.
pub(super) fn header(config: &Config) -> String {
    let logo = config.consent.logo_url.as_ref().map_or_else(String::new, |url| {
        // The name stands beside it: read out, it would only repeat that.
        format!("<img src=\"{}\" alt=\"\">", escape(url))
    });
    format!("<header>{logo}{}</header>\n", name(title(config)))
}

/// The bottom of a page: where the owner says more.
pub(super) fn footer(config: &Config) -> String {
    let links: String = [
        (&config.consent.privacy_policy_url, "Privacy policy"),
        (&config.consent.terms_of_service_url, "Terms of service"),
        (&config.server.website_url, "About this server"),
    ]
    .into_iter()
    .filter_map(|(url, text)| {
        let url = url.as_ref()?;
        Some(format!("<a href=\"{}\" rel=\"noopener noreferrer\">{text}</a>\n", escape(url)))
    })
    .collect();
    if links.is_empty() { links } else { format!("<footer>\n{links}</footer>\n") }
}

/// The style that puts the owner's colours in; nothing else of it can be chosen.
pub(super) fn style(config: &Config) -> Option<String> {
    let consent = &config.consent;
    let style: String = [("light", &consent.color), ("dark", &consent.color_dark)]
        .into_iter()
        .filter_map(|(mode, color)| {
            let color = color.as_ref()?;
            Some(format!("@media(prefers-color-scheme:{mode}){{:root{{--main:{color}}}}}"))
        })
        .collect();
    (!style.is_empty()).then_some(style)
}

/// The one source of CSP `img-src` that the logo needs.
pub(super) fn image_source(config: &Config) -> Option<String> {
    let logo = Url::parse(config.consent.logo_url.as_ref()?).ok()?;
    Some(match logo.scheme() {
        "data" => "data:".to_owned(),
        _ => logo.origin().ascii_serialization(),
    })
}
