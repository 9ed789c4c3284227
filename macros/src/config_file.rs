//! Finds, reads and checks `mcp.toml` for the macros.

use std::env;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;
use toolgate_config::{Checked, Diagnostic};

const FILE_NAME: &str = "mcp.toml";

/// Path of a file of the user's, and its name in expanded code.
pub(crate) struct ConfigPath {
    path: PathBuf,
    pub(crate) include: TokenStream,
}

/// Result of reading `mcp.toml`.
pub(crate) enum ConfigOutcome {
    /// There is none, or it cannot be read.
    Unreadable(io::Error),
    /// It has faults.
    Faulty(Vec<Diagnostic>, String),
    /// It is fine.
    Good(Box<Checked>),
}

impl ConfigPath {
    /// `mcp.toml` beside the `Cargo.toml` of the crate that is compiled, or where `config = "…"`
    /// says, relative to the source file.
    ///
    /// Parent folders are not searched: the file of another project must not become the policy.
    pub(crate) fn of_config(option: Option<&LitStr>) -> Self {
        let manifest_dir = manifest_dir();
        match option {
            None => Self {
                path: manifest_dir.join(FILE_NAME),
                include: quote!(concat!(env!("CARGO_MANIFEST_DIR"), "/", #FILE_NAME)),
            },
            Some(option) => {
                // Editors expand macros without a file; there the manifest has to do.
                let source = option.span().local_file();
                let folder = source.as_deref().and_then(Path::parent).unwrap_or(&manifest_dir);
                Self { path: tidy(&folder.join(option.value())), include: quote!(#option) }
            }
        }
    }

    /// A file by its whole path.
    #[cfg(test)]
    pub(crate) fn at(path: PathBuf) -> Self {
        let include = path.to_string_lossy();
        Self { include: quote!(#include), path }
    }

    /// A file in the same folder.
    pub(crate) fn sibling(&self, name: &str) -> Self {
        let path = self.path.with_file_name(name);
        let include = path.to_string_lossy();
        let include = match path.strip_prefix(manifest_dir()) {
            Ok(inner) => {
                let inner = format!("/{}", inner.to_string_lossy());
                quote!(concat!(env!("CARGO_MANIFEST_DIR"), #inner))
            }
            Err(_) => quote!(#include),
        };
        Self { path, include }
    }

    pub(crate) fn read(&self) -> io::Result<String> {
        fs::read_to_string(&self.path)
    }

    /// Reads and checks the file as a configuration.
    pub(crate) fn check(&self) -> ConfigOutcome {
        match self.read() {
            Err(error) => ConfigOutcome::Unreadable(error),
            Ok(source) => match toolgate_config::check(&source) {
                Ok(checked) => ConfigOutcome::Good(Box::new(checked)),
                Err(diagnostics) => ConfigOutcome::Faulty(diagnostics, source),
            },
        }
    }

    /// The path as rustc writes its own: relative to the folder it runs in, where possible.
    pub(crate) fn display(&self) -> String {
        let here = env::current_dir().unwrap_or_default();
        let path = self.path.strip_prefix(here).unwrap_or(&self.path);
        path.to_string_lossy().replace('\\', "/")
    }

    /// Tokens that make the crate depend on the file, so that editing it compiles it again.
    pub(crate) fn tracker(&self) -> TokenStream {
        if !self.path.is_file() {
            return TokenStream::new();
        }
        let include = &self.include;
        quote! { const _: &[::core::primitive::u8] = ::core::include_bytes!(#include); }
    }
}

/// The path without `..`, for people to read. A link on the way is not followed.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir if tidy.file_name().is_some() => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

/// The folder of the `Cargo.toml` of the crate that is compiled.
pub(crate) fn manifest_dir() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default()
}
