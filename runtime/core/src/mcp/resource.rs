//! Resources as the registry has them, and the result of reading one.

use serde_json::Value;

use super::icon::Icon;
use super::json::object;
use super::outcome::{Shape, Shaped};
use super::revision::Revision;
use super::role::Role;

/// One resource, or a template for many, as the lists describe it, and the policy that guards it.
#[derive(Debug, Clone, Copy)]
pub struct ResourceInfo {
    /// Its URI; with `{name}` in it, a template (RFC 6570, level 1): a variable stands for one or
    /// more characters within one segment of a path, percent-decoded when it is given to the
    /// function. A value never contains `/`, `\` or a control character, and is neither `.` nor
    /// `..`.
    pub uri: &'static str,
    /// Unique name.
    pub name: &'static str,
    /// Name for people.
    pub title: Option<&'static str>,
    /// A description.
    pub description: Option<&'static str>,
    /// Media type of the contents, for example `text/plain`.
    pub mime_type: Option<&'static str>,
    /// The template's variables in their order; empty for a resource of its own.
    pub variables: &'static [ResourceVariable],
    /// Pictures for people.
    pub icons: &'static [Icon],
    /// Whom it is for; empty: not said.
    pub audience: &'static [Role],
    /// Between 0, optional, and 1, required.
    pub priority: Option<f64>,
    /// Name of the policy in `mcp.toml`, or `everyone`.
    pub policy: &'static str,
}

/// One variable of a template.
#[derive(Debug, Clone, Copy)]
pub struct ResourceVariable {
    /// As in the braces.
    pub name: &'static str,
    /// True if `completion/complete` has values for it.
    pub completes: bool,
}

/// `ResourceContents`: what a URI holds.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceContent {
    /// The URI.
    pub uri: String,
    /// Media type.
    pub mime_type: Option<String>,
    /// The contents themselves.
    pub body: ResourceBody,
}

/// Text, or bytes as base64.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourceBody {
    /// Text.
    Text(String),
    /// Base64 without line breaks.
    Blob(String),
}

/// `ReadResourceResult`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceResult {
    /// The contents; never empty for a resource that exists.
    pub contents: Vec<ResourceContent>,
    /// True if everyone may see the contents; decided by the policy that guards it.
    pub is_public: bool,
}

impl ResourceContent {
    /// Text of a media type such as `text/plain`.
    #[must_use]
    pub fn text(
        uri: impl Into<String>,
        mime_type: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        let body = ResourceBody::Text(text.into());
        Self { uri: uri.into(), mime_type: Some(mime_type.into()), body }
    }

    /// Bytes of a media type such as `image/png`, as base64 without line breaks.
    #[must_use]
    pub fn blob(
        uri: impl Into<String>,
        mime_type: impl Into<String>,
        base64: impl Into<String>,
    ) -> Self {
        let body = ResourceBody::Blob(base64.into());
        Self { uri: uri.into(), mime_type: Some(mime_type.into()), body }
    }

    /// As JSON.
    pub(super) fn into_value(self) -> Value {
        let mut members = vec![("uri", Value::from(self.uri))];
        if let Some(mime_type) = self.mime_type {
            members.push(("mimeType", Value::from(mime_type)));
        }
        members.push(match self.body {
            ResourceBody::Text(text) => ("text", Value::from(text)),
            ResourceBody::Blob(blob) => ("blob", Value::from(blob)),
        });
        object(members)
    }
}

impl Shape for ResourceResult {
    fn shape(self: Box<Self>, _revision: Revision) -> Shaped {
        let contents = self.contents.into_iter().map(ResourceContent::into_value);
        let result = object(vec![("contents", contents.collect())]);
        Shaped { cacheable: Some(self.is_public), ..Shaped::complete(result) }
    }
}
