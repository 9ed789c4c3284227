//! The attributes of serde that are followed.

use syn::{Attribute, Error, LitStr, Path, Result, Token};

/// Contents of `#[serde(…)]`.
#[derive(Default)]
pub(crate) struct Attributes {
    /// `rename = "…"`.
    pub(crate) rename: Option<String>,
    /// `default`, or the function in `default = "…"`.
    pub(crate) default: Option<Default_>,
    /// `skip`.
    pub(crate) is_skipped: bool,
    /// `rename_all = "snake_case"`, the only style in use.
    pub(crate) is_snake_case: bool,
    /// `from = "…"`.
    pub(crate) from: Option<Path>,
}

/// Value for a member that is not there.
pub(crate) enum Default_ {
    Trait,
    Function(Path),
}

impl Attributes {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut read = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                let text = || meta.value()?.parse::<LitStr>();
                let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                match name.as_str() {
                    "rename" => read.rename = Some(text()?.value()),
                    "default" if meta.input.peek(Token![=]) => {
                        read.default = Some(Default_::Function(text()?.parse()?));
                    }
                    "default" => read.default = Some(Default_::Trait),
                    "skip" => read.is_skipped = true,
                    "from" => read.from = Some(text()?.parse()?),
                    "rename_all" => {
                        let style = text()?;
                        if style.value() != "snake_case" {
                            return Err(Error::new(style.span(), "only \"snake_case\" is read"));
                        }
                        read.is_snake_case = true;
                    }
                    // One field is read as what it holds in any case.
                    "transparent" => {}
                    // How it is written; what is not there has a default, or is an `Option`.
                    "skip_serializing_if" => drop(text()?),
                    _ => return Err(meta.error("`FromJson` does not follow this attribute")),
                }
                Ok(())
            })?;
        }
        Ok(read)
    }
}
