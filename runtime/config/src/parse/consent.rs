//! `[consent]`: the approval page.

use super::color::{DARK, LIGHT, readable};
use super::sections::{DAY, duration_of};
use super::text::exact;
use super::url::{address, picture};
use super::value::Section;
use crate::model::Consent;

/// Limits of `remember_for`: browsers keep a cookie for 400 days at most (RFC 6265bis).
pub(super) const REMEMBER_FOR: (u32, u32) = (0, 365 * DAY);

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Consent> {
    let name = section.get("name").and_then(|value| value.text(exact));
    let logo_url = section.get("logo_url").and_then(|value| value.text(picture));
    let color = |key, background| {
        section.get(key).and_then(|value| value.text(|text| readable(text, background)))
    };
    let (color, color_dark) = (color("color", LIGHT), color("color_dark", DARK));
    let remember_for = duration_of(section, "remember_for", 30 * DAY, REMEMBER_FOR);
    let link = |key| section.get(key).and_then(|value| value.text(address));
    let (privacy_policy_url, terms_of_service_url) =
        (link("privacy_policy_url"), link("terms_of_service_url"));
    Some(Consent {
        name,
        logo_url,
        color,
        color_dark,
        remember_for: remember_for?,
        privacy_policy_url,
        terms_of_service_url,
    })
}
