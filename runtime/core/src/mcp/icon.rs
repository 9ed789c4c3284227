//! Pictures that clients may show beside a name.

use serde_json::Value;

use super::json::object;
use super::revision::Revision;

/// `Icon` (MCP 2025-11-25 and later). The address is `https:` or `data:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Icon {
    /// Address of the picture.
    pub src: &'static str,
    /// Its media type, for example `image/svg+xml`.
    pub mime_type: Option<&'static str>,
    /// Sizes such as `48x48`, or `any`.
    pub sizes: &'static [&'static str],
    /// `light` or `dark`: the background it is made for.
    pub theme: Option<&'static str>,
}

/// The `icons` member, where the revision has it and there are any.
pub(super) fn icons(icons: &[Icon], revision: Revision) -> Option<Value> {
    if icons.is_empty() || !revision.has_icons() {
        return None;
    }
    Some(icons.iter().map(icon).collect())
}

fn icon(icon: &Icon) -> Value {
    let mut members = vec![("src", Value::from(icon.src))];
    if let Some(mime_type) = icon.mime_type {
        members.push(("mimeType", Value::from(mime_type)));
    }
    if !icon.sizes.is_empty() {
        members.push(("sizes", icon.sizes.iter().copied().collect()));
    }
    if let Some(theme) = icon.theme {
        members.push(("theme", Value::from(theme)));
    }
    object(members)
}
